using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>
/// A folder that stands in for a node: <c>enter COMMAND...</c> runs a command with the folder's own containerd, systemctl, ctr, crictl and
/// uname first on the PATH. They are shell scripts that speak as the real ones do, and keep a list of the calls that change something.
/// </summary>
internal sealed class StandInNode : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public StandInNode(string version, string? config)
    {
        Directory.CreateDirectory(_folder["bin"]);
        Directory.CreateDirectory(_folder["local/bin"]);
        Directory.CreateDirectory(_folder["etc"]);
        Program("enter", """
            echo . >> "$node/entered"
            [ ! -e "$node/lost" ] || [ $(wc -l < "$node/entered") -le $(cat "$node/lost") ] || { echo "Connection to node closed by remote host." >&2; exit 255; }
            PATH=$node/local/bin:$node/bin:$PATH exec "$@"
            """);
        Program("bin/uname", "cat \"$node/architecture\"");
        Program("bin/containerd", """
            case $1 in
                --version) echo "containerd github.com/containerd/containerd $(cat "$node/version") 0123456789abcdef"; exit ;;
                --config) file=$3; [ "$3 $4" != "config dump" ] || file=$2 ;;
            esac
            [ "$1 $2" != "config default" ] || { cat "$node/default.toml"; exit; }
            if [ -e "$node/refuses" ] && grep -q "$(cat "$node/refuses")" "$file"; then
                echo "containerd: failed to load TOML from $file: (7, 1): was expecting token =, but got \"wasm\" instead" >&2
                exit 1
            fi
            # 2.x prints any file in the newest version that it knows.
            case $(cat "$node/version") in
                v2.3*) sed 's/^version = .*/version = 4/; s/io.containerd.grpc.v1.cri/io.containerd.cri.v1.runtime/' "$file" ;;
                v2*) sed 's/^version = .*/version = 3/; s/io.containerd.grpc.v1.cri/io.containerd.cri.v1.runtime/' "$file" ;;
                *) cat "$file" ;;
            esac
            """);
        Program("bin/systemctl", """
            echo "systemctl $*" >> "$node/calls"
            if [ -e "$node/restart-fails" ] && grep -q wasmedgev1 "$node/etc/config.toml"; then
                echo "Job for containerd.service failed because the control process exited with error code." >&2
                exit 1
            fi
            [ -e "$node/etc/config.toml" ] && cp "$node/etc/config.toml" "$node/loaded.toml" || cp "$node/default.toml" "$node/loaded.toml"
            """);
        Program("bin/ctr", "[ -e \"$node/loaded.toml\" ]");
        Program("bin/crictl", """
            handlers=$(sed -n 's/^ *\[.*containerd\.runtimes\.\([a-z0-9]*\)\].*/"\1":{},/p' "$node/loaded.toml" | tr -d '\n')
            echo "{\"config\":{\"containerd\":{\"runtimes\":{${handlers%,}}}}}"
            """);
        this["architecture"] = "x86_64\n";
        this["version"] = version;
        this["default.toml"] = ContainerdConfigs.Default16;
        if (config is not null)
        {
            this["etc/config.toml"] = config;
        }

        this["loaded.toml"] = config ?? ContainerdConfigs.Default16;
    }

    public string Folder => _folder.Path;

    public string ConfigPath => _folder["etc/config.toml"];

    public string ProgramPath => _folder["local/bin/containerd-shim-wasmedge-v1"];

    public string Config => File.ReadAllText(ConfigPath);

    /// <summary>What was called that changes something.</summary>
    public IReadOnlyList<string> Calls => Exists("calls") ? File.ReadAllLines(_folder["calls"]) : [];

    /// <summary>The names of all files that a step could have left.</summary>
    public IReadOnlyList<string> Files =>
        [.. new[] { "etc", "local/bin" }.SelectMany(folder => Directory.EnumerateFiles(_folder[folder])).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>The settings that make the lab work on this node.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["WasmLab:Nodes:Shell"] = _folder["enter"],
        ["WasmLab:Shim:ContainerdConfig"] = ConfigPath,
        ["WasmLab:Shim:BinDirectory"] = _folder["local/bin"],
    };

    /// <summary>Writes a file of the node.</summary>
    public string this[string file]
    {
        set => File.WriteAllText(_folder[file], value);
    }

    public bool Exists(string file) => File.Exists(_folder[file]);

    public void Delete(string file) => File.Delete(_folder[file]);

    public void Program(string name, string script)
    {
        File.WriteAllText(_folder[name], $"#!/bin/sh\nnode={_folder.Path}\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _folder.Dispose();
}
