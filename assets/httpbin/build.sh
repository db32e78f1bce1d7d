#!/bin/sh
# Builds the httpbin: `native` for this machine (static on Linux), `wasm` for wasm32-wasi.
# Usage: build.sh [--debian] [--out DIR] [native|wasm|test]...        (default: native wasm, into ../modules)
#   --debian  takes the crates from Debian's librust-*-dev packages instead of crates.io; with Debian bookworm's
#             rustc, cargo, lld and libstd-rust-dev-wasm32 the result is byte for byte that of ../modules/SHA256SUMS.
# CARGO and RUSTC choose the tools; /usr/bin's are preferred because rustup's seldom have the wasm target.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=$here/../modules
debian=no
parts=
while [ $# -gt 0 ]; do
    case $1 in
    --debian) debian=yes ;;
    --out) out=$2; shift ;;
    native | wasm | test) parts="$parts $1" ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
    shift
done
: "${parts:=native wasm}"

tool() {
    if [ -x "/usr/bin/$1" ]; then echo "/usr/bin/$1"; else command -v "$1" || {
        echo "build.sh: $1 is missing: install it (Debian: apt-get install $1) or see https://rustup.rs" >&2; exit 1; }; fi
}
CARGO=${CARGO:-$(tool cargo)}
RUSTC=${RUSTC:-$(tool rustc)}
export RUSTC

# A copy, so that nothing is written beside the source and its path is the same for every build of a user.
work=${TMPDIR:-/tmp}/httpbin-build.$(id -u).$$
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
mkdir -p "$work/.cargo" "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
cp -R "$here/Cargo.toml" "$here/src" "$work/"
registry=${CARGO_HOME:-${HOME:-/root}/.cargo}/registry/src
if [ "$debian" = yes ]; then
    # Debian's registry lacks some checksums; its packages are signed, so the versions alone are kept.
    sed '/^checksum = /d' "$here/Cargo.lock" > "$work/Cargo.lock"
    registry=/usr/share/cargo/registry
    printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' "$registry" > "$work/.cargo/config.toml"
    options=--offline
else
    cp "$here/Cargo.lock" "$work/"
    options=--locked
fi
cd "$work"

remap="--remap-path-prefix=$work=/httpbin --remap-path-prefix=$registry=/crates"
CARGO_TARGET_DIR=$work/target
SOURCE_DATE_EPOCH=0
export CARGO_TARGET_DIR SOURCE_DATE_EPOCH

# install FILE NAME: in one step, so that nobody runs half a file.
install_file() {
    mkdir -p "$(dirname "$out/$2")"
    cp "$1" "$out/$2.new"
    chmod "$3" "$out/$2.new"
    mv "$out/$2.new" "$out/$2"
    echo "built $out/$2"
}

for part in $parts; do
    case $part in
    test)
        "$CARGO" test $options
        ;;
    native)
        host=$("$RUSTC" -vV | sed -n 's/^host: //p')
        case $host in
        x86_64-*linux*) name=linux-x64/httpbin ;;
        aarch64-*linux*) name=linux-arm64/httpbin ;;
        x86_64-apple*) name=osx-x64/httpbin ;;
        aarch64-apple*) name=osx-arm64/httpbin ;;
        x86_64-*windows*) name=win-x64/httpbin.exe ;;
        aarch64-*windows*) name=win-arm64/httpbin.exe ;;
        *) name=$host/httpbin ;;
        esac
        static=
        case $host in *linux*) static='-C target-feature=+crt-static -C relocation-model=static' ;; esac
        RUSTFLAGS="$remap $static" "$CARGO" build --release $options --target "$host"
        install_file "target/$host/release/$(basename $name)" "$name" 755
        ;;
    wasm)
        # Rust 1.84 dropped the old name of the target.
        target=wasm32-wasi
        "$RUSTC" --print target-list | grep -qx "$target" || target=wasm32-wasip1
        RUSTFLAGS="$remap" "$CARGO" build --release $options --target "$target"
        install_file "target/$target/release/httpbin.wasm" httpbin.wasm 644
        ;;
    esac
done
