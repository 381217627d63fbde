"""What a reader should know of a foreign Binder directory, apart from how its lists merge: `Directory` -> findings.

The merged repository has apt.txt, environment.yml, postBuild and start, and nothing else that repo2docker acts on. So:

- what repo2docker would have used and the merged repository has not is found, `left_out`, with the way to keep it
- an adopted `binder/` or `.binder/` keeps its files: those that still decide how repo2docker builds are in force there

Here are the files of its build packs that no merger reads; `ignored`, `runtime`, `names` and `texts` have the rest.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from ..foreign import wanted
from ..foreign.directory import Directory
from ..foreign.pack import Pack
from ..model import Finding
from ..repo2docker import DESCRIPTION, INSTALL_R, JULIA, JULIA_MANIFESTS, RENV_LOCK, R
from ..rule import Rule
from . import ignored, names, runtime, texts

R_REMEDY = (
    "name its packages as conda's 'r-NAME' in environment.yml, for which repo2docker installs R, its kernel "
    "and RStudio, or run it with Rscript in postBuild"
)


ACCEPT = "accept the finding where that is right"
SHOWN = 12


def examine(directory: Directory, provided: Container[str] = ()) -> list[Finding]:
    """All findings about the directory, those of its text first; `provided` are interfaces that it may want."""
    pack = Pack(directory)
    has_r = R in provided and bool(wanted.of_r(pack))
    return [
        *texts.examine(pack),
        *_docker(pack),
        *(_r_carried_out(pack) if has_r else _r(pack)),
        *_julia(pack),
        *_nix(pack),
        *ignored.examine(pack),
        *runtime.examine(pack, has_r),
        *names.examine(pack),
    ]


BB301 = Rule(
    "BB301",
    "Dockerfile",
    "repo2docker reads nothing else where it stands, so the files beside it, which are merged, may be stale. In an "
    "adopted `binder/` it still trumps all merged files",
    "move what it does into the lists and postBuild; remove an adopted one",
)


def _docker(pack: Pack) -> Iterator[Finding]:
    if not pack.has("Dockerfile"):
        return
    reason = "is all that repo2docker would have read; it is not used here, and what stands beside it may be stale"
    remedy = "look what it does that the files beside it do not, and add that to them"
    if pack.is_in_place:
        reason = "stays in force here: repo2docker builds from it alone and reads none of the merged files"
        remedy = "move what it does into apt.txt, environment.yml and postBuild, then remove it"
    yield pack.finding(BB301, "Dockerfile", reason, remedy, not pack.is_in_place)


BB302 = Rule(
    "BB302",
    "install.R runs at build, in the R that comes along for it",
    "R was chosen by runtime.txt (`r-` and a date) or by DESCRIPTION at the root, and neither counts in the merged "
    "repository: so a block that provides R comes along, and runs it once. In a catalogue without one it does not run",
    "accept it; without such a block: conda's `r-NAME` in environment.yml, or Rscript in postBuild",
)
BB303 = Rule(
    "BB303",
    "install.R never ran, and does here",
    "without `r-` and a date in runtime.txt repo2docker does not choose R, and the file is passed over, beside "
    "environment.yml too. Not said where a script, or the Dockerfile that is all repo2docker reads, names it. In a "
    "catalogue without a block for R it does not run here either",
    "accept it; remove it, if its packages are not wanted",
)
BB304 = Rule(
    "BB304",
    "DESCRIPTION",
    "at the root it made repo2docker install R and the repository as a package; so does the block for R. In a "
    "catalogue without one neither is installed",
    "accept it; without such a block: `r-base` and its imports in environment.yml, R CMD INSTALL in postBuild",
)
BB326 = Rule(
    "BB326",
    "renv.lock is restored at build",
    "repo2docker does not read it; a block for R comes along for it and restores it once, into the project's own "
    "library where its .Rprofile calls renv, else into the session's. Not said where a script names renv",
    "accept it; remove it, if its packages are not wanted",
)


def _r_carried_out(pack: Pack) -> Iterator[Finding]:
    """What is done, by a component, of what the directory wants of R."""
    value = wanted.of_r(pack)
    if value["install"]:
        reason = "runs once, at build, in the R that is installed here"
        if pack.name != R:
            reason = (
                "never ran, without 'r-' and a date in runtime.txt; here it runs once, at build, in an R of its own"
            )
        elif pack.runtime is not None and pack.runtime.r_refusal:
            reason = f"did not run, as repo2docker {pack.runtime.r_refusal}; here it runs once, at build"
        names = list(dict.fromkeys(wanted.in_install_r(pack.text(INSTALL_R))))
        code = BB302 if pack.name == R else BB303
        yield pack.finding(code, INSTALL_R, f"{reason}{_installs(names)}", ACCEPT)
    if value["package"]:
        reason = "made repo2docker install R and, as a package, the repository; both are installed here, at build"
        yield pack.finding(BB304, DESCRIPTION, reason, ACCEPT)
    if value["lock"]:
        reason = "is not read by repo2docker; here renv restores it once, at build, in the R that is installed here"
        yield pack.finding(BB326, RENV_LOCK, reason, ACCEPT)


def _installs(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f", and installs {', '.join(names[:SHOWN])}{more}" if names else ""


def _r(pack: Pack) -> Iterator[Finding]:
    stays = pack.is_in_place and pack.name == R  # by runtime.txt, as DESCRIPTION counts at the root alone
    runs = pack.has("install.R") and not pack.names("install.R")  # by repo2docker, or not at all
    if runs and pack.name == R and not stays:
        refused = pack.runtime is not None and pack.runtime.r_refusal
        reason = "would have run in the R that repo2docker installs; nothing runs it here"
        if refused:
            reason = f"did not run, as repo2docker {refused}; nothing runs it here"
        yield pack.finding(BB302, "install.R", reason, R_REMEDY, not refused)
    if runs and pack.name not in (R, "docker"):
        reason = "never ran: repo2docker runs it only where runtime.txt is 'r-' and a date, and nothing does here"
        yield pack.finding(BB303, "install.R", reason, f"if its packages are wanted, {R_REMEDY}")
    if pack.is_at_root and pack.name == R and pack.has("DESCRIPTION"):
        reason = "made repo2docker install R and, as a package, the repository; neither is installed here"
        remedy = "add 'r-base' and what it imports as conda's 'r-NAME' to environment.yml; R CMD INSTALL in postBuild"
        yield pack.finding(BB304, "DESCRIPTION", reason, remedy, True)


BB305 = Rule(
    "BB305",
    "Project.toml, JuliaProject.toml, or a manifest without them",
    "Julia was chosen by the project, and is not installed here. In an adopted `binder/` it is, and Python comes "
    "from runtime.txt, not environment.yml",
    "conda's julia, and instantiate in postBuild; an adopted one: name Python in runtime.txt, or remove it",
)
BB306 = Rule(
    "BB306",
    "REQUIRE",
    "repo2docker takes it for an old Julia project and refuses to build",
    "Project.toml, or remove it",
)


def _julia(pack: Pack) -> Iterator[Finding]:
    project = next(filter(pack.has, JULIA), "")
    manifest = next(filter(pack.has, JULIA_MANIFESTS), "")
    if pack.name == "docker":
        return  # which reads what it likes
    if project and pack.is_in_place:
        reason = (
            "stays in force here: repo2docker installs Julia beside the merged files, "
            "but starts from the Python of runtime.txt, not of environment.yml"
        )
        remedy = "let runtime.txt name the same Python as environment.yml, or remove the Julia project"
        yield pack.finding(BB305, project, reason, remedy)
    elif project:
        reason = "is a Julia project, for which repo2docker would have installed Julia; it is not installed here"
        remedy = "add conda's julia to environment.yml, and instantiate the project in postBuild"
        yield pack.finding(BB305, project, reason, remedy, True)
    elif manifest:
        reason = f"is not read by repo2docker without {JULIA[0]} beside it"
        yield pack.finding(BB305, manifest, reason, "add that file if a Julia project is meant")
    if pack.has("REQUIRE") and not project:
        reason = "is an old list of Julia packages, with which repo2docker refuses to build; it is not read here"
        remedy = "add conda's julia to environment.yml, and the packages to a project made in postBuild"
        if pack.is_in_place:
            reason = "stays in force here: repo2docker takes it for an old Julia project and refuses to build"
            remedy = "write a Project.toml in its place, or remove it"
        yield pack.finding(BB306, "REQUIRE", reason, remedy, not pack.is_in_place)


BB307 = Rule(
    "BB307",
    "default.nix",
    "nix was chosen, and is not here. In an adopted `binder/` it is, and environment.yml is not read",
    "find its packages in conda or apt",
)


def _nix(pack: Pack) -> Iterator[Finding]:
    if pack.name != "nix":
        return
    reason = "would have made repo2docker build with nix, without environment.yml; it is not used here"
    remedy = "find its packages in conda or apt, and add them to environment.yml or apt.txt"
    if pack.is_in_place:
        reason = "stays in force here: repo2docker builds with nix and does not read the merged environment.yml"
        remedy += "; then remove it"
    yield pack.finding(BB307, "default.nix", reason, remedy, not pack.is_in_place)
