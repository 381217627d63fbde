"""The list of images of a hub with DockerSpawner, from the entries of any number of courses.

In jupyterhub_config.py, below all that it says of DockerSpawner, with this file beside it and the entries, as the
courses' repositories have them, in the folder `profiles`:

    import os, sys
    sys.path.insert(0, os.path.dirname(__file__))
    from on_docker import offer_binder_profiles
    offer_binder_profiles(c, os.path.join(os.path.dirname(__file__), "profiles"))

What the hub allows already comes first, then the entries in the order of their names, each for everybody or for the
groups that it names. Who may not see an entry cannot choose it by hand either. Needs JupyterHub 5.3 or newer.
"""

import html
from pathlib import Path

import yaml


def offer_binder_profiles(c, folder):
    own = c.DockerSpawner.get("allowed_images") or {}
    if not isinstance(own, (dict, list)):
        raise ValueError("DockerSpawner.allowed_images: must be a list or a dict, so that entries can be added to it")
    own = own if isinstance(own, dict) else {image: image for image in own}
    entries = _read(Path(folder), own)

    def offered(spawner):
        groups = {group.name for group in spawner.user.groups}
        return {slug: one for slug, one in entries.items() if not one.get("groups") or groups & {*one["groups"]}}

    def allowed_images(spawner):
        return own | {slug: entry["kubespawner_override"]["image"] for slug, entry in offered(spawner).items()}

    def options_form(spawner):
        # An entry's own text is HTML already.
        titles = {name: html.escape(name) for name in own}
        titles |= {slug: entry["display_name"] for slug, entry in offered(spawner).items()}
        options = (f'<option value="{html.escape(name)}">{title}</option>' for name, title in titles.items())
        select = f'<select class="form-control" name="image" id="image" required>{"".join(options)}</select>'
        return f'<label for="image">Image</label>{select}' if titles else ""

    def apply_user_options(spawner, user_options):
        """What the entry says, as far as DockerSpawner knows it; without a choice the first, as KubeSpawner has it."""
        images = allowed_images(spawner)
        name = user_options.get("image") or next(iter(images), None)
        # A name that is not allowed is refused by DockerSpawner itself.
        spawner.image = images.get(name, spawner.image)
        for trait, value in offered(spawner).get(name, {}).get("kubespawner_override", {}).items():
            if spawner.has_trait(trait):
                setattr(spawner, trait, value)

    c.DockerSpawner.allowed_images = allowed_images
    c.DockerSpawner.options_form = options_form
    c.DockerSpawner.apply_user_options = apply_user_options


def _read(folder, taken):
    entries = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = dict(yaml.safe_load(path.read_text(encoding="utf-8"))["custom"]["binderProfiles"])
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise ValueError(f"{path}: has no custom.binderProfiles, as the entry of a course has") from error
        for slug, entry in found.items():
            where = f"{path}: custom.binderProfiles.{slug}"
            # A session would start all the same, with the hub's own image.
            if not ((entry or {}).get("kubespawner_override") or {}).get("image"):
                raise ValueError(f"{where}: has no kubespawner_override.image")
            if slug in entries or slug in taken:
                raise ValueError(f"{where}: the hub has another of this name")
            entries[slug] = entry
    if not entries:
        raise ValueError(f"{folder}: has no entries, files such as tm351-26j.yaml")
    return dict(sorted(entries.items()))
