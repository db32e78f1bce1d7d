# Tells what a node has, for ContainerdNode.cs: lines NAME=VALUE, each value in base64; the line "end=" says that nothing is missing.
# Arguments: containerd's configuration, the folder and the name of the shim's program, the OCI runtime's path (or "").
config=$1 folder=$2 program=$3 oci_runtime=$4

tell() {
    printf '%s=' "$1"
    base64 | tr -d '\n'
    echo
}

# The file's digest, its permissions for root and its first bytes: tell_program NAME PATH.
tell_program() {
    [ -f "$2" ] || return 0
    echo "$2" | tell "$1"
    sha256sum "$2" | cut -d' ' -f1 | tell "$1.sha256"
    [ ! -x "$2" ] || echo yes | tell "$1.executable"
    head -c 20 "$2" | tell "$1.head"
}

# The containerd that runs with this configuration, or else the one that a shell finds.
containerd= process= others=
for candidate in /proc/[0-9]*; do
    read -r name <"$candidate/comm" && [ "$name" = containerd ] || continue
    used=/etc/containerd/config.toml
    set -- $(tr '\0' ' ' <"$candidate/cmdline")
    while [ $# -gt 0 ]; do
        case $1 in
            -c | --config) used=$2 ;;
            -c=* | --config=*) used=${1#*=} ;;
        esac
        shift
    done
    if [ "$used" = "$config" ]; then
        process=$candidate
        containerd=$(readlink "$process/exe")
        case $containerd in
            */containerd) ;;
            *) containerd= ;;
        esac
    else
        others="$others$(readlink "$candidate/exe") $used
"
    fi
done 2>/dev/null
[ -x "$containerd" ] || containerd=$(command -v containerd)

uname -m | tell architecture
# Other containerds, such as Docker's, do not count where this one is known.
printf %s "$others" | while read -r program_of_other used; do
    [ -n "$containerd" ] && [ "$program_of_other" != "$containerd" ] || echo "$used"
done | tell other-configurations
! command -v dockerd >/dev/null || echo yes | tell docker
path=$PATH
if [ -n "$process" ]; then
    path=$(tr '\0' '\n' <"$process/environ" | sed -n 's/^PATH=//p')
    # In seconds since 1970: the machine's start, and the process's start after it, which is field 22 in hundredths.
    booted=$(sed -n 's/^btime //p' /proc/stat)
    ticks=$(sed 's/.*) //' "$process/stat" | cut -d' ' -f20)
    echo $((booted + ticks / 100)) | tell started
fi

file=$config
if [ -e "$config" ]; then
    file=$(readlink -f "$config")
    echo "$file" | tell configuration
    tell configuration.text <"$file"
    stat -c %a "$file" | tell configuration.mode
    stat -c %Y "$file" | tell configuration.changed
fi

if [ -n "$containerd" ]; then
    echo "$containerd" | tell containerd
    "$containerd" --version 2>/dev/null | tell version
    if [ -e "$config" ]; then
        set -- --config "$config" config dump
    else
        set -- config default
    fi
    if dump=$("$containerd" "$@" 2>/dev/null); then
        echo "$dump" | tell dump
    else
        "$containerd" "$@" 2>&1 >/dev/null | tell complaint
    fi
    path=$path:$(dirname "$containerd")
fi

tell_program program "$folder/$program"
IFS=:
for place in $path; do
    if [ -f "$place/$program" ]; then
        echo "$place/$program" | tell found
        break
    fi
done
unset IFS
[ ! -x "$folder/$program" ] || "$folder/$program" -v 2>/dev/null </dev/null | head -n 5 | tell program.version
[ -z "$oci_runtime" ] || tell_program oci-runtime "$(command -v "$oci_runtime")"
echo end=
