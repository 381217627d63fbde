"""What a YAML file without `dependencies` is, by its keys: another program's, under the name environment.yml."""

from __future__ import annotations

from collections.abc import Set

# The keys that tell, all of them; and the kind.
KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("package", "metadata")), "a lock file of conda-lock"),
    (frozenset(("package", "version")), "a lock file of conda-lock"),
    (frozenset(("env_specs",)), "a project file of anaconda-project"),
    (frozenset(("packages", "commands")), "a project file of anaconda-project"),
    (frozenset(("environments",)), "a project file of conda-project"),
    (frozenset(("package", "build")), "a recipe of conda-build"),
    (frozenset(("package", "requirements")), "a recipe of conda-build"),
    (frozenset(("recipe", "outputs")), "a recipe of rattler-build"),
    (frozenset(("services",)), "a file of Docker Compose"),
    (frozenset(("apiVersion", "kind")), "a manifest of Kubernetes"),
    (frozenset(("jobs",)), "a workflow of GitHub or CircleCI"),
    (frozenset(("stages",)), "a pipeline of GitLab"),
    (frozenset(("repos",)), "a configuration of pre-commit"),
    (frozenset(("site_name",)), "a configuration of MkDocs"),
    (frozenset(("build", "sphinx")), "a configuration of Read the Docs"),
    (frozenset(("channel_priority",)), "a configuration of conda itself (.condarc)"),
    (frozenset(("default_channels",)), "a configuration of conda itself (.condarc)"),
    (frozenset(("channel_alias",)), "a configuration of conda itself (.condarc)"),
    (frozenset(("packages",)), "no list for conda, which reads 'dependencies' and not 'packages'"),
    (frozenset(("requirements",)), "no list for conda, which reads 'dependencies' and not 'requirements'"),
    (frozenset(("conda",)), "no list for conda, which reads 'dependencies' and not 'conda'"),
    (frozenset(("pip",)), "no list for conda, which reads 'pip' inside 'dependencies' alone"),
)


def of(keys: Set[str]) -> str:
    """The kind, with its article; empty for an environment, and for what nobody can tell."""
    if "dependencies" in keys:
        return ""
    return next((kind for telling, kind in KINDS if telling <= keys), "")
