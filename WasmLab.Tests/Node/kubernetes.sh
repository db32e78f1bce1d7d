#!/usr/bin/env bash
# A real Kubernetes 1.20.2, built from Debian's source package, on a node of node.sh. For Debian bookworm on x64, as root; by hand, not in CI.
#
#   kubernetes.sh build     builds it (about 20 minutes on two cores, about 9 GB); what is built already is kept
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${WASMLAB_KUBERNETES:-/var/lib/wasmlab-kubernetes}
. "$here/debian.sh"

programs=(kube-apiserver kube-scheduler kube-controller-manager kubelet kube-proxy)

build() {
    local missing=() command
    for command in make rsync dpkg-source patch; do
        command -v "$command" >/dev/null || missing+=("$command")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        run apt-get -qq update
        run env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends make rsync dpkg-dev patch
    fi
    unpack bookworm "$work/tools" golang-1.19-go golang-1.19-src etcd-server
    export GOROOT=$work/tools/usr/lib/go-1.19 GOCACHE=$work/cache/go GOMODCACHE=$work/cache/modules GOFLAGS=-mod=vendor
    export GOTOOLCHAIN=local PATH=$GOROOT/bin:$PATH CGO_ENABLED=0

    local source=$work/source
    if [ ! -e "$source/Makefile" ]; then
        apt_of bookworm "deb deb-src"
        run apt-get -qq "${apt[@]}" update
        mkdir -p "$work/download"
        (cd "$work/download" && run apt-get -qq "${apt[@]}" source kubernetes)
        run mv "$work"/download/kubernetes-*/ "$source"
    fi

    mkdir -p "$work/bin"
    local program
    for program in "${programs[@]}"; do
        [ ! -x "$work/bin/$program" ] || continue
        local start=$SECONDS
        say "Building $program"
        # The first one runs the generators, too.
        if [ "$program" = kube-apiserver ]; then
            (cd "$source" && run make WHAT=cmd/$program)
        else
            (cd "$source" && run bash hack/make-rules/build.sh cmd/$program)
        fi
        install -m 755 "$(find "$source/_output" -type f -name "$program" -perm -u+x | head -n 1)" "$work/bin/$program"
        say "$program took $((SECONDS - start)) s"
    done
}

"${1:?what to do: build}"
