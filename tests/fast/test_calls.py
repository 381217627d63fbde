"""What scripts run, read from their text: tables, and texts that nobody would write."""

from __future__ import annotations

import ast
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.foreign import python_calls
from extensions.foreign.calls import calls
from extensions.foreign.directory import Blob
from extensions.foreign.places import lead
from extensions.foreign.runs import alone, runs

SHELL: dict[str, tuple[str, list[str]]] = {
    "lists": ("a; b && c || d | e", ["a", "b", "c", "d", "e"]),
    "quotes": ("a 'b c' \"d e\" f\\ g", ["a|b c|d e|f g"]),
    "continued": ("a \\\n  b", ["a|b"]),
    "comment": ("a # b\n# c\nd#e", ["a", "d#e"]),
    "variables": ("X=1 Y='a b'\nf $X ${Y} \"$Y\" $Z", ["f|1|a|b|a b|$Z"]),
    "defaults": ('D=${D:-"${HOME}/x"}\nf "$D" ${E:-y}', ["f|${HOME}/x|y"]),
    "single quotes in double ones": ('f "it\'s" x', ["f|it's|x"]),
    "redirections": ("f >a 2>&1 <b >>c x", ["f|x"]),
    "substitution": ("f $(g h) `i` x", ["g|h", "i", "f|$_|$_|x"]),
    "quoted substitution": ('f "$(g "h i")/x"', ["g|h i", "f|$_/x"]),
    "arithmetic": ("f $((1 + 2)) x", ["f|$_|x"]),
    "subshell": ("(a; b) && c", ["a", "b", "c"]),
    "group": ("{ a; b; }; c", ["a", "b", "c"]),
    "if": ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
    "while": ("while ! a; do b; done; until c; do d; done", ["a", "b", "c", "d"]),
    "for": ('for x in a b; do f "$x" ${x}y; done', ["f|a|ay", "f|b|by"]),
    "case": ("case $1 in\n a|b) f ;;\n (c) g;;\n *) h\nesac\ni", ["f", "g", "h", "i"]),
    "functions": ("f() {\n a\n}\nfunction g { b; }\nh () { c; }\nf; g", ["a", "b", "f", "g"]),
    "functions of functions": ("f() { g; }\ng() { a; }\nh() { b; }\nf", ["g", "a", "f"]),
    "function of one's own name": ("f() { f; }\nf", ["f", "f"]),
    "here-document": ("f <<'E' x\na `b`\nE\ng <<-E\n\ta\n\tE\nh", ["f|x", "g", "h"]),
    "here-string": ("f <<<'a b' x", ["f|x"]),
    "here-document of a shell": ("bash <<E\na\nE", ["bash", "a"]),
    "given to a shell": ("bash -c 'a; b'; eval \"c d\"", ["bash|-c|a; b", "a", "b", "eval|c d", "c|d"]),
    "others": ("sudo -u x nohup a b", ["sudo|-u|x|nohup|a|b", "nohup|a|b", "a|b"]),
    "limits": ("timeout -k 5 30 a", ["timeout|-k|5|30|a", "a"]),
    "modules": ("python3 -m a b", ["python3|-m|a|b", "a|b"]),
    "classes": ("java -Xmx1g -cp x a.B c", ["java|-Xmx1g|-cp|x|a.B|c", "a.B|c"]),
    "environments": ("conda run -n x a b", ["conda|run|-n|x|a|b", "a|b"]),
    "test": ("[[ -f x ]] && a", ["[[|-f|x|]]", "a"]),
    "open quote": ("a 'b\nc", ["a|'b", "c"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), SHELL.values(), ids=SHELL)
def test_shell(text: str, expected: list[str]) -> None:
    assert ["|".join(call.words) for call in calls(text)] == expected


WAITED = {
    "a": [True],
    "a &": [False],
    "a & b": [False, True],
    "(a; b) &": [False, False],
    "{ a; b; } & c": [False, False, True],
    "while a; do b; done &\nc": [False, False, True],
    "a | b &\nc": [False, False, True],
    "a >x 2>&1\nb": [True, True],
    "f() { a; }\nf &": [False, False],
    "f() { a; }\nf &\nf": [True, False, True],
    "bash -c 'a' &": [False, False],
}


@pytest.mark.parametrize(("text", "expected"), WAITED.items())
def test_what_is_waited_for(text: str, expected: list[bool]) -> None:
    assert [call.waited_for for call in calls(text)] == expected


GUARDS = {
    "if command -v x >/dev/null; then a; fi\nb": {"a": {"x"}},
    "which x && a\nb": {"a": {"x"}},
    "[ -x /usr/bin/x ] && a; b": {"a": {"x", "]"}},
    'if [ "$(id -u)" = 0 ]; then a; else b; fi': {"a": {"root"}, "b": {"root"}},
    "if [[ $EUID -eq 0 ]]; then a; fi": {"a": {"root"}},
}


@pytest.mark.parametrize(("text", "expected"), GUARDS.items())
def test_what_was_asked_before(text: str, expected: dict[str, set[str]]) -> None:
    found = {call.program: call.guards for call in calls(text)}
    for name in ("a", "b"):
        assert expected.get(name, set()) <= found.get(name, set())
        assert name in expected or not found.get(name)


PYTHON: dict[str, tuple[str, list[str]]] = {
    "list": ('subprocess.run(["a", "b", c, f"d{e}"], check=True)', ["a|b|$_|d$_"]),
    "tuple": ("subprocess.check_call(('a', 'b'))", ["a|b"]),
    "text": ("os.system('a b; c')", ["a|b", "c"]),
    "name": ("words = ['a', 'b']\nsubprocess.Popen(words)", ["a|b"]),
    "split": ('subprocess.run(shlex.split("a b"))', ["a|b"]),
    "exec": ('os.execvp("a", ["a", "b"])', ["a"]),
    "over lines": ('subprocess.run(\n    [\n        "a",  # x\n        "b",\n    ]\n)', ["a|b"]),
    "imported": ("from subprocess import run\nrun(['a'])", ["a"]),
    "asynchronous": ('await asyncio.create_subprocess_exec("a", "b")', ["a"]),
    "comment": ("# os.system('a')", []),
    "in a text": ("'''os.system('a')'''\nx = \"os.system('a')\"", []),
    "another": ("system.run(['a'])\nprint('a')", []),
    "a pause": ("import time\ntime.sleep(12.5)\ntime.sleep(x)", ["sleep|12.5"]),
    "old": ("print 'x'\nos.system('a')", ["a"]),
}


@pytest.mark.parametrize(("text", "expected"), PYTHON.values(), ids=PYTHON)
def test_python(text: str, expected: list[str]) -> None:
    assert ["|".join(call.words) for call in python_calls.calls(text)] == expected


@pytest.mark.parametrize(
    ("cwd", "word", "expected"),
    [
        ("", "a/../b", "b"),
        ("x", "./a", "x/a"),
        ("x", "..", ""),
        ("", "..", "?"),
        ("x", "~/a", "~/a"),
        ("x", "${HOME}", "~"),
        ("", "/home/jovyan/a/", "~/a"),
        ("~", "a", "~/a"),
        ("x", "$REPO_DIR/a", "a"),
        ("x", "$PWD/a", "x/a"),
        ("x", "/etc", "/etc"),
        ("", "$X/a", "?"),
        ("?", "a", "?"),
        ("", "$HOMES/a", "?"),
    ],
)
def test_places(cwd: str, word: str, expected: str) -> None:
    assert lead(cwd, word) == expected


pieces = st.sampled_from(
    [
        *("'", '"', "`", "$(", ")", "(", "{", "}", "<<E", "E", "\n", ";", "&", "|", "#", "\\", "$x", "${x:-", "a", " "),
        *("if ", "then ", "fi", "for x in ", "do ", "done", "case x in ", "esac", "f() {", "x=", ">", "bash -c ", "&&"),
        *(
            "sudo ",
            "eval ",
            "make ",
            "cd ",
            "python3 -m ",
            "java ",
            "((",
            "))",
            "[[ ",
            "$'",
            "<(",
            "${a[@]}",
            "\0",
            "é",
        ),
    ]
)


@given(st.lists(pieces, max_size=60).map("".join))
def test_any_text_is_read(text: str) -> None:
    for call in [*calls(text), *python_calls.calls(text)]:
        assert 1 <= call.line <= text.count("\n") + 1
        assert all(isinstance(word, str) for word in call.words)
    tree = {"start": Blob(text.encode()), "Makefile": Blob(text.encode()), "a.py": Blob(text.encode())}
    for path in tree:
        assert all(run.path in tree for run in runs(tree, path))
        alone(tree, path)


words = st.text(st.sampled_from("abz/.-_~$*"), min_size=1, max_size=8)


@given(st.lists(words, min_size=1, max_size=6))
def test_quoted_words_are_themselves(given_words: list[str]) -> None:
    (call, *_) = calls("x " + " ".join(f"'{word}'" for word in given_words))
    assert call.words == ("x", *given_words)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), max_size=6))
def test_texts_of_python_are_its_own(texts: list[str]) -> None:
    """As Python itself reads them, but for escapes."""
    script = "\n".join(map(repr, texts))
    expected = [text for text in texts if "\\" not in repr(text)]
    found = [piece.text for piece in python_calls.tokens(script) if piece.kind == "text"]
    assert [one for one, text in zip(found, texts, strict=True) if "\\" not in repr(text)] == expected
    assert ast.literal_eval(f"[{','.join(map(repr, texts))}]") == texts


@pytest.mark.parametrize(
    "piece",
    [
        *("'", '"', '"$(', "`", "$(", "(", "{ ", "a & ", "a;", "${x:-", "x=$x$x ", "<<E\n", "if a; then ", "f() { "),
        *("bash -c 'a' ", "sudo ", "eval a ", "for x in a b; do ", "$x", "\\", "$((", "'a' ", "a |", "f() { f; f; }\n"),
        *("os.system(", "x = [", "'''", "[[ ", "case x in ", ")", "}", "python -m a ", "a\n", "# ", "make\n"),
    ],
)
def test_time_is_linear(piece: str) -> None:
    """Quadratic time would take minutes."""
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    calls(text)
    python_calls.calls(text)
    alone({"Makefile": Blob(re.sub("^", "\t", text, flags=re.MULTILINE).encode())}, "Makefile")
    assert time.process_time() - begun < 8
