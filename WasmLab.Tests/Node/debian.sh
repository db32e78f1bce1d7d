# Sourced by node.sh and kubernetes.sh: packages of Debian's mirror unpacked into a folder, so that nothing of this system changes.
# Wants: $work, the folder that everything is put into.

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# run COMMAND...: prints what it is about to do.
run() {
    printf '+ %s\n' "$*"
    "$@"
}

fail() {
    echo "$*" >&2
    exit 1
}

# The options that keep apt inside a folder of its own, with one suite of the mirror that apt itself has: apt_of SUITE [KINDS].
apt_of() {
    local suite=$1 kinds=${2:-deb} root=$work/apt/$1 mirror kind
    mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' \
        | awk -v codename="$(. /etc/os-release && echo "$VERSION_CODENAME")" '$1 == codename { print $2; exit }')
    [ -n "$mirror" ] || mirror=http://deb.debian.org/debian
    mkdir -p "$root/lists/partial" "$root/archives/partial" "$root/preferences.d"
    : >"$root/status"
    : >"$root/preferences"
    for kind in $kinds; do
        echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
    done >"$root/sources.list"
    apt=(
        -o "Dir::State::Lists=$root/lists" -o "Dir::State::status=$root/status" -o "Dir::Cache=$root" -o "Dir::Cache::archives=$root/archives"
        -o "Dir::Etc::SourceList=$root/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::Etc::Preferences=$root/preferences" -o "Dir::Etc::PreferencesParts=$root/preferences.d"
        -o "APT::Sandbox::User=root"
    )
    [ -e "$root/updated" ] || { apt-get -qq "${apt[@]}" update && touch "$root/updated"; }
}

# unpack SUITE FOLDER PACKAGE...: these packages alone. unpack_all does the same with all that they depend on.
unpack() { unpack_with download "$@"; }
unpack_all() { unpack_with install "$@"; }

unpack_with() {
    local how=$1 suite=$2 folder=$3 debs
    shift 3
    local mark="$folder/.unpacked-$(echo "$suite $*" | sha256sum | cut -c1-16)"
    [ ! -e "$mark" ] || return 0
    apt_of "$suite"
    say "Unpacking $* of $suite into $folder"
    debs=$(mktemp -d -p "$work")
    mkdir -p "$debs/partial" "$folder"
    if [ "$how" = download ]; then
        (cd "$debs" && apt-get -qq "${apt[@]}" download "$@")
    else
        apt-get -qq "${apt[@]}" -o "Dir::Cache::archives=$debs" install --yes --no-install-recommends --download-only "$@"
    fi
    local deb
    for deb in "$debs"/*.deb; do
        dpkg-deb --extract "$deb" "$folder"
    done
    rm -rf "$debs"
    touch "$mark"
}
