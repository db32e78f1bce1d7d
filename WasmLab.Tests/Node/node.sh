#!/usr/bin/env bash
# A real node on this machine: containerd, runc and CNI of Debian bookworm in a network namespace of their own, and WasmEdge through
# crun's wasm handler, both of trixie. For Debian 12 on x64, as root. Nothing of the system is changed but what `down` takes back:
# a network namespace, a link to it and a route through that link, over which this machine reaches the pods.
#
#   node.sh install           unpacks the packages
#   node.sh up [HANDLER]      starts containerd; with a HANDLER (for instance wasmedgev1) that runtime is configured, too
#   node.sh restart           starts containerd anew, as a changed configuration wants it; containers go on
#   node.sh status            what runs; fails when containerd does not
#   node.sh enter COMMAND...  runs a command in the node's namespaces, with its containerd and ctr on the path
#   node.sh ctr ARGUMENT...   containerd's own client
#   node.sh down              stops everything and takes the changes back; the packages stay
#
# WASMLAB_NODE names the folder for everything (default /var/lib/wasmlab-node). A second node wants WASMLAB_NODE_NUMBER, 0 to 255
# (default 7), which its addresses and the names of its namespace and links are made of. With WASMLAB_NODE_OWNER, a process id, the
# node goes down by itself when that process has ended.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${WASMLAB_NODE:-/var/lib/wasmlab-node}
number=${WASMLAB_NODE_NUMBER:-7}
. "$here/debian.sh"

namespace=wasmlab-$number
link=wl-$number
pods=10.88.$number.0/24
host_address=10.89.$number.1
node_address=10.89.$number.2
host=$work/root                 # containerd, runc, the CNI plugins
trixie=$work/trixie             # crun, WasmEdge, and the C library that they want
socket=$work/containerd.sock
config=$work/config.toml

on_trixie() {
    local program=$1
    shift
    "$trixie/usr/lib64/ld-linux-x86-64.so.2" --library-path "$trixie/usr/lib/x86_64-linux-gnu" "$trixie/usr/bin/$program" "$@"
}

install_node() {
    local command
    for command in ip nsenter unshare; do
        command -v "$command" >/dev/null || fail "$command is missing: apt-get install iproute2 util-linux"
    done
    unpack bookworm "$host" containerd runc containernetworking-plugins busybox-static
    unpack_all trixie "$trixie" crun wasmedge patchelf
    mkdir -p "$work/bin"
    ln -sf "$host/usr/bin/ctr" "$work/bin/ctr"

    # crun takes the end of the name that it is called by for its handler.
    if [ ! -e "$work/bin/crun-wasm" ]; then
        cp "$trixie/usr/bin/crun" "$work/bin/crun"
        on_trixie patchelf --set-interpreter "$trixie/usr/lib64/ld-linux-x86-64.so.2" \
            --force-rpath --set-rpath "$trixie/usr/lib/x86_64-linux-gnu" "$work/bin/crun"
        ln -sf crun "$work/bin/crun-wasm"
    fi
    [ -e "$work/pause.tar" ] || write_pause_image
    [ -e "$work/wasmedge-base" ] || write_wasmedge_base
}

# The image of the process that keeps a pod's namespaces: a program that sleeps.
write_pause_image() {
    local image layer
    image=$(mktemp -d -p "$work")
    tar -C "$host" --owner=0 --group=0 -cf "$image/layer.tar" bin/busybox
    layer=$(sha256sum "$image/layer.tar" | cut -d' ' -f1)
    cat >"$image/config.json" <<JSON
{
  "architecture": "amd64", "os": "linux", "config": { "Entrypoint": ["/bin/busybox", "sleep", "infinity"] },
  "rootfs": { "type": "layers", "diff_ids": ["sha256:$layer"] }
}
JSON
    echo '[{ "Config": "config.json", "RepoTags": ["wasmlab/pause:1"], "Layers": ["layer.tar"] }]' >"$image/manifest.json"
    tar -C "$image" -cf "$work/pause.tar" manifest.json config.json layer.tar
    rm -r "$image"
}

# The folder that the embed flavor's image is built on here: wasmedge and the libraries that it wants, nothing else.
write_wasmedge_base() {
    local base=$work/wasmedge-base.new library
    rm -rf "$base"
    install -D -m 755 "$trixie/usr/bin/wasmedge" "$base/usr/bin/wasmedge"
    install -D -m 755 "$(readlink -f "$trixie/usr/lib64/ld-linux-x86-64.so.2")" "$base/lib64/ld-linux-x86-64.so.2"
    mkdir -p "$base/usr/lib/x86_64-linux-gnu"
    for library in $("$trixie/usr/lib64/ld-linux-x86-64.so.2" --library-path "$trixie/usr/lib/x86_64-linux-gnu" --list "$trixie/usr/bin/wasmedge" \
        | awk '$2 == "=>" { print $3 }'); do
        install -m 644 "$(readlink -f "$library")" "$base/usr/lib/x86_64-linux-gnu/$(basename "$library")"
    done
    mv "$base" "$work/wasmedge-base"
}

write_configuration() {
    mkdir -p "$work/cni/conf" "$work/cni/state"
    cat >"$work/cni/conf/10-wasmlab.conflist" <<JSON
{
  "cniVersion": "0.4.0",
  "name": "wasmlab",
  "plugins": [
    {
      "type": "bridge", "bridge": "pods", "isDefaultGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": { "type": "host-local", "dataDir": "$work/cni/state", "ranges": [[{ "subnet": "$pods" }]] }
    }
  ]
}
JSON
    cat >"$config" <<TOML
version = 2
root = "$work/lib"
state = "$work/run"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]

[grpc]
  address = "$socket"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/wasmlab/pause:1"
  restrict_oom_score_adj = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$host/usr/lib/cni"
    conf_dir = "$work/cni/conf"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$host/usr/sbin/runc"
        SystemdCgroup = false
TOML
}

add_handler() {
    cat >>"$config" <<TOML

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$1]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$1.options]
        BinaryName = "$work/bin/crun-wasm"
        SystemdCgroup = false
TOML
}

is_running() { [ -e "$work/$1.pid" ] && kill -0 "$(cat "$work/$1.pid")" 2>/dev/null; }

# Waits until a process that is not a child of this script has ended: ended PID SECONDS.
ended() {
    local deadline=$((SECONDS + $2))
    while kill -0 "$1" 2>/dev/null; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

stop() {
    local pid
    is_running "$1" || return 0
    pid=$(cat "$work/$1.pid")
    kill "$pid"
    ended "$pid" 20 || { kill -9 "$pid"; ended "$pid" 5; }
    rm -f "$work/$1.pid"
}

enter() {
    is_running holder || fail "the node is not up: $0 up"
    PATH="$work/bin:$host/usr/bin:$host/usr/sbin:$PATH" CONTAINERD_ADDRESS=$socket \
        nsenter --net="/run/netns/$namespace" --mount="/proc/$(cat "$work/holder.pid")/ns/mnt" -- "$@"
}

ctr() { "$host/usr/bin/ctr" --address "$socket" --namespace k8s.io "$@"; }

# The namespaces: the network one has a name, the mount one lives as long as a process in it.
start_namespaces() {
    if [ ! -e "/run/netns/$namespace" ]; then
        run ip netns add "$namespace"
        run ip link add "$link" type veth peer name host netns "$namespace"
        run ip address add "$host_address/30" dev "$link"
        run ip link set "$link" up
        nsenter --net="/run/netns/$namespace" -- sh -ec "
            ip link set lo up
            ip address add $node_address/30 dev host
            ip link set host up
            ip route add default via $host_address
            echo 1 >/proc/sys/net/ipv4/ip_forward"
        run ip route add "$pods" via "$node_address"
    fi
    if ! is_running holder; then
        mkdir -p /var/lib/cni "$work/cni/lib"
        # crun refuses a machine that has the hierarchies of both versions; CNI keeps its cache in a fixed folder.
        setsid nsenter --net="/run/netns/$namespace" -- unshare --mount --propagation slave sh -c "
            ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
            mount --bind '$work/cni/lib' /var/lib/cni
            echo \$\$ >'$work/holder.pid'
            exec sleep infinity" </dev/null >/dev/null 2>&1 &
        until is_running holder && [ "$(cat "/proc/$(cat "$work/holder.pid")/comm")" = sleep ]; do
            sleep 0.05
        done
    fi
}

start_containerd() {
    ! is_running containerd || return 0
    # The programs of its own folder come first: it looks for its shim there.
    PATH="$host/usr/bin:$host/usr/sbin:$PATH" setsid nsenter --net="/run/netns/$namespace" --mount="/proc/$(cat "$work/holder.pid")/ns/mnt" -- \
        sh -c "echo \$\$ >'$work/containerd.pid'; exec containerd --config '$config'" </dev/null >>"$work/containerd.log" 2>&1 &
    local deadline=$((SECONDS + 30))
    until ctr version >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { tail -n 20 "$work/containerd.log" >&2; fail "containerd does not answer; its log is $work/containerd.log"; }
        sleep 0.1
    done
    ctr images ls -q | grep -qx docker.io/wasmlab/pause:1 || ctr images import "$work/pause.tar" >/dev/null
}

# Takes the node down when its owner has ended, however that ended.
start_guard() {
    [ -n "${WASMLAB_NODE_OWNER:-}" ] && ! is_running guard || return 0
    setsid sh -c 'echo $$ >"$1/guard.pid"; tail --pid="$2" -f /dev/null; exec bash "$3" down' \
        guard "$work" "$WASMLAB_NODE_OWNER" "$here/node.sh" </dev/null >/dev/null 2>&1 &
}

# The guard itself takes the node down at its end.
stop_guard() {
    ! is_running guard || [ "$(cat "$work/guard.pid")" -eq $$ ] || kill -- "-$(cat "$work/guard.pid")"
    rm -f "$work/guard.pid"
}

up() {
    install_node
    start_guard
    if ! is_running containerd; then
        write_configuration
        [ -z "${1:-}" ] || add_handler "$1"
        start_namespaces
        start_containerd
    fi
    status
}

restart() {
    stop containerd
    start_containerd
}

status() {
    is_running containerd || fail "containerd does not run"
    say "containerd $("$host/usr/bin/containerd" --version | cut -d' ' -f3) answers at unix://$socket; pods are $pods"
    ctr containers ls
}

down() {
    stop_guard
    if is_running containerd; then
        local container
        for container in $(ctr tasks ls -q); do
            ctr tasks kill --all --signal SIGKILL "$container" >/dev/null 2>&1 || true
            ctr tasks delete --force "$container" >/dev/null 2>&1 || true
        done
        for container in $(ctr containers ls -q); do
            ctr containers delete "$container" >/dev/null 2>&1 || true
        done
    fi
    stop containerd
    local process
    for process in $(shims); do
        kill -9 "$process" 2>/dev/null || true
    done
    local networks
    networks=$(pod_networks)
    stop holder
    local network
    for network in $networks; do
        mountpoint -q "$network" || rm -f "$network"
    done
    if [ -e "/run/netns/$namespace" ]; then
        run ip netns delete "$namespace"
        # It goes with its peer, which the namespace takes along in its own time.
        ! ip link show "$link" >/dev/null 2>&1 || run ip link delete "$link" || true
    fi
    find /sys/fs/cgroup/*/k8s.io -depth -type d -exec rmdir {} + 2>/dev/null || true
    rmdir /var/lib/cni /run/containerd/s /run/containerd 2>/dev/null || true
    rm -rf "$work/lib" "$work/run" "$work/cni" "$config" "$socket" "$socket.ttrpc" "$work/containerd.log"
}

# The names of pods' network namespaces, which mean nothing outside of the node's own mount namespace, and stay as empty files.
pod_networks() {
    ! is_running holder || grep -o '/run/netns/cni-[^ ]*' "/proc/$(cat "$work/holder.pid")/mountinfo" || true
}

# The processes beside containers; each names the socket of its containerd.
shims() {
    local file
    for file in /proc/[0-9]*/cmdline; do
        tr '\0' ' ' 2>/dev/null <"$file" | grep -qF -- "-address $socket " && basename "$(dirname "$file")" || true
    done
}

[ "$(id -u)" -eq 0 ] || fail "run it as root"
command=${1:-}
shift || true
case $command in
    install) install_node ;;
    up | restart | status | enter | ctr | down) "$command" "$@" ;;
    *) sed -n '/^#   /s/^#   //p' "$0"; exit 2 ;;
esac
