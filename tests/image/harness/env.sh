# shellcheck shell=bash
# Sourced: where images and containers live (about 10 GB under $BLOCKS_CACHE), and how podman is told.
HARNESS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BLOCKS_CACHE=${BLOCKS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/binder-blocks}
mkdir -p "$BLOCKS_CACHE"

# runc: crun cannot live with hybrid cgroups. netns host: bridges need kernel modules that may be missing.
write() { # FILE: standard input, written only when it differs (tests run beside one another)
  local text
  text=$(cat)
  [[ -f $1 && $(<"$1") == "$text" ]] || printf '%s\n' "$text" >"$1"
}
write "$BLOCKS_CACHE/storage.conf" <<CONF
[storage]
driver = "overlay"
runroot = "/run/binder-blocks/storage"
graphroot = "$BLOCKS_CACHE/storage"
CONF
write "$BLOCKS_CACHE/containers.conf" <<CONF
[containers]
netns = "host"
log_driver = "k8s-file"
default_ulimits = []
[network]
network_backend = "netavark"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "/run/binder-blocks/libpod"
CONF
unset -f write

export HARNESS BLOCKS_CACHE
export CONTAINERS_STORAGE_CONF=$BLOCKS_CACHE/storage.conf CONTAINERS_CONF=$BLOCKS_CACHE/containers.conf
export PATH=$HARNESS/bin:$PATH
