#!/usr/bin/env bash
# A real Kubernetes 1.20.2, built from Debian's source package, on a node of node.sh. For Debian bookworm on x64, as root; by hand, not in CI.
#
#   kubernetes.sh build     builds it (about 20 minutes on two cores, about 9 GB); what is built already is kept
#   kubernetes.sh up        starts the node, etcd and Kubernetes in the node's namespaces, and waits until the node is ready
#   kubernetes.sh status    what runs; fails when the API server does not answer
#   kubernetes.sh node ...  node.sh, for this cluster's node
#   kubernetes.sh down      stops all of it, deletes the cluster and takes the changes back; what was built and unpacked stays
#
# Its kubeconfig, written by `up`: $WASMLAB_KUBERNETES/kubeconfig, context "real". The API server listens on the node's address, which only this
# machine reaches. WASMLAB_NODE_NUMBER (default 41) is what the addresses are made of, as node.sh has it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${WASMLAB_KUBERNETES:-/var/lib/wasmlab-kubernetes}
export WASMLAB_NODE_NUMBER=${WASMLAB_NODE_NUMBER:-41} WASMLAB_NODE=$work/node
. "$here/debian.sh"

address=10.89.$WASMLAB_NODE_NUMBER.2
server=https://$address:6443
node=real-node
services=10.96.0.0/16
pki=$work/pki
sysctls=(vm.overcommit_memory kernel.panic kernel.panic_on_oops)

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
    # Its reflect2 reads maps as Go did before 1.18, and crashes on a later one; Debian packages the release that does not.
    unpack bookworm "$work/tools" golang-github-modern-go-reflect2-dev
    run rsync -a --delete --exclude='*_test.go' --include='*.go' --include='*.s' --exclude='*' \
        "$work/tools/usr/share/gocode/src/github.com/modern-go/reflect2/" "$source/vendor/github.com/modern-go/reflect2/"

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

node() { "$here/node.sh" "$@"; }

is_running() { [ -e "$work/run/$1.pid" ] && kill -0 "$(cat "$work/run/$1.pid")" 2>/dev/null; }

# start NAME COMMAND...: in the node's namespaces; its output goes to a log.
start() {
    local name=$1
    shift
    ! is_running "$name" || return 0
    setsid "$here/node.sh" enter sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/run/$name.pid" "$@" </dev/null >>"$work/log/$name.log" 2>&1 &
    until [ -s "$work/run/$name.pid" ]; do sleep 0.05; done
}

# stop NAME: and waits for its end.
stop() {
    is_running "$1" || return 0
    local pid deadline=$((SECONDS + 15))
    pid=$(cat "$work/run/$1.pid")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do
        [ $SECONDS -lt $deadline ] || kill -9 "$pid"
        sleep 0.1
    done
    rm -f "$work/run/$1.pid"
}

# wait_for SECONDS WHAT LOG COMMAND...
wait_for() {
    local deadline=$((SECONDS + $1)) what=$2 log=$3
    shift 3
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { tail -n 20 "$work/log/$log.log" >&2; fail "$what; the log is $work/log/$log.log"; }
        sleep 0.2
    done
}

# certificate NAME SUBJECT [SUBJECT-ALT-NAMES]
certificate() {
    openssl req -new -newkey rsa:2048 -nodes -keyout "$pki/$1.key" -subj "$2" -out "$pki/$1.csr" 2>/dev/null
    openssl x509 -req -in "$pki/$1.csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -CAcreateserial -days 365 -out "$pki/$1.crt" \
        -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\n%s' "${3:+subjectAltName=$3}") 2>/dev/null
}

# kubeconfig FILE NAME CERTIFICATE
kubeconfig() {
    cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters: [{ name: $2, cluster: { server: "$server", certificate-authority: $pki/ca.crt } }]
users: [{ name: $2, user: { client-certificate: $pki/$3.crt, client-key: $pki/$3.key } }]
contexts: [{ name: $2, context: { cluster: $2, user: $2 } }]
current-context: $2
YAML
    chmod 600 "$1"
}

write_credentials() {
    [ ! -e "$pki/complete" ] || return 0
    mkdir -p "$pki"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$pki/ca.key" -subj /CN=wasmlab-kubernetes -days 365 -out "$pki/ca.crt" 2>/dev/null
    certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:localhost,IP:127.0.0.1,IP:10.96.0.1,IP:$address"
    certificate admin /O=system:masters/CN=admin
    certificate node "/O=system:nodes/CN=system:node:$node" "DNS:$node,IP:$address"
    openssl genrsa -out "$pki/service-accounts.key" 2048 2>/dev/null
    kubeconfig "$pki/admin.kubeconfig" admin admin
    kubeconfig "$pki/node.kubeconfig" node node
    kubeconfig "$work/kubeconfig" real admin
    touch "$pki/complete"
}

# What the kubelet has by fixed paths gets a folder of its own, inside the node's mount namespace alone.
bind() {
    mkdir -p "$work/state$1" "$1"
    node enter sh -c "mountpoint -q $1 || { mount --bind '$work/state$1' $1 && mount --make-rshared $1; }"
}

api() { curl --silent --fail --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "$server$1"; }

node_is_ready() { api "/api/v1/nodes/$node" | grep -q '"KubeletReady"'; }

up() {
    local program began=$SECONDS
    for program in "${programs[@]}"; do
        [ -x "$work/bin/$program" ] || fail "$program is not built: $0 build"
    done
    if ! command -v iptables >/dev/null; then
        run apt-get -qq update
        run env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends iptables
    fi
    node up
    mkdir -p "$work/run" "$work/log" "$work/etcd"
    write_credentials
    [ -e "$work/sysctls" ] || sysctl "${sysctls[@]}" | tr -d ' ' >"$work/sysctls"
    bind /var/lib/kubelet
    bind /var/log/pods
    bind /var/log/containers
    bind /usr/libexec/kubernetes

    start etcd "$work/tools/usr/bin/etcd" --data-dir "$work/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
        --listen-peer-urls http://127.0.0.1:2380
    start kube-apiserver "$work/bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address="$address" --secure-port=6443 \
        --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
        --service-account-key-file="$pki/service-accounts.key" --service-account-signing-key-file="$pki/service-accounts.key" \
        --service-account-issuer=https://kubernetes.default --service-cluster-ip-range="$services" --authorization-mode=Node,RBAC \
        --kubelet-preferred-address-types=InternalIP --kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key"
    wait_for 60 "The API server is not ready" kube-apiserver api /readyz
    say "API server ready after $((SECONDS - began)) s"
    start kube-controller-manager "$work/bin/kube-controller-manager" --kubeconfig="$pki/admin.kubeconfig" --leader-elect=false \
        --service-account-private-key-file="$pki/service-accounts.key" --root-ca-file="$pki/ca.crt" --use-service-account-credentials=false
    start kube-scheduler "$work/bin/kube-scheduler" --kubeconfig="$pki/admin.kubeconfig" --leader-elect=false

    cat >"$work/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { x509: { clientCAFile: $pki/ca.crt }, anonymous: { enabled: false } }
tlsCertFile: $pki/node.crt
tlsPrivateKeyFile: $pki/node.key
cgroupDriver: cgroupfs
failSwapOn: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
YAML
    start kubelet "$work/bin/kubelet" --config="$work/kubelet.yaml" --kubeconfig="$pki/node.kubeconfig" --hostname-override="$node" --node-ip="$address" \
        --container-runtime=remote --container-runtime-endpoint="unix://$WASMLAB_NODE/containerd.sock" --pod-infra-container-image=docker.io/wasmlab/pause:1
    cat >"$work/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: { kubeconfig: $pki/admin.kubeconfig }
hostnameOverride: $node
mode: iptables
oomScoreAdj: 0
conntrack: { maxPerCore: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s }
YAML
    start kube-proxy "$work/bin/kube-proxy" --config="$work/kube-proxy.yaml"
    wait_for 120 "The node is not ready" kubelet node_is_ready
    say "Node ready after $((SECONDS - began)) s"
    status
}

status() {
    local program
    for program in etcd "${programs[@]}"; do
        is_running "$program" && say "$program runs, process $(cat "$work/run/$program.pid")" || say "$program does not run"
    done
    api /readyz >/dev/null || fail "the API server does not answer at $server"
    say "export KUBECONFIG=$work/kubeconfig    # context real, $server"
}

down() {
    local program setting folder
    for program in kube-proxy kube-scheduler kube-controller-manager kubelet kube-apiserver etcd; do
        stop "$program"
    done
    node down
    if [ -e "$work/sysctls" ]; then
        while read -r setting; do
            run sysctl -q "$setting"
        done <"$work/sysctls"
    fi
    find /sys/fs/cgroup/*/kubepods -depth -type d -exec rmdir {} + 2>/dev/null || true
    for folder in /var/lib/kubelet /var/log/pods /var/log/containers /usr/libexec/kubernetes; do
        rmdir "$folder" 2>/dev/null || true
    done
    rm -rf "$work/run" "$work/log" "$work/etcd" "$work/state" "$pki" "$work/kubeconfig" "$work/kubelet.yaml" "$work/kube-proxy.yaml" "$work/sysctls"
}

[ "$(id -u)" -eq 0 ] || fail "run it as root"
command=${1:-}
shift || true
case $command in
    build | up | status | node | down) "$command" "$@" ;;
    *) sed -n '/^#   /s/^#   //p' "$0"; exit 2 ;;
esac
