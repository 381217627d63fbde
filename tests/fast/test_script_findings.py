"""What is found in foreign scripts by what they run: tables, one for each rule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from extensions import clashes
from extensions.errors import BlocksError
from extensions.findings.packs import examine
from extensions.foreign import adopt, adoption, carry, proxied, slow, tools
from extensions.foreign.directory import Blob, Directory
from extensions.foreign.scripts import place
from extensions.model import Finding, Fragment
from extensions.repo2docker import KNOWN
from extensions.similar import meant
from tests import units
from tests.fast.conftest import ROOT

NEW = ("BB411", "BB412", "BB413", "BB414", "BB415")


def directory(files: Mapping[str, str], home: str = "binder/imports/o-r", folder: str = "binder") -> Directory:
    tree = {path: Blob(text.encode()) for path, text in files.items()}
    return Directory("o/r", "import-o-r", "gh:o/r@0123456:" if home else "", folder, home, tree)


def found(files: Mapping[str, str], home: str = "binder/imports/o-r", repository: str = "") -> list[Finding]:
    return [one for one in place(directory(files, home), "binder", repository)[1] if one.code in NEW]


def start(lines: str) -> str:
    return f'#!/bin/bash\n{lines}\nexec "$@"\n'


def test_the_limit_is_launchs() -> None:
    (limit,) = re.findall(r"^ *launch \[--deadline (\d+)\]", (ROOT / "launch/main.py").read_text(), re.MULTILINE)
    assert int(limit) == slow.WAITED


SLOW = {
    **dict.fromkeys(("sleep 12", "sleep 5s", "sleep 0.1m", "/bin/sleep 6", "if x; then sleep 9; fi"), 2),
    **dict.fromkeys(("git clone https://x/y", "git -C x pull", "wget x", "curl -LO https://x.org/y"), 2),
    **dict.fromkeys(
        (
            "jupyter nbconvert --to notebook --execute x.ipynb",
            "jupyter labextension install x",
            "papermill a b",
            "quarto render",
        ),
        2,
    ),
    **dict.fromkeys(("pg_restore -d x y", "mongorestore dump", "pip install x", "python -m pip install x"), 2),
    **dict.fromkeys(("conda install x", "mamba env update -f x", "npm ci", "Rscript -e 'install.packages(1)'"), 2),
    **dict.fromkeys(("julia -e 'using Pkg; Pkg.instantiate()'", "nohup wget x", "X=$(curl https://x.org)"), 2),
    "f() { wget x; }\nf": 2,
    "sleep 2\nsleep 3": 3,
    "[ -d x ] ||\\\n  git clone https://x/y": 3,
    "bash h.sh": 2,
    "python w.py": 2,
}
ELSEWHERE = {"h.sh": "#!/bin/sh\nmongorestore dump\n", "w.py": "import time\ntime.sleep(30)\n"}
QUICK = [
    *("sleep 1", "sleep $X", "sleep 20 &", "(sleep 20; wget x) &", "wget -q x &"),
    *("nohup git clone https://x/y &", "# wget x", "echo 'pip install x'", "f() { wget x; }"),
    *(
        "f() { wget x; }\nf &",
        "jupyter labextension list",
        "jupyter labextension disable x",
        "pip list",
        "git config a b",
        "git --version",
        "curl localhost:8080/x",
    ),
    *("wget -O - http://127.0.0.1:3333", "jupyter nbconvert --to html x.ipynb", "cat >x <<E\nwget y\nE"),
    *(
        "bash h.sh &",
        "conda env list",
        "export X=wget",
        "for x in a; do sleep 1; done",
    ),
]


@pytest.mark.parametrize(("lines", "line"), SLOW.items())
def test_slow(lines: str, line: int) -> None:
    (finding,) = found({"binder/start": start(lines), **ELSEWHERE})
    assert (finding.code, finding.line, finding.left_out) == ("BB411", line, False)
    assert f"opens after {slow.WAITED} s" in finding.reason


@pytest.mark.parametrize("lines", QUICK)
def test_quick(lines: str) -> None:
    assert not found({"binder/start": start(lines), **ELSEWHERE})


def test_nothing_is_slow_after_the_notebooks_command_or_at_build() -> None:
    text = '#!/bin/bash\nif x; then\n  exec "$@"\nfi\nexec "$@"\nwget x\n'
    assert not found({"binder/start": text, "binder/postBuild": "#!/bin/bash\nwget x\nsleep 20\n"})


ROOTS = [
    *("sudo x", "sudo -E apt-get install -y x", "su -c x", "su - y -c 'z'", "doas x", "apt install x"),
    *("apt-get update", "apt-get -qq install x", "dpkg -i x.deb"),
    *("DEBIAN_FRONTEND=noninteractive apt-get install x", "yum install -y x", "apk add x", "dnf install x"),
    *("service x start", "systemctl enable --now x", "/etc/init.d/x restart", "useradd x", "ldconfig"),
    *("locale-gen", "add-apt-repository x", "echo x >/etc/y", "echo x | tee -a /etc/y"),
    *("cp x /usr/local/bin", "mv x /opt/y", "mkdir -p /opt/x", "ln -s x /usr/bin/y"),
    *("wget -O /usr/local/bin/x https://y", "curl -o /opt/x https://y", "tar xf x.tgz -C /opt"),
    *("unzip x.zip -d /usr/share/y", "sed -i s/a/b/ /etc/x", "git clone https://x/y /opt/y"),
    *("cd /opt && wget https://x/y", "docker run x", "bash h.sh", "f() { sudo x; }\nf", "python3 a.py"),
    *(
        "chmod +x /usr/local/bin/x",
        "install -m 755 x /usr/local/bin/",
        "RUN apt-get install x",
        "USER root",
        "mkdir /srv/x",
        "rm -rf /var/lib/apt/lists",
    ),
    *("if true; then sudo x; fi", "X=$(sudo y)", "nohup sudo x &", "make -C tools"),
    *("update-alternatives --set x y",),
]
FINE = [
    *("apt list", "apt-cache search x", "dpkg -l", "dpkg -x x.deb .", "service --status-all"),
    *("systemctl --user start x", "apt-get download x", "cat /etc/os-release", "cp /usr/share/x ."),
    *(
        "ls /opt",
        "export PATH=/opt/x:$PATH",
        "# sudo x",
        "echo sudo x",
        "echo apt install x",
        "x apt-get install y",
        "printf 'apt install x'",
    ),
    *("f() { sudo x; }", "command -v sudo", "which apt-get", "if command -v sudo; then sudo x; fi"),
    *("[ -x /usr/bin/sudo ] && sudo x", "sudo -n true && sudo x"),
    *('if [ "$(id -u)" = 0 ]; then apt-get install x; fi', "[[ $EUID -eq 0 ]] && apt update"),
    *("x >/dev/null 2>&1", "cat >x <<E\nsudo y\nE", "mkdir -p /srv/conda/x /var/tmp/x /srv/repo/x", "cp x /tmp"),
    *("cp x $CONDA_DIR/opt", "ln -s /usr/bin/x ~/x", "cp x opt/y", "mkdir -p ./usr/bin", "tar xf /usr/x.tgz"),
    *(
        "make -C others",
        "cd /usr/share && ls",
    ),
]
HELPERS = {
    "h.sh": "#!/bin/sh\napt-get install x\n",
    "a.py": "import subprocess\nsubprocess.run(['sudo', 'x'])\n",
    "tools/Makefile": "all: x\n\techo x\nx:\n\tsudo y\n",
    "others/Makefile": "all:\n\techo x\nx:\n\tsudo y\n",
}


@pytest.mark.parametrize("name", ["postBuild", "start"])
@pytest.mark.parametrize("lines", ROOTS)
def test_root(lines: str, name: str) -> None:
    codes = {finding.code for finding in found({f"binder/{name}": start(lines), **HELPERS})}
    assert "BB414" in codes


@pytest.mark.parametrize("lines", FINE)
def test_no_root(lines: str) -> None:
    assert not [one for one in found({"binder/postBuild": start(lines), **HELPERS}) if one.code == "BB414"]


def test_a_line_that_needs_root_is_found_once() -> None:
    (finding,) = found({"binder/postBuild": "#!/bin/sh\nsudo apt-get update && sudo apt-get install -y x >/etc/y\n"})
    assert (finding.line, finding.file) == (2, "gh:o/r@0123456:binder/postBuild")
    assert "neither root nor sudo" in finding.reason
    assert "apt.txt" in finding.remedy


MADE = [
    ("mkdir -p app && touch app/run", "$HOME/app/run & x"),
    ("mkdir app", "~/app/run"),
    ("mkdir app", 'PATH="${HOME}/app:$PATH"'),
    ("mkdir app", "/home/jovyan/app/run"),
    ("mkdir app", "cd ~\n./app/run"),
    ("mkdir app", "cd\nbash app/run"),
    ("mkdir -p $PWD/app", "~/app/run"),
    ("mkdir -p $REPO_DIR/app", "~/app/run"),
    ("cd app2 && cd ..\ntouch app", "cat ~/app"),
    ("tar xzf app-1.2-linux.tar.gz", "~/app-1.2/bin/x"),
    ("tar -xzf app.tgz && rm app.tgz", "~/app/bin/x"),
    ("mkdir opt\ntar xf x.tgz -C opt", "ln -s ~/opt/x ~/.local/bin/x"),
    ("curl x | tar xz -C app", "~/app/x"),
    ("unzip app.zip", "~/app/x"),
    ("unzip x.zip -d app", "~/app/x"),
    ("dpkg -x x.deb app", "~/app/usr/bin/x"),
    ("git clone --depth 1 -b main https://x/y/app.git", "~/app/x"),
    ("git clone https://x/y app", "~/app/x"),
    ("cp -r x app", "~/app/x"),
    ("mv x app", "~/app/x"),
    ("ln -s /x/app", "~/app/x"),
    ("x >app", "cat ~/app"),
    ("x | tee app", "cat ~/app"),
    ("curl -o app https://x", "~/app"),
    ("curl -sSLO https://x/app", "~/app"),
    ("wget -qO app https://x", "~/app"),
    ("wget https://x/app?raw=1", "~/app"),
    ("python -m venv app", ". ~/app/bin/activate"),
    ("(mkdir app)", "~/app/x"),
    ("sh h.sh", "~/app/x"),
]
AT_HOME = [
    ("mkdir app", "./app/run"),
    ("mkdir app", "$REPO_DIR/app/run"),
    ("mkdir -p ~/app", "~/app/run"),
    ("mkdir ~/app; mkdir app", "~/app/run"),
    ("cd ~ && mkdir app", "~/app/run"),
    ("cd $HOME; tar xf app.tgz", "~/app/run"),
    ("tar xf app.tgz -C ~", "~/other/run"),
    ("cd /tmp && git clone https://x/app", "~/app/run"),
    ("(cd /tmp; mkdir app)", "~/app/run"),
    ("mv x ~/app", "~/app/run"),
    ("rm -rf app", "~/app/run"),
    ("# mkdir app", "~/app/run"),
    ("mkdir app", "# ~/app/run"),
    ("git clone https://x/y/pip", "cd ~\npip install x"),
    ("mkdir -p .jupyter2", "cp x ~/.jupyter/"),
    ("initdb -D $HOME/app", "pg -D ~/app"),
]
HOMES = [("binder/imports/o-r", ""), ("", "/srv/repo")]


@pytest.mark.parametrize(("home", "repository"), HOMES, ids=["imported", "adopted"])
@pytest.mark.parametrize(("build", "begin"), MADE)
def test_made_where_it_is_not_sought(build: str, begin: str, home: str, repository: str) -> None:
    files = {"binder/postBuild": f"#!/bin/bash\n{build}\n", "binder/start": start(begin), "h.sh": "mkdir app\n"}
    finding, *more = [one for one in found(files, home, repository) if one.code == "BB412"]
    assert not more
    assert '"$REPO_DIR/' in finding.remedy
    assert finding.file.endswith("binder/start")


@pytest.mark.parametrize(("build", "begin"), AT_HOME)
def test_made_where_it_is_sought(build: str, begin: str) -> None:
    files = {"binder/postBuild": f"#!/bin/bash\n{build}\n", "binder/start": start(begin)}
    assert not [one for one in found(files) if one.code == "BB412"]


@pytest.mark.parametrize(
    "sought",
    ["~/binder/x", "$HOME/data/a", '"${HOME}/data"', "/home/jovyan/data/*", "cd ~; ./data/a", "(cd && cat data/a)"],
)
def test_an_adopted_repository_that_an_image_has_elsewhere(tmp_path: Path, sought: str) -> None:
    (tmp_path / "binder").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").write_text("x")
    (tmp_path / "binder/start").write_text(start(f"{sought} ~/.bashrc ~/nothing"))
    (one,) = adoption.directories(adopt.read(tmp_path, ["binder"]))
    (finding,) = [one for one in place(one, "binder", "/srv/repo")[1] if one.code in NEW]
    assert (finding.code, finding.line) == ("BB413", 2 + sought.count("\n"))
    assert "/srv/repo" in finding.reason
    assert not [one for one in place(one, "binder")[1] if one.code in NEW]


@pytest.mark.parametrize("name", units.OUTPUTS)
def test_an_output_with_the_repository_elsewhere_says_so(name: str) -> None:
    output = units.OUTPUTS[name]
    texts = [(output.folder / path).read_text() for path in output.files() if re.match(r"files/|rules\.py", path)]
    told = re.compile(r"--target-repo-dir[ =]([\w/]+)|^ENV REPO_DIR=([\w/]+)", re.MULTILINE)
    for one, other in (match for text in texts for match in told.findall(text)):
        assert (one or other) in output.build.get("repository", "")


def test_helpers_of_adopted_scripts_are_looked_into(tmp_path: Path) -> None:
    for path, text in {
        "binder/postBuild": start("bash tools/a.sh\n# bash tools/never.sh\ncat big.sh /etc/passwd ../../out.sh"),
        "tools/a.sh": "python3 tools/b.py\n",
        "tools/b.py": "import os\nos.system('sudo x')\n",
        "tools/never.sh": "sudo x\n",
        "tools/data.csv": "x\n",
        "big.sh": "x" * 200_000,
        ".git/a.sh": "sudo x\n",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "link.sh").symlink_to("/etc/passwd")
    adopted = adopt.read(tmp_path, ["binder"])
    assert [*adopted["binder"]["helpers"]] == ["tools/a.sh", "tools/b.py"]
    (one,) = adoption.directories(json.loads(json.dumps(adopted)))
    files, findings = place(one, "binder")
    assert [file.path for file in files] == ["binder/postBuild.d/adopted-binder"]
    assert [(finding.code, finding.place) for finding in findings] == [("BB414", "tools/b.py:2")]
    assert [*adoption.files(adopted)] == ["binder/postBuild"]


@pytest.mark.parametrize("helpers", [[], {"../x": []}, {"/x": []}, {"a/../b": []}, {1: []}, {"a\nb": []}, {"x": 1}])
def test_helpers_that_nobody_wrote_are_refused(helpers: object) -> None:
    with pytest.raises(BlocksError, match=r"^adopted: "):
        adoption.directories({"binder": {"helpers": helpers}})


def test_works_on_git() -> None:
    text = start(
        "git lfs pull\ngit submodule update --init\ngit clone https://x/y\n(cd y && git checkout v1)\ngit config a b"
    )
    findings = found({"binder/postBuild": text})
    assert [(finding.code, finding.line) for finding in findings] == [("BB415", 2), ("BB415", 3)]
    assert not found({"binder/postBuild": text}, home="")


TOOLS = {
    "task": "Taskfile.yml", "go-task x": "taskfile.yaml", "just build": "justfile", "just x": "Justfile",
    "snakemake -c1": "Snakefile", "snakemake --cores all": "workflow/Snakefile",
    "cargo build --release": "Cargo.toml", "cargo install --path .": "Cargo.toml", "./gradlew x": "build.gradle",
    "gradle build": "settings.gradle.kts", "mvn package": "pom.xml", "bundle install": "Gemfile",
    "composer install": "composer.json", "poetry install": "pyproject.toml", "pdm sync": "pyproject.toml",
    "uv sync": "pyproject.toml", "pixi install": "pixi.toml", "hatch build": "pyproject.toml",
    "pipenv install": "Pipfile", "dvc pull": "dvc.yaml", "quarto render": "_quarto.yml",
    "jupyter-book build .": "_config.yml", "mkdocs build": "mkdocs.yml", "sphinx-build docs out": "docs/conf.py",
    "pre-commit run": ".pre-commit-config.yaml", "rake": "Rakefile", "tox -e x": "tox.ini", "nox -s x": "noxfile.py",
    "invoke x": "tasks.py", "doit": "dodo.py", "ansible-playbook x": "ansible.cfg",
    "docker-compose up": "docker-compose.yml", "Rscript -e 'renv::restore()'": "renv.lock",
    "R -e \"renv::restore()\"": "renv.lock", "R CMD INSTALL .": "DESCRIPTION",
    "julia -e 'using Pkg; Pkg.instantiate()'": "Project.toml", "julia --project=. -e 'x'": "Manifest.toml",
    "make all": "Makefile", "gmake": "GNUmakefile", "npm ci": "package.json", "pnpm install": "package.json",
    "npx vite": "package.json", "go build ./...": "go.mod", "dotnet build": "x.sln", "stack build": "stack.yaml",
    "cabal build": "x.cabal", "lein run": "project.clj", "sbt compile": "build.sbt", "mix deps.get": "mix.exs",
    "cmake -B out .": "CMakeLists.txt", "meson setup out": "meson.build", "bazel build x": "MODULE.bazel",
    "conda env update": "environment.yml", "cpanm --installdeps .": "cpanfile", "nix-shell --run x": "shell.nix",
    "hugo": "hugo.toml", "myst build": "myst.yml", "tsc": "tsconfig.json", "dbt run": "dbt_project.yml",
    "honcho start": "Procfile", "supervisord": "supervisord.conf", "python -m invoke x": "tasks.py",
    "python3 -m nox": "noxfile.py", "conda run -n x task y": "Taskfile.yml", "sudo make install": "Makefile",
    "bash -c 'just x'": "justfile", "uv run snakemake": "Snakefile",
    "if command -v task; then task x; fi": "Taskfile.yml", "PATH=x:$PATH task y": "Taskfile.yml",
    "$HOME/.local/bin/task x": "Taskfile.yml", "cd src && just x": "justfile",
    "poetry -C src/app install": "src/app/pyproject.toml", "cd src/app; npm i": "src/app/package.json",
    "cargo build --manifest-path src/app/Cargo.toml": "src/app/Cargo.toml",
    "mvn -f src/app/pom.xml x": "src/app/pom.xml", "x | task y": "Taskfile.yml", "nohup task x &": "Taskfile.yml",
    "bash src/h.sh": "Taskfile.yml", "python src/h.py": "justfile",
}  # fmt: skip
# What is called otherwise, or is told nothing by a file.
NO_TOOLS = [
    *("echo task x", "# task x", "cargo install ripgrep", "npm install -g x", "uv pip install x"),
    *("conda install x", "task() { x; }", "cp task ~/.local/bin", "chmod +x just", "cat <<E\ntask x\nE"),
    *(
        "R -e 'library(x)'",
        "julia -e '1'",
    ),
]


def carried(line: str, more: str) -> set[str]:
    files = {"binder/postBuild": f"#!/bin/bash\n{line}\n", "src/h.sh": "task x\n", "src/x.txt": "", "README.md": ""}
    files["src/h.py"] = "import subprocess\nsubprocess.run(['just', 'x'])\n"
    return {*carry.carried(directory({**files, more: "x"}))[0]}


@pytest.mark.parametrize(("line", "file"), TOOLS.items())
def test_what_tools_read_comes_along(line: str, file: str) -> None:
    assert file in carried(line, file)


@pytest.mark.parametrize("line", NO_TOOLS)
@pytest.mark.parametrize(
    "file", ["Taskfile.yml", "justfile", "Cargo.toml", "package.json", "pyproject.toml", "renv.lock"]
)
def test_what_no_tool_reads_stays(line: str, file: str) -> None:
    assert not {file, "README.md"} & carried(line, file)


@pytest.mark.parametrize("name", sorted(tools.TOOLS))
def test_every_tool_has_its_files(name: str) -> None:
    words = {"uv": "sync", "cargo": "build", "nix-env": "-f .", "cpanm": "--installdeps .", "nvm": "use"}.get(
        name, "env"
    )
    for pattern in tools.TOOLS[name]:
        file = pattern.replace("y*ml", "yml").replace("*", "x")
        assert any(path in carried(f"{name} {words}", path) for path in (file, f"{file}/x"))


CONFIGURATIONS = {
    "c.ServerProxy.servers = {'mine': {'command': ['x', '{port}'], 'launcher_entry': {'title': 'Mine'}}}": ["mine"],
    "c.ServerProxy.servers = {\n  'a': {'command': ['x']},  # 'b': {}\n  'c': dict(command=['y']),\n}": ["a", "c"],
    "c.ServerProxy.servers.update({'a': {}})": ["a"],
    "c.ServerProxy.servers['a'] = {'command': x}": ["a"],
    "servers = {'a': {}}\nc.ServerProxy.servers = servers": [],
    "# c.ServerProxy.servers = {'a': {}}": [],
    "c.NotebookApp.x = {'a': {}}": [],
}


@pytest.mark.parametrize(("text", "names"), CONFIGURATIONS.items())
def test_servers_in_python(text: str, names: list[str]) -> None:
    files = {"binder/jupyter_server_config.py": text, "binder/postBuild": ""}
    given = proxied.fragments(directory(files), files)
    assert [name for fragment in given for name in clashes.servers(fragment.text)] == names


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("binder/jupyter_notebook_config.py", "c.ServerProxy.servers = {'ours': {}}"),
        ("binder/jupyter_server_config.json", '{"ServerProxy": {"servers": {"ours": {"command": []}}}}'),
        (".jupyter/jupyter_server_config.py", "c.ServerProxy.servers = {'x': {'launcher_entry': {'title': 'Ours'}}}"),
        ("binder/postBuild", "cat >~/.jupyter/jupyter_server_config.py <<E\nc.ServerProxy.servers = {'ours': {}}\nE\n"),
    ],
)
def test_two_applications_of_one_name(path: str, text: str) -> None:
    entry = {"command": [], "launcher_entry": {"title": "Ours"}}
    ours = Fragment("block", "components/block/x.json", json.dumps({"ServerProxy": {"servers": {"ours": entry}}}))
    files = {path: text}
    (clash,) = clashes.launchers([ours, *proxied.fragments(directory(files), files)])
    assert clash.kind == "launcher"
    assert [want.component for want in clash.parties] == ["block", "o/r"]
    assert clash.losing[0].file == f"gh:o/r@0123456:{path}"


MEANT = {
    "postBuild": "postbuild post_build post-build PostBuild postBuild.sh postBuild.txt post.build postBuld "
    "postBuild.sh.txt",
    "start": "Start START start.sh start.bash",
    "apt.txt": "apt.txt.txt Apt.txt apts.txt apt.text apt",
    "environment.yml": "Environment.yml environment.yml.txt environments.yml environment-yml enviroment.yml "
    "enviornment.yml environment.txt environment env.yml environment.yml.yml",
    "requirements.txt": "requirement.txt Requirements.txt requirments.txt requirements.text requirements.txt.txt "
    "requirements requiremnts.txt requirements.yml",
    "runtime.txt": "Runtime.txt runtime.text runtimes.txt",
    "Dockerfile": "dockerfile Dockerfile.txt DockerFile",
}
OTHERS = (
    "environment-dev.yml environment2.yml Xrequirements.txt requirements-dev.txt environment.yml.bak README.md "
    "setup.py stats.sh restart.sh started start.ipynb environment.ipynb project.py install.sh "
    "requirements.in packages.txt environment.json smart.txt requirements1.txt run.sh Makefile startup.sh _postBuild"
)


@pytest.mark.parametrize(("name", "right"), [(name, right) for right, names in MEANT.items() for name in names.split()])
def test_names_that_are_almost_right(name: str, right: str) -> None:
    assert meant(name) == right
    (finding,) = [one for one in examine(directory({f"binder/{name}": ""})) if one.code == "BB318"]
    assert f"rename it to {right}" in finding.remedy


@pytest.mark.parametrize("name", [*OTHERS.split(), *KNOWN])
def test_names_that_are_others(name: str) -> None:
    assert meant(name) == name


def test_a_start_at_a_root_is_anybodys() -> None:
    assert not [one for one in examine(directory({"start.sh": ""}, folder="")) if one.code == "BB318"]


@pytest.mark.parametrize("folder", ["Binder", "binders", ".Binder", "_binder", "my-binder", "docs"])
def test_folders_that_are_almost_right(folder: str) -> None:
    files = {f"{folder}/apt.txt": "", "environment.yml": ""}
    codes = [one.code for one in examine(directory(files, folder=""))]
    assert codes == (["BB319"] if folder not in ("docs", "my-binder") else [])
