"""Secrets of many kinds, planted where they come to stand, are in no byte of what `diagnose` gives."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from urllib.parse import quote

import pytest

from diagnosis.masking import Secrets, environment_text
from diagnosis.names import HIDDEN, hide, is_secret
from tests.fast.diagnosing import bundled, diagnose, make_diagnosed
from tests.fast.launching import Repository, finish, until

repository = pytest.fixture(make_diagnosed)

# What is planted, each in one place by name or looks, and some of them elsewhere without.
PLANTED = {
    "variable of the session": "Zq8-vT1!mK/xs",
    "variable of binder/env": "hB7kWq29rLm4",
    "short variable": "x9K2q",
    "plain word": "gryphonsong",
    "hub's token": "5f1c9d7e2b8a4c60a1",
    "answer": "Course&Pass=1 of <2026>",
    "password in an address": "p4$$w0rd:ish",
    "token in an address": "tk_8872hQmZ",
    "token of git": "ghp_Zx81mmQpR02vvLw7Kd3",
    "token of GitLab": "glpat-9sKdL2mQpR81vvZx",
    "key of a cloud": "AKIA5XQ2MPLRT7VWZY3D",
    "bearer": "mF9aB5f4.1JqMsQ",
    "basic": base64.b64encode(b"ada:Lovelace1815").decode(),
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.dozjgNryP4J3jVmNHl0w5N",
    "cookie": "2|1:0|10:1700000000|aGVsbG8x",
    "private key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
    "netrc": "netrcPw77",
    "pgpass": "pgPassPw88",
    "git-credentials": "credPw99x",
    "runtime file": "0a7b2c9d8e1f4a5b6c3d",
    "command line": "cmdLinePw55",
    "command line of a server": "serverPw66",
    "SQL": "sqlPw-4x4",
    "hash": "$argon2id$v=19$m=10240,t=10,p=8$abcDEF123$xyz987UVW",
    "JSON in a log": 'js"on\\Pw66',
    "file's name": "nameOfFile7Pw",
}


def plant(repository: Repository) -> dict[str, str]:
    """Put each where it would be; the variables that whoever diagnoses has."""
    p, home = PLANTED, repository.home
    with (repository.binder / "env").open("a") as file:
        file.write(f"export COURSE_API_KEY={p['variable of binder/env']}\n")
    answers = {"components": ["one"], "binder_dir": "binder", "_commit": "1.2.3", "one_password": p["answer"]}
    (repository.root / ".copier-answers.yml").write_text(
        "".join(
            f"{key}: {json.dumps(value)}\n" if value != ["one"] else "components:\n- one\n"
            for key, value in answers.items()
        )
    )
    (repository.binder / "report.json").write_text(
        json.dumps({"answers": answers, "entries": {"env": [{"name": "ONE_PASSWORD", "text": p["answer"]}]}})
    )
    (home / ".netrc").write_text(f"machine example.org\n  login ada\n  password {p['netrc']}\n")
    (home / ".pgpass").write_text(f"db.example.org:5432:course:ada:{p['pgpass']}\n")
    (home / ".git-credentials").write_text(f"https://ada:{p['git-credentials']}@git.example.org\n")
    runtime = home / ".local/share/jupyter/runtime"
    runtime.mkdir(parents=True)
    (runtime / "jpserver-7.json").write_text(json.dumps({"token": p["runtime file"], "port": 8888}))
    key = (
        f"-----BEGIN RSA PRIVATE KEY-----\n{p['private key']}\n{p['private key'][::-1]}\n-----END RSA PRIVATE KEY-----"
    )
    everything = " ".join(p[name] for name in ("netrc", "pgpass", "git-credentials", "runtime file", "command line"))
    session = p["variable of the session"]
    log = f"""starting up
connecting to postgresql://ada:{quote(p["password in an address"])}@db.example.org/course
GET /lab?token={p["token in an address"]}&x=1 200
cloning https://{p["token of git"]}@github.com/o/r, later {p["token of GitLab"]} and {p["key of a cloud"]}
Authorization: Bearer {p["bearer"]}
authorization: Basic {p["basic"]}
ada is Lovelace1815
got {p["JWT"]}
Cookie: username-8888="{p["cookie"]}"; theme=dark
{key}
one: CREATE ROLE ada LOGIN PASSWORD '{p["SQL"]}'
c.PasswordIdentityProvider.hashed_password = '{p["hash"]}'
{json.dumps({"user": "ada", "password": p["JSON in a log"]})}
plainly {everything} {p["variable of binder/env"]} {p["short variable"]} {p["plain word"]} {p["hub's token"]}
as {quote(session, safe="")} {json.dumps(session)} {base64.b64encode(session.encode()).decode()}
also {session.encode().hex()} {base64.b64encode(b"ada:" + session.encode()).decode()}
or {base64.urlsafe_b64encode(b"x" + session.encode()).decode()}
the answer was {p["answer"]} or {quote(p["answer"])}
ordinary text stays
"""
    (repository.root / "planted.log").write_text(log)
    reason = f'echo "refused for {session}" >&2'
    run = f'#!/bin/sh\ncat "{repository.root}/planted.log"\necho up >"$SERVICE_DATA/starts"\nexec sleep 1000\n'
    repository.service("one", run)
    repository.service("two", f"#!/bin/sh\n{reason}\nexit 1\n")
    repository.hook("three", f'#!/bin/sh\ncat "{repository.root}/planted.log"\nexit 1\n')
    subprocess.run(["git", "init", "--quiet", str(repository.root)], check=True)
    return {
        "ONE_SECRET": session,
        "SHORT_TOKEN": p["short variable"],
        "WIKI_PASSWORD": p["plain word"],
        "JUPYTERHUB_API_TOKEN": p["hub's token"],
        "UPLOAD_PASSWORD": p["file's name"],
    }


def forms(value: str) -> set[str]:
    """As somebody would find it again; and each half of a long one."""
    found = {value, quote(value, safe=""), json.dumps(value)[1:-1], value.encode().hex()}
    found |= {base64.b64encode(b" " * shift + value.encode()).decode()[4:-4] for shift in range(3)}
    found |= {value[:8], value[-8:]} if len(value) >= 16 else set()
    return {form for form in found if len(form) > 4}


def test_none_of_them_is_in_it(repository: Repository) -> None:
    variables = plant(repository)
    process = repository.opened(env={**repository.environment, **variables}, traps="")
    until("two has failed", lambda: repository.state("two")["state"] == "failed")
    named = ["bash", "-c", 'exec -a "client --password=$1 --port=1" sleep 1000', "bash", PLANTED["command line"]]
    client, leaf = subprocess.Popen(named), PLANTED["file's name"]
    words = ["redis-server", "--requirepass", PLANTED["command line of a server"]]
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", *words])
    (repository.run / f"log/{leaf}.log").write_text("nothing\n")
    (repository.root / f"notes-{leaf}.txt").write_text("nothing\n")
    try:
        texts = bundled(repository, **variables)
        said = diagnose(repository, "--text", **variables)
    finally:
        for one in (client, server):
            one.kill()
            one.wait()
    finish(process)
    everything = {**texts, "names": "\n".join(texts), "text": said.stdout + said.stderr}
    for name, text in everything.items():
        for kind, value in PLANTED.items():
            for form in forms(value):
                assert form not in text, f"{kind} is in {name}: {text[max(0, text.find(form) - 80) :][:200]}"
    assert "Lovelace1815" not in "".join(everything.values())
    log = texts["logs/one.log"]
    for kept in (
        "starting up\n",
        "ordinary text stays",
        "db.example.org/course",
        "/lab?token=[hidden]&x=1 200",
        "one: CREATE",
    ):
        assert kept in log
    assert len(log.splitlines()) > 15
    assert "refused for [hidden]" in texts["status.json"] + texts["summary.txt"]
    assert f"ONE_SECRET={HIDDEN}" in texts["environment.txt"]
    assert "COURSE_SLUG=course" in texts["environment.txt"]


ORDINARY = """
FATAL:  password authentication failed for user "ada"
LOG:  listening on IPv4 address "127.0.0.1", port 5432
tokenizers==0.15.2
secretstorage 3.3.3
keyring==25.1
python-tokenize 1.0 py312_0
SyntaxError: unexpected token, line 3
PRIMARY KEY (id), FOREIGN KEY (author) REFERENCES authors (id)
KeyError: 'name'
commit 4f2c8a9be1d07c3350aa91ff0e6b7d2c5a1e9f30
sha256:
9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
http://127.0.0.1:8888/user/a%40b/lab/tree/one.ipynb
git@github.com:owner/name.git
jdbc:postgresql://127.0.0.1:5432/course
ready after 2.5 s: postgres, mongo
Basic authentication is off; bearer authentication is on
PWD=/home/jovyan
10:15:23 [I] 200 GET /api/contents (ada@127.0.0.1) 3.21ms
one.py:12: error: x
if user == "ada" and key != "b":
max_connections = 100
  File "/srv/conda/lib/python3.13/site-packages/jupyter_server/auth/identity.py", line 3, in get_user
the keyboard, the monkey, the passenger and the authority
password is required; see ~/.netrc
no token given
docker run -p 8888:8888 image
mysql -h 127.0.0.1 -P 330 course
redis-cli -p 6379 ping
mongod --auth --port 27017
cp -p one two; mkdir -p three
requirepass is not set
SSH_AUTH_SOCK=/tmp/ssh-x1/agent.7
local all all auth=trust
compass=north, bypass = 7, user ada on host >log
OLDPWD=/tmp
curl -sSfL https://x.example/y -o y
password for user ada is required
Password for user admin is not set
your password is wrong; the password was changed
password is too short, at least 8 characters
the password is expired since 2024-01-01
Changed password for user 'neo4j'. IMPORTANT: this change will only take effect once
initial admin password is in /var/lib/x/initialAdminPassword
default password encryption: scram-sha-256
new password for user: see https://x.example/y1
Enter new password:
250-AUTH LOGIN PLAIN CRAM-MD5
250-AUTH PLAIN
(error) NOAUTH Authentication required.
ERR AUTH <password> called without any password configured for the default user.
[AUTH] user1 logged in
PASS: test_one.py::test_2 (0.3s)
--- PASS: TestServer1 (0.00s)
first pass: 10.25ms, second pass: 1024MB
pass: 12, fail: 3
pass: true
pin: python=3.12
pin: numpy>=1.26
pinned: numpy==1.26.4
spin: 12345678
shipping: 12345
PSK is not configured
ssl: psk_ke_modes unsupported
<label for="password">Password</label>
<input type="text" name="user" value="ada">
<Key>path/to/object1.txt</Key>
<add key="Timeout" value="30"/>
{"name": "POSTGRES_DB", "value": "course1"}
usage: neo4j-admin dbms set-initial-password [-h] [--verbose] <password>
run `neo4j-admin dbms set-initial-password` first
vault login succeeded
sudo -u postgres psql <<< "select 1"
echo done1 | tee log
cat <<< "$X"
sqlplus /nolog
jdbc:oracle:thin:@//127.0.0.1:1521/XEPDB1
https://discord.com/channels/1/2
https://api.telegram.org/
sk-learn and skimage
api-key required, Api-Key authentication is on
login: ada / 3 sessions
user: ada / notebook
mot de passe requis
SELECT 'password', "password" FROM users
column "password" of relation "users" does not exist
key="one" value="two"
LOG:  database system was shut down at 2024-01-01 10:00:00 UTC
2024-01-01 10:00:00.123 INFO  Bolt enabled on 127.0.0.1:7687.
[Server] /usr/sbin/mariadbd (server 10.11.8-MariaDB-0ubuntu0.24.04.1) starting as process 12
[Warning] 'user' entry 'root@ada' ignored in --skip-name-resolve mode.
ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)
ACL LOAD; user default on nopass ~* +@all
Default password is not changed; the default user is neo4j
Changed password for user ada to comply with policy
new Password hash algorithm SHA-256 is used
root password file
user: admin / role: user
{"s":"I","c":"ACCESS","id":20249,"msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-256","user":"ada"}}
WARN  AUTH failed for ada@127.0.0.1
Use the token in the header, AUTH basic
echo "deb https://x.example noble main" | sudo tee /etc/apt/sources.list.d/x.list
echo one1 | passwdless
<passwordPolicy>strict</passwordPolicy>
<dependency><artifactId>token-api2</artifactId></dependency>
fun(name="x", value="y1Z2")
"""
# Lines of programs as they come out.
OF_PROGRAMS = """
redis-server *:6379 --requirepass [hidden] --masterauth [hidden]
requirepass [hidden]
CONFIG SET masterauth "[hidden]"
sentinel auth-pass main [hidden]
user default on nopass +@all >[hidden]
redis-cli -h 127.0.0.1 -a [hidden] ping
redis-cli --pass [hidden]
java -Dx.auth=[hidden]
cypher-shell -u neo4j -p [hidden]
mosquitto_sub -h h -P [hidden] -t a
mosquitto_passwd -b file ada [hidden]
mongosh --username root -p=[hidden]
mongodump -uroot -p[hidden]
mysql -u root -p [hidden]
mysql -P 330 -p[hidden]
mysqladmin -uroot -p'[hidden]' status
cqlsh -u ada -p [hidden]
sqlcmd -S h -U sa -P [hidden]
PGPASSWORD=[hidden] psql
DB_PASS=[hidden]
MYSQL_PWD=[hidden]
connect(host, pwd="[hidden]")
java -Ddb.pass=[hidden]
keytool -storepass [hidden] -keypass [hidden]
openssl rsa -passin pass:[hidden]
ldapsearch -D cn=ada -w [hidden]
smbclient //h/s -U ada%[hidden]
curl -su ada:[hidden] h
http -a ada:[hidden] h
etcdctl --user root:[hidden] get
echo ada:[hidden] | chpasswd
htpasswd -nb ada [hidden]
rabbitmqctl add_user ada [hidden]
docker login -u ada -p [hidden]
wget --http-password [hidden]
wget --password=[hidden]
sshpass -p[hidden] ssh h
ssh-keygen -N [hidden] -f f
unzip -P [hidden] a.zip
"""


@pytest.mark.parametrize("line", OF_PROGRAMS.strip().splitlines())
def test_programs_are_given_passwords(line: str) -> None:
    """Each is hidden where it stands, without being known."""
    assert HIDDEN in line
    assert Secrets().mask(line.replace(HIDDEN, "gryphonsong9")) == line


# What names a secret without an equals sign, and what is one by its maker.
SAID = """
user=ada pass=[hidden]
{"pwd": "[hidden]"}
{"auth":{"user":"ada","pass":"[hidden]"}}
<password>[hidden]</password>
<db:admin-password type="x">[hidden]</db:admin-password>
<add key="Password" value="[hidden]"/>
<input type="hidden" name="_xsrf" value="[hidden]">
{"name": "DB_PASSWORD", "value": "[hidden]"}
A temporary password is generated for root@localhost: [hidden]
Generated root password: [hidden]
Password for user admin is [hidden]
your password is '[hidden]'
initial admin password [hidden]
login: admin / [hidden]
AUTH [hidden]
AUTH ada [hidden]
1700000000.1 [0 127.0.0.1:1] "AUTH" "[hidden]"
Api-Key [hidden]
cypher-shell -u neo4j -p [hidden]
neo4j-admin dbms set-initial-password [hidden]
CREATE USER ada WITH PASSWORD "[hidden]"
ALTER ROLE ada PASSWORD $$[hidden]$$
ALTER ROLE ada PASSWORD $a$[hidden]$a$ LOGIN
SET PASSWORD FOR 'ada' = PASSWORD('[hidden]')
CREATE USER ada IDENTIFIED BY "[hidden]"
CREATE USER ada IDENTIFIED WITH caching_sha2_password BY '[hidden]'
ALTER CURRENT USER SET PASSWORD FROM '[hidden]' TO '[hidden]'
jdbc:oracle:thin:scott/[hidden]@//h:1521/x
sqlplus -s scott/[hidden]@h
https://hooks.slack.com/services/[hidden]
https://discord.com/api/webhooks/123456789012345678/[hidden]
https://api.telegram.org/bot[hidden]/sendMessage
passcode=[hidden]
psk=[hidden]
bindpw [hidden]
otp: [hidden]
PIN: [hidden]
Kennwort: [hidden]
mot de passe : [hidden]
contraseña: [hidden]
pass: [hidden]
user: ada, pass: [hidden]
sqlcmd -S h -U sa -P [hidden]
vault login [hidden]
sudo -S ls <<< [hidden]
docker login -u ada --password-stdin <<< "[hidden]"
echo [hidden] | sudo -S ls
echo "[hidden]" | docker login -u ada --password-stdin
"""
MADE = "ya29.{} glrt-{} ATATT3xFfGF0{} rk_live_{} whsec_{} AGE-SECRET-KEY-1{} ghs_{} hvs.{} 123456789:AA{}"


@pytest.mark.parametrize("line", SAID.strip().splitlines())
def test_what_is_said_to_be_a_secret_is_hidden(line: str) -> None:
    assert HIDDEN in line
    text = line.replace(HIDDEN, "12345678:ab9CdE" if "/bot" in line else "gryphonSong9")
    assert Secrets().mask(text) == line


def test_a_token_that_stands_as_the_user_is_hidden() -> None:
    text = "git clone https://{}:{}@github.com/o/r"
    for password in ("x-oauth-basic", "x"):
        assert Secrets().mask(text.format("gryphonsong9", password)).startswith(f"git clone https://{HIDDEN}:")
    assert Secrets().mask(text.format("ada", "gryphonsong9")) == text.format("ada", HIDDEN)


@pytest.mark.parametrize("maker", MADE.split())
def test_tokens_of_makers_are_hidden(maker: str) -> None:
    assert Secrets().mask(f"got {maker.format('Zq7xV73kP9wABCDEFGHIJ_klmnopqrs')}, then") == f"got {HIDDEN}, then"


KEYS = "Zq7xV78kP9w admin:Zq7xV83kP9w sJ4hT9bQ2mXw0LrV7cKp x.aB3dE5fG7hI9jK"
NO_KEYS = (
    *("en_US.UTF-8", "xterm-256color", "AdaLovelace1815", "Course2024Spring", "jdk-21.0.1+12", "20240101T101010Z"),
    *(
        "/tmp/Zq7xV78kP9w",
        "python:3.12-slim",
        "4f2c8a9be1d07c3350aa91ff0e6b7d2c5a1e9f30",
        "v2/gh/Owner/R2d2C3p0Xx/main",
    ),
    *("rs=0:di=01;34:*.7z=01;31", "jupyter-ada-2dlovelace-2d1815", "-Xmx512m", "() { echo Zq7xV78kP9w; }"),
)


@pytest.mark.parametrize("value", KEYS.split())
def test_a_variable_that_can_only_be_a_key_is_hidden_whatever_its_name(value: str) -> None:
    secrets = Secrets()
    secrets.learn_variables({"LICENCE": value})
    secrets.learn_looks([])
    assert environment_text({"LICENCE": value}) == f"LICENCE={HIDDEN}"
    assert value not in secrets.mask(f"plainly {value}")


@pytest.mark.parametrize("value", NO_KEYS)
def test_a_variable_that_can_be_something_else_is_shown(value: str) -> None:
    assert environment_text({"LICENCE": value}) == f"LICENCE={value}"


@pytest.mark.parametrize(
    "line", ["NEO4J_AUTH=neo4j/{}", '"NEO4J_AUTH": "neo4j/{}"', "java -Dneo4j.auth=neo4j/{} -jar x"]
)
def test_a_password_behind_its_user_is_sought_elsewhere(line: str) -> None:
    secrets, text = Secrets(), line.format("an0therpw") + "\nplainly an0therpw"
    secrets.learn_looks(text)
    assert "an0therpw" not in secrets.mask(text)
    assert "plainly" in secrets.mask(text)


def test_ordinary_text_stays_as_it_is() -> None:
    secrets = Secrets()
    secrets.learn_variables({"POSTGRES_PASSWORD": "postgres", "SOME_KEY": "1", "A_TOKEN": "tok", "B_TOKEN": "/tmp"})
    secrets.learn_looks(ORDINARY)
    assert secrets.mask(ORDINARY) == ORDINARY


def test_a_word_that_the_course_publishes_is_hidden_by_its_name_alone() -> None:
    secrets = Secrets({"learner"})
    secrets.learn_variables({"PGPASSWORD": "learner", "PGUSER": "learner"})
    secrets.learn_looks([])
    assert secrets.mask("user learner, PGPASSWORD=learner") == f"user learner, PGPASSWORD={HIDDEN}"
    assert environment_text({"PGPASSWORD": "learner", "PGUSER": "learner"}) == f"PGPASSWORD={HIDDEN}\nPGUSER=learner"


SECRET = "PGPASSWORD MYSQL_PWD API_KEY apiKey authToken GITHUB_PAT SSH_AUTH COOKIE_SECRET OPENAI_KEY passwd DB_PASS"
PLAIN = "PWD OLDPWD KEEP_DATA COURSE_SLUG KEYBOARD TOKENIZERS_PARALLELISM PASSENGERS AUTHORS MONKEY PATH COMPASS"


def test_names() -> None:
    assert [name for name in SECRET.split() if not is_secret(name)] == []
    assert [name for name in PLAIN.split() if is_secret(name)] == []


def test_data_are_hidden_by_their_keys() -> None:
    data = {
        "a_password": "x",
        "list": [{"name": "A_TOKEN", "text": "y", "from": [{"text": "y"}]}],
        "keep": 1,
        "secret": None,
    }
    assert hide(data) == {
        "a_password": HIDDEN,
        "list": [{"name": "A_TOKEN", "text": HIDDEN, "from": [{"text": HIDDEN}]}],
        "keep": 1,
        "secret": None,
    }


HOSTILE = (
    *("password=" * 20000, "-----BEGIN PRIVATE KEY-----" * 8000, "A" * 500_000, "a:" * 200_000, "http://" * 50_000),
    *(
        "Cookie: " * 50_000,
        "eyJ" * 100_000,
        "machine x " * 40_000,
        "curl " * 50_000,
        "curl -u " * 20_000,
        "requirepass " * 40_000,
        "--a." * 40_000,
        "mysql -" * 50_000,
        "\\" * 200_000,
        "password is " * 40_000,
        "new a b password " * 30_000,
        "<a-password " * 40_000,
        'name="a_password" ' * 30_000,
        "password 'x" * 40_000,
        "password from x to " * 30_000,
        "sudo -S " * 50_000,
        "echo x | " * 50_000,
        "user: a pass: " * 30_000,
        "AUTH a " * 50_000,
        "--token-stdin " * 30_000,
        "https://x:" * 50_000,
    ),
    *(
        "$5$" * 100_000,
        "A" * 60 + "\n",
        ("A" * 60 + "\n") * 5000 + "-----END PRIVATE KEY-----",
        "a://b:" * 50_000,
        '"' * 200_000,
    ),
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].strip())
def test_hostile_text_takes_no_time(text: str) -> None:
    secrets = Secrets()
    secrets.learn_variables({"A_PASSWORD": "aaaaaaaa\\\\bbbb cc", "B_PASSWORD": "A" * 40})
    began = time.process_time()
    secrets.learn_looks(text)
    secrets.mask(text)
    assert time.process_time() - began < 4
