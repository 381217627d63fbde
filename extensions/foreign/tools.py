"""Programs that read files of a repository without their being named: `TOOLS`, by the file that tells them what to do.

- where one is called in a folder with such a file, or below it, all files there come along: what it says is theirs
- one that is told a folder or a file by an option finds its own there
- some read them only for some of their commands
- what works on the repository of Git itself finds the course's here, not the one that it was written for
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator

from .call import Call
from .places import is_inside, lead

_JS = ("package.json",)
_PYTHON = ("pyproject.toml", "setup.cfg", "setup.py")
_JULIA = ("Project.toml", "JuliaProject.toml", "Manifest.toml")
_R = ("renv.lock", "DESCRIPTION", ".Rprofile", "packrat", "manifest.R")
_SITE = ("_config.yml", "_config.toml", "_config.yaml")
# Program -> the names of its files.
TOOLS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("make", "gmake"), ("Makefile", "makefile", "GNUmakefile")),
    **dict.fromkeys(
        ("npm", "yarn", "jlpm", "pnpm", "bun", "lerna", "nx", "turbo", "ng", "vite", "webpack", "rollup"), _JS
    ),
    **dict.fromkeys(("gulp",), ("gulpfile.*", *_JS)),
    **dict.fromkeys(("grunt",), ("Gruntfile.*", *_JS)),
    "tsc": ("tsconfig.json",),
    "bower": ("bower.json",),
    "deno": ("deno.json", "deno.jsonc", *_JS),
    "pm2": ("ecosystem.config.*",),
    **dict.fromkeys(("poetry", "flit", "hatch", "pdm", "uv", "rye", "maturin", "build", "kedro", "meltano"), _PYTHON),
    "pixi": ("pixi.toml", "pixi.lock", "pyproject.toml"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
    "pip-sync": ("requirements*.txt",),
    "conda-lock": ("conda-lock.yml", "environment.yml"),
    **dict.fromkeys(("conda", "mamba", "micromamba"), ("environment.yml", "environment.yaml")),
    "conda-project": ("conda-project.yml", "environment.yml"),
    "anaconda-project": ("anaconda-project.yml",),
    "devbox": ("devbox.json",),
    **dict.fromkeys(("tox", "tox-run"), ("tox.ini", "tox.toml", *_PYTHON)),
    "nox": ("noxfile.py",),
    **dict.fromkeys(("invoke", "inv"), ("tasks.py", "tasks/__init__.py", "invoke.y*ml")),
    "fab": ("fabfile.py",),
    "doit": ("dodo.py", "pyproject.toml"),
    "pypyr": ("*.yaml",),
    "poe": ("pyproject.toml", "poe_tasks.*"),
    "taskipy": ("pyproject.toml",),
    "pytest": ("pytest.ini", "conftest.py", *_PYTHON),
    "pre-commit": (".pre-commit-config.yaml",),
    "waf": ("wscript",),
    "scons": ("SConstruct",),
    "paver": ("pavement.py",),
    **dict.fromkeys(("task", "go-task"), ("Taskfile.y*ml", "taskfile.y*ml", "Taskfile.dist.y*ml")),
    "just": ("justfile", "Justfile", ".justfile"),
    "mage": ("magefile.go", "magefiles"),
    **dict.fromkeys(("rake", "drake"), ("Rakefile", "rakefile", "Rakefile.rb")),
    **dict.fromkeys(("bundle", "bundler"), ("Gemfile", "gems.rb")),
    "jekyll": (*_SITE, "Gemfile"),
    "composer": ("composer.json",),
    "phing": ("build.xml",),
    "ant": ("build.xml",),
    **dict.fromkeys(("mvn", "mvnw", "mvnd"), ("pom.xml",)),
    **dict.fromkeys(("gradle", "gradlew"), ("build.gradle*", "settings.gradle*")),
    "sbt": ("build.sbt",),
    "mill": ("build.sc", "build.mill"),
    **dict.fromkeys(("lein", "boot"), ("project.clj", "build.boot")),
    **dict.fromkeys(("clojure", "clj"), ("deps.edn",)),
    **dict.fromkeys(("cargo", "wasm-pack", "trunk"), ("Cargo.toml",)),
    "go": ("go.mod", "go.work", "*.go"),
    **dict.fromkeys(("stack", "cabal"), ("stack.yaml", "cabal.project", "*.cabal", "package.yaml")),
    "dotnet": ("*.sln", "*.csproj", "*.fsproj", "paket.dependencies"),
    **dict.fromkeys(("mix", "rebar3"), ("mix.exs", "rebar.config")),
    **dict.fromkeys(("dune", "opam"), ("dune-project", "*.opam")),
    "swift": ("Package.swift",),
    **dict.fromkeys(("dart", "flutter", "pub"), ("pubspec.yaml",)),
    "nimble": ("*.nimble",),
    "shards": ("shard.yml",),
    "zig": ("build.zig",),
    "fpm": ("fpm.toml",),
    "alr": ("alire.toml",),
    "cpanm": ("cpanfile", "Makefile.PL", "Build.PL"),
    "carton": ("cpanfile",),
    "luarocks": ("*.rockspec",),
    **dict.fromkeys(("cmake", "ctest"), ("CMakeLists.txt", "CMakePresets.json")),
    "conan": ("conanfile.*",),
    "vcpkg": ("vcpkg.json",),
    "meson": ("meson.build",),
    "ninja": ("build.ninja",),
    "xmake": ("xmake.lua",),
    **dict.fromkeys(("bazel", "bazelisk", "buck2"), ("WORKSPACE*", "MODULE.bazel", "BUILD*")),
    **dict.fromkeys(("autoreconf", "configure"), ("configure.ac", "configure")),
    "qmake": ("*.pro",),
    **dict.fromkeys(("nix", "nix-shell", "nix-build", "nix-env"), ("flake.nix", "shell.nix", "default.nix")),
    "guix": ("manifest.scm", "guix.scm"),
    "spack": ("spack.yaml",),
    **dict.fromkeys(("mise", "asdf", "rtx"), ("mise.toml", ".mise.toml", ".tool-versions")),
    "direnv": (".envrc",),
    **dict.fromkeys(("nvm", "fnm"), (".nvmrc", ".node-version")),
    "pyenv": (".python-version",),
    "snakemake": ("Snakefile", "workflow/Snakefile"),
    "nextflow": ("main.nf", "nextflow.config"),
    "dvc": ("dvc.yaml", ".dvc", "*.dvc"),
    "ploomber": ("pipeline.yaml",),
    "dbt": ("dbt_project.yml",),
    "mlflow": ("MLproject",),
    "great_expectations": ("great_expectations.yml",),
    **dict.fromkeys(("showyourwork", "tectonic"), ("showyourwork.yml", "Tectonic.toml")),
    "latexmk": (".latexmkrc", "latexmkrc", "*.tex"),
    "quarto": ("_quarto.y*ml",),
    **dict.fromkeys(("jupyter-book", "jb", "teachbooks"), (*_SITE, "_toc.yml", "myst.yml")),
    "myst": ("myst.yml",),
    **dict.fromkeys(("mkdocs", "mike", "zensical"), ("mkdocs.y*ml", "zensical.toml")),
    **dict.fromkeys(("sphinx-build", "sphinx-autobuild"), ("conf.py",)),
    "hugo": ("hugo.*", "config.toml", "config.y*ml"),
    "nikola": ("conf.py",),
    "pelican": ("pelicanconf.py",),
    "lektor": ("*.lektorproject",),
    "bookdown": ("_bookdown.yml",),
    **dict.fromkeys(("antora", "gitbook", "honkit"), ("antora-playbook.yml", "book.json")),
    **dict.fromkeys(("ansible-playbook", "ansible-galaxy", "ansible"), ("ansible.cfg", "requirements.yml")),
    **dict.fromkeys(("docker-compose", "podman-compose"), ("docker-compose.y*ml", "compose.y*ml")),
    **dict.fromkeys(("terraform", "tofu"), ("*.tf",)),
    "vagrant": ("Vagrantfile",),
    "earthly": ("Earthfile",),
    **dict.fromkeys(("honcho", "foreman", "goreman", "overmind", "hivemind"), ("Procfile",)),
    "supervisord": ("supervisord.conf", "etc/supervisord.conf"),
    "process-compose": ("process-compose.y*ml",),
    "datasette": ("metadata.*", "datasette.y*ml"),
    "alembic": ("alembic.ini",),
    "streamlit": (".streamlit",),
    "dagger": ("dagger.json",),
    "pants": ("pants.toml",),
    "repo2docker": ("binder",),
}
# For programs that do more: the words of which they need one.
_ONLY: dict[str, frozenset[str]] = {
    "conda": frozenset(("env",)),
    "mamba": frozenset(("env",)),
    "micromamba": frozenset(("env",)),
    "uv": frozenset(("sync", "run", "lock", "build", "export")),
    "cargo": frozenset(
        ("build", "run", "test", "b", "r", "check", "bench", "fetch", "update", "doc", "clippy", "make")
    ),
    "nix-env": frozenset(("-f",)),
    "cpanm": frozenset(("--installdeps", ".")),
    "nvm": frozenset(("use", "install")),
}
_UP = 8
_BY_TEXT = (
    (("renv::", "packrat::", "devtools::", "remotes::install_deps", "remotes::install_local", "pak::local"), _R),
    (
        ("bookdown::", "rmarkdown::render_site", "blogdown::", "distill::", "workflowr::", "targets::"),
        ("_*.y*ml", "_targets.R"),
    ),
    (("Pkg.instantiate", "Pkg.activate", "Pkg.build", "Pkg.test", "Pkg.develop", "@."), _JULIA),
)


def files(call: Call) -> tuple[str, ...]:
    """The names, or patterns, of the files by which the call finds out what to do; none for most calls."""
    name, arguments = call.program, call.arguments
    if name in ("Rscript", "R", "julia", "littler", "r"):
        text = " ".join((*arguments, call.given))
        found = [names for marks, names in _BY_TEXT if any(mark in text for mark in marks)]
        if name == "julia" and "--project" in text:
            found.append(_JULIA)
        if name == "R" and {"INSTALL", "build", "check"} & {*arguments} and not any(map(_is_package, arguments)):
            found.append(_R)
        return found[0] if found else ()
    if name == "cargo" and "install" in arguments:
        return TOOLS[name] if any(word == "--path" or word.startswith("--path=") for word in arguments) else ()
    if {"-g", "--global"} & {*arguments} and TOOLS.get(name) == _JS:
        return ()
    if name in _ONLY and not _ONLY[name] & {*arguments}:
        return ()
    return TOOLS.get(name, ())


def _is_package(word: str) -> bool:
    return word.endswith((".tar.gz", ".tgz"))


def folders(call: Call, cwd: str, names: dict[str, list[str]]) -> Iterator[str]:
    """The folders whose files come along with the call; `names` are the folders of the tree, with all paths below."""
    patterns = files(call)
    if not patterns:
        return
    told = [lead(cwd, word.partition("=")[2] if word.startswith("-") else word) for word in call.arguments]
    for place in told:
        for folder in (place, posixpath.dirname(place)):
            if place and is_inside(place) and folder and folder in names and _has(folder, patterns, names):
                yield folder
    folder = cwd if is_inside(cwd) else ""
    for _ in range(_UP):
        if folder in names and _has(folder, patterns, names):
            yield folder
            return
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _has(folder: str, patterns: tuple[str, ...], names: dict[str, list[str]]) -> bool:
    prefix = f"{folder}/" if folder else ""
    below = [path[len(prefix) :] for path in names[folder]]
    if any(pattern in below or any(path.startswith(f"{pattern}/") for path in below) for pattern in patterns):
        return True
    wild = [pattern for pattern in patterns if "*" in pattern]
    return any(fnmatch.fnmatchcase(path, pattern) for path in below if "/" not in path for pattern in wild)


_GIT = {
    "submodule",
    "lfs",
    "annex",
    "describe",
    "checkout",
    "pull",
    "fetch",
    "reset",
    "log",
    "rev-parse",
    "switch",
    "stash",
}


def works_on_git(call: Call) -> bool:
    """Whether it needs the repository of Git that it is called in."""
    plain = [word for word in call.arguments if not word.startswith("-")]
    if call.program == "git":
        return bool(plain) and plain[0] in _GIT and "-C" not in call.arguments and plain[:2] != ["lfs", "install"]
    return call.program == "datalad" and plain[:1] in (["get"], ["update"])
