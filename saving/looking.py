"""Whether an archive fits here, and what it holds: `restore --look`, and before anything is restored.

- it is of this course, or --any-course says that this is meant
- a dump fits where the service is and takes files of those names; data fits where its format is the one of this image
- every entry belongs to a service that the manifest names, as it says, or to the files; links stay in their data
"""

from __future__ import annotations

from launch.data import current_format
from launch.places import BINDER_RUN, Places, service_names
from launch.words import Failure

from .course import slug
from .dumps import has_dump, unlike
from .manifest import DATA, DUMP, shown, stays_inside
from .placed import targets
from .verify import verified
from .work import kept_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .manifest import Manifest


def look(path: str, any_course: bool) -> dict[str, Any]:
    """What it holds, and whether it fits here."""
    nothing = {"course": "", "made": "", "commit": "", "version": "", "bytes": 0, "files": 0, "services": {}}
    try:
        with verified(path) as archive:
            manifest = archive.manifest
            told: dict[str, Any] = {key: manifest.values[key] for key in ("course", "name", "made")}
            told["commit"] = told["version"] = manifest.values["catalogue"].get("commit", "")
            told["bytes"], told["files"] = manifest.size(), len(manifest.below("files"))
            services = {name: fit(manifest, name) for name in manifest.services}
            refused = refusal(manifest, [*manifest.services], True, kept_patterns(), any_course)
            return {**nothing, **told, "services": services, "refused": refused}
    except (Failure, OSError) as error:
        return {**nothing, "refused": str(error)}


def fit(manifest: Manifest, name: str) -> dict[str, Any]:
    one = manifest.services[name]
    reason = misfit(manifest, name)
    size = manifest.size(f"services/{name}")
    return {"how": one["how"], "format": one["format"], "bytes": size, "fits": not reason, "reason": reason}


def misfit(manifest: Manifest, name: str) -> str:
    """Why a service cannot have what is in the archive; empty if it can."""
    if name not in service_names():
        return f"there is no service {name} here"
    one = manifest.services[name]
    if one["how"] == DATA:
        here = current_format(Places(name, BINDER_RUN))
        return "" if here == one["format"] else f"its data is of {one['format']}, and {here} cannot open that"
    if not has_dump(name):
        return f"{name} loads no dumps here"
    start = f"services/{name}/{DUMP}/"
    if other := unlike(name, [entry[len(start) :] for entry in manifest.below(start[:-1])]):
        return f"{shown(other)} is none of its dumps"
    return ""


def refusal(manifest: Manifest, names: list[str], with_files: bool, patterns: list[str], any_course: bool) -> str:
    """Why nothing of it is restored; empty if all that is wanted can be."""
    if manifest.course != slug() and not any_course:
        return f"it is of the course {manifest.course}, and this one is {slug()}: --any-course restores it all the same"
    for name in names:
        if name not in manifest.services:
            return f"it holds no data of {shown(name)}"
    try:
        check_places(manifest)
        if with_files:
            targets(manifest, patterns)
    except Failure as error:
        return str(error)
    reasons = [misfit(manifest, name) for name in names]
    return next((f"{reason}; --service NAME restores others alone" for reason in reasons if reason), "")


def check_places(manifest: Manifest) -> None:
    """Every entry, folder and link is below a place that there is."""
    for name in [*manifest.entries, *manifest.folders, *manifest.links]:
        kind, service, how = [*name.split("/"), "", "", ""][:3]
        known = manifest.services.get(service, {}).get("how")
        is_data = kind == "services" and how == known == DATA
        is_entry = name in manifest.entries and (kind == "files" or (kind == "services" and how == known == DUMP))
        if not (is_data or is_entry):
            raise Failure(f"it holds {shown(name)}, which belongs nowhere")
    for name, target in manifest.links.items():
        if not stays_inside(name, target):
            raise Failure(f"it holds a link that leads out of its folder: {shown(name)}")
