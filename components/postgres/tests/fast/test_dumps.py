"""What of pg_dump's text is for another server, and that all else comes through."""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fast.conftest import load_seed

DUMPS: ModuleType = load_seed("postgres").dumps
SETTINGS = {b"lock_timeout", b"default_tablespace"}


def cleaned(text: bytes) -> tuple[bytes, dict[str, int]]:
    left: Counter[str] = Counter()
    return b"".join(DUMPS.for_here(text.splitlines(keepends=True), SETTINGS, left)), dict(left)


LEFT_OUT = [
    ("ALTER TABLE public.t OWNER TO bob;", "owners"),
    ('ALTER FUNCTION public.f(a integer, b text) OWNER TO "web user";', "owners"),
    ("ALTER LARGE OBJECT 16520 OWNER TO postgres;", "owners"),
    ("ALTER DATABASE shop OWNER TO bob;", "owners"),
    ("SET SESSION AUTHORIZATION 'bob';", "owners"),
    ("GRANT SELECT ON TABLE public.t TO bob;", "privileges"),
    ("REVOKE ALL ON SCHEMA public FROM PUBLIC;", "privileges"),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE bob IN SCHEMA public GRANT SELECT ON TABLES TO amy;", "privileges"),
    ("CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8';", "databases"),
    ("DROP DATABASE shop;", "databases"),
    ("ALTER DATABASE shop SET datestyle TO 'iso, mdy';", "databases"),
    ("COMMENT ON DATABASE shop IS 'two;\nlines';", "databases"),
    ("\\connect shop", "databases"),
    ("\\connect -reuse-previous=on \"dbname='shop'\"", "databases"),
    ("SET transaction_timeout = 0;", "settings (transaction_timeout)"),
    ("SET default_tablespace = fast;", "tablespaces"),
    ("COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';", "comments on extensions"),
]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(("statement", "what"), LEFT_OUT)
def test_left_out(statement: str, what: str, end: bytes) -> None:
    text = end.join([b"-- a", statement.encode().replace(b"\n", end), b"SELECT 1;", b""])
    assert cleaned(text) == (end.join([b"-- a", b"SELECT 1;", b""]), {what: 1})


@pytest.mark.parametrize(
    "line", [b"\\restrict aB1\n", b"\\unrestrict aB1\n", b"CREATE OR REPLACE PROCEDURAL LANGUAGE plpgsql;\n"]
)
def test_what_is_nothing_to_tell(line: bytes) -> None:
    assert cleaned(line) == (b"", {})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CREATE SCHEMA public;", "CREATE SCHEMA IF NOT EXISTS public;"),
        ("DROP TABLE public.t;", "DROP TABLE IF EXISTS public.t;"),
        ('DROP MATERIALIZED VIEW "T";', 'DROP MATERIALIZED VIEW IF EXISTS "T";'),
        ("DROP TABLE IF EXISTS public.t;", "DROP TABLE IF EXISTS public.t;"),
        (
            "ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;",
            "ALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT t_pkey;",
        ),
        ("CREATE EXTENSION IF NOT EXISTS x;", "SET ROLE NONE;\nCREATE EXTENSION IF NOT EXISTS x;\nRESET ROLE;"),
    ],
)
def test_changed(before: str, after: str) -> None:
    assert cleaned(before.encode() + b"\n") == (after.encode() + b"\n", {})


KEPT = [
    "SET lock_timeout = 0;",
    "SET default_tablespace = '';",
    "CREATE SCHEMA sales;",
    "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c CHECK ((a <> 'OWNER TO bob;'::text));",
    "ALTER TABLE ONLY public.t ALTER COLUMN c SET DEFAULT 'x OWNER TO bob;';",
    "INSERT INTO t VALUES ('a\nGRANT ALL ON t TO bob;\n');",
    "INSERT INTO t VALUES (E'it\\'s\nALTER TABLE t OWNER TO bob;\n');",
    "INSERT INTO t VALUES ('it''s\nGRANT ALL ON t TO bob;\n', 'date');",
    'CREATE TABLE "odd;\nGRANT x" (a int);',
    "/* a comment;\nGRANT ALL ON t TO bob;\n*/ SELECT 1;",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\nGRANT ALL ON t TO bob;\nEND $$;",
    "CREATE FUNCTION f() RETURNS void AS $_$\nALTER TABLE t OWNER TO bob;\n$$x$$;\nDROP TABLE t;\n$_$ LANGUAGE sql;",
    "COPY public.t (a) FROM stdin;\nGRANT ALL ON t TO bob;\nit's\n\\connect x\n\\.\n",
    "SELECT a$b, c$d;",
    "SELECT 1; -- it's one",
]


@pytest.mark.parametrize("statement", KEPT)
def test_kept(statement: str) -> None:
    """And what follows is seen as a statement again."""
    text = statement.encode() + b"\n"
    assert cleaned(text + b"GRANT ALL ON t TO bob;\nSELECT 2;\n") == (text + b"SELECT 2;\n", {"privileges": 1})


@given(st.lists(st.sampled_from([*KEPT, *(statement for statement, _ in LEFT_OUT)]), max_size=12))
def test_any_order(statements: list[str]) -> None:
    kept = "".join(f"{statement}\n" for statement in statements if statement in KEPT)
    text, left = cleaned("".join(f"{statement}\n" for statement in statements).encode())
    assert text.decode() == kept
    assert sum(left.values()) == sum(statement not in KEPT for statement in statements)


@given(st.text("a'\"$;\n-GRANT TO\\", max_size=30))
def test_what_is_quoted_is_untouched(text: str) -> None:
    quoted = text.replace("'", "''")
    for statement in (f"SELECT '{quoted}';\n", f"SELECT $q${text}$q$;\n", f"COPY t FROM stdin;\nx{text}\n\\.\n"):
        assert cleaned(statement.encode())[0].decode() == statement
