# Builds runwasi's WasmEdge shim on a node, for BuiltShimSource.cs; the program is the last line it prints.
# Arguments: the version, the program's name, the folder for all of it.
set -e
version=$1 program=$2 work=$3
if [ ! -x "$work/$program" ]; then
    mkdir -p "$work"
    if command -v apt-get >/dev/null; then
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
            ca-certificates curl git build-essential clang libclang-dev cmake pkg-config protobuf-compiler libdbus-1-dev libseccomp-dev libssl-dev libzstd-dev zlib1g-dev
    fi
    export RUSTUP_HOME="$work/rustup" CARGO_HOME="$work/cargo"
    if [ ! -x "$CARGO_HOME/bin/cargo" ]; then
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --no-modify-path --profile minimal --default-toolchain none
    fi
    [ -d "$work/runwasi" ] || git clone --depth 1 --branch "containerd-shim-wasmedge/$version" https://github.com/containerd/runwasi "$work/runwasi"
    # The source names the compiler it wants in rust-toolchain.toml.
    (cd "$work/runwasi" && "$CARGO_HOME/bin/cargo" build --release --locked --package containerd-shim-wasmedge)
    install -m 755 "$work/runwasi/target/release/$program" "$work/$program"
    rm -rf "$work/runwasi/target"
fi
sha256sum "$work/$program"
