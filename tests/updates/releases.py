"""A small catalogue with a history: six releases, this engine and template, and components made for the purpose.

1.0.0  alpha beta delta epsilon gamma zeta
1.1.0  alpha asks for other versions, and its scripts differ
1.2.0  delta is called omega
1.3.0  epsilon is retired
1.4.0  the template's own scripts differ
2.0.0  alpha and beta differ again, and so does what the output `poster` writes
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.fast.conftest import ROOT, commit, git, manifest

Files = Mapping[str, str | None]


def _script(*lines: str) -> str:
    return "\n".join(("#!/usr/bin/env bash", "set -euo pipefail", *lines, ""))


def _server(name: str) -> dict[str, str]:
    return {
        f"{name}/service/run": _script(f"echo {name}", "exec sleep infinity"),
        f"{name}/service/ready": _script("exit 0"),
        f"{name}/verify": _script(f"echo {name} answers"),
    }


def _question(name: str, default: str) -> str:
    component = name.partition("_")[0]
    return f"{name}:\n  type: str\n  default: {default}\n  when: \"{{{{ '{component}' in installed }}}}\"\n"


def _conda(*lines: str, pip: str = "") -> str:
    listed = [f"- {line}" for line in lines] + ([f"- pip:\n  - {pip}"] if pip else [])
    return "\n".join(("dependencies:", *listed, ""))


_DELTA = {
    "component.yml": manifest("Delta"),
    "questions.yml": _question("delta_port", "'4000'"),
    "apt.txt": "libdelta\n",
    "environment.yml": _conda("delta"),
    "postBuild": _script("echo build delta"),
    "seed/delta/first.csv": "a,b\n1,2\n",
}
_ALPHA = {
    "alpha/component.yml": manifest("Alpha", env="{ALPHA_HOME: /alpha}"),
    "alpha/apt.txt": "libalpha1\nlibalpha-data\n",
    "alpha/environment.yml": _conda("alpha=1", "alpha-tools", pip="pyalpha==1"),
    "alpha/postBuild": _script("echo one", "echo two", "echo three"),
    "alpha/start": _script("export ALPHA=1", 'exec "$@"'),
    "alpha/files/alpha/readme.txt": "first\nsecond\nthird\n",
    "alpha/seed/alpha/rows.csv": "a,b\n1,2\n",
    **_server("alpha"),
}
_FIRST: Files = {
    **_ALPHA,
    "beta/component.yml": manifest("Beta"),
    "beta/apt.txt": "libbeta\n",
    "beta/environment.yml": _conda("beta", pip="pybeta"),
    "beta/postBuild": _script("echo build beta", "echo and once more"),
    **{f"delta/{name}": text for name, text in _DELTA.items()},
    **{name.replace("alpha", "delta"): text.replace("alpha", "delta") for name, text in _server("alpha").items()},
    "epsilon/component.yml": manifest("Epsilon"),
    "epsilon/apt.txt": "libepsilon\n",
    "epsilon/environment.yml": _conda("epsilon"),
    "epsilon/postBuild": _script("echo build epsilon"),
    **_server("epsilon"),
    "gamma/component.yml": manifest("Gamma"),
    "gamma/questions.yml": _question("gamma_level", "low"),
    "gamma/apt.txt.jinja": "libgamma-{{ gamma_level }}\n",
    "gamma/environment.yml.jinja": _conda("gamma-{{ gamma_level }}"),
    "gamma/postBuild.jinja": _script("echo {{ gamma_level }}"),
    "gamma/files/binder/start.d/gamma.jinja": _script("export GAMMA={{ gamma_level }}", 'exec "$@"'),
    "zeta/component.yml": manifest("Zeta"),
    "zeta/apt.txt": "libzeta\n",
    "zeta/environment.yml": _conda("zeta", pip="pyzeta"),
    "zeta/postBuild": _script("echo build zeta"),
    **_server("zeta"),
}
_CHANGED: Files = {
    "alpha/apt.txt": "libalpha2\nlibalpha-data\nlibalpha-more\n",
    "alpha/environment.yml": _conda("alpha=2", "alpha-tools", pip="pyalpha==2"),
    "alpha/postBuild": _script("echo one", "echo 2", "echo three"),
    "alpha/start": _script("export ALPHA=2", 'exec "$@"'),
    "alpha/files/alpha/readme.txt": "first\n2nd\nthird\n",
    "alpha/service/run": _script("echo alpha two", "exec sleep infinity"),
}
_RENAMED: Files = {
    **{f"delta/{name}": None for name in _DELTA},
    **{f"omega/{name}".replace("delta", "omega"): text.replace("delta", "omega") for name, text in _DELTA.items()},
    "omega/component.yml": manifest("Omega", formerly="[delta]"),
    "omega/questions.yml": _question("omega_port", "\"{{ delta_port | default('4000') }}\""),
    "omega/apt.txt": "libdelta\n",
    "omega/environment.yml": _conda("delta"),
    **{name.replace("alpha", "delta"): None for name in _server("alpha")},
    **_server("omega"),
}
_RETIRED: Files = {"epsilon/component.yml": manifest("Epsilon", retired="use zeta instead")}
_AGAIN: Files = {
    "alpha/apt.txt": "libalpha3\nlibalpha-more\n",
    "alpha/environment.yml": _conda("alpha=3", pip="pyalpha==3"),
    "beta/environment.yml": _conda("beta=2"),
    "beta/postBuild": _script("echo build beta 2", "echo and once more"),
}
_LINES = "size: {{ poster_size }}\none: 1\ntwo: 2\nthree: 3\nfour: 4\n"
_POSTER: Files = {
    "poster/output.yml": "title: Poster\nsummary: S\n",
    "poster/questions.yml": _question("poster_size", "small").replace("installed", "delivery"),
    "poster/files/poster.txt.jinja": _LINES,
    "poster/files/posters/{{ poster_size }}.yaml.jinja": _LINES,
}
_POSTERS: Mapping[str, Files] = {
    "1.0.0": _POSTER,
    "2.0.0": {"poster/files/poster.txt.jinja": _LINES.replace("size:", "dimensions:").replace("two", "2")},
}
RELEASES: Mapping[str, Files] = {
    "1.0.0": _FIRST,
    "1.1.0": _CHANGED,
    "1.2.0": _RENAMED,
    "1.3.0": _RETIRED,
    "1.4.0": {},
    "2.0.0": _AGAIN,
}
# What the template's own scripts say otherwise from 1.4.0 on: inside, and right above the anchors.
SCRIPTS: Mapping[str, Mapping[str, str]] = {
    "postBuild.jinja": {
        "  install_late_packages\nfi\n": "  install_late_packages # last\nfi\n",
        "printf 'postBuild: late package %s\\n'": "printf 'postBuild: the late package %s\\n'",
    },
    "start.jinja": {
        'source "$binder_dir/env"': 'source "${binder_dir}/env"',
        "# launch starts what is in services/ and start.d/, waits": "# launch starts services/ and start.d/, waits",
    },
}


def make(root: Path) -> Path:
    """The catalogue's repository, a tag for each release."""
    root.mkdir(parents=True)
    shutil.copy2(ROOT / "copier.yml", root)
    for folder in ("diagnosis", "extensions", "fleet", "launch", "outputs", "saving", "seeding", "template"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for version, files in RELEASES.items():
        for name, text in files.items():
            _place(root / "components" / name, text)
        for name, text in _POSTERS.get(version, {}).items():
            _place(root / "outputs" / name, text)
        if version == "1.4.0":
            change_scripts(root / "template/{{binder_dir}}")
        commit(root, version)
    git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return root


def _place(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if text.startswith("#!"):
        path.chmod(0o755)


def change_scripts(folder: Path) -> None:
    for name, changes in SCRIPTS.items():
        text = (folder / name).read_text()
        for before, after in changes.items():
            if before not in text:
                raise AssertionError(f"template's {name} has no {before!r} any more: choose another line to change")
            text = text.replace(before, after)
        (folder / name).write_text(text)
