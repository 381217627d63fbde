"""The list of images of a hub on Kubernetes, from the entries of any number of courses.

For Zero to JupyterHub, which merges the maps of all files of values:

    helm upgrade ... --values tm351-26j.yaml --values m269-26j.yaml --set-file hub.extraConfig.profiles=on_kubernetes.py

Those of `singleuser.profileList` come first, then the entries in the order of their names, each for everybody or for
the groups that it names. Who may not see an entry cannot choose it by hand either.
"""


# A function, since all of the hub's snippets share one namespace.
def _offer_binder_profiles(c):
    from z2jh import get_config

    own = get_config("singleuser.profileList") or []
    entries = get_config("custom.binderProfiles") or {}
    for slug, entry in entries.items():
        # A session would start all the same, with the hub's own image.
        if not ((entry or {}).get("kubespawner_override") or {}).get("image"):
            raise ValueError(f"custom.binderProfiles.{slug}: has no kubespawner_override.image")

    def offered(spawner):
        groups = {group.name for group in spawner.user.groups}
        seen = {slug: one for slug, one in entries.items() if not one.get("groups") or groups & {*one["groups"]}}
        return [*own, *({**entry, "slug": slug} for slug, entry in sorted(seen.items()))]

    c.KubeSpawner.profile_list = offered
    # For the whole hub: a restarted one does not know any more which entry a session was started with.
    graces = [entry["kubespawner_override"].get("delete_grace_period", 1) for entry in entries.values()]
    if graces and "delete_grace_period" not in c.KubeSpawner:
        c.KubeSpawner.delete_grace_period = max(graces)


_offer_binder_profiles(c)  # noqa: F821
