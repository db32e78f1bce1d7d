using System.Diagnostics;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>
/// The inside of a node: a folder with containerd's configuration, and the programs that are looked for there. Commands really run, by a shell.
/// </summary>
internal sealed class StandInNode : IAsyncDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly StandInTools _programs = new();

    public StandInNode()
    {
        Directory.CreateDirectory(_root["bin"]);
        File.WriteAllText(ConfigPath, MinikubeConfig);
        _programs.Add("sudo", call => RunAsync(call.Arguments));
        _programs.Add("containerd", Containerd);
        _programs.Add("systemctl", Systemctl);
        _programs.Add("ctr", _ => ToolAnswer.Of($"Server:\n  Version:  {ContainerdVersion}"));
        _programs.Add("uname", call => ToolAnswer.Of(call.Begins("-m") ? Architecture : "Linux"));
    }

    /// <summary>minikube's file, shortened.</summary>
    public const string MinikubeConfig =
        """
        version = 2
        root = "/var/lib/containerd"
        state = "/run/containerd"
        oom_score = 0

        [plugins]
          [plugins."io.containerd.grpc.v1.cri"]
            enable_selinux = false
            sandbox_image = "registry.k8s.io/pause:3.10.1"
            [plugins."io.containerd.grpc.v1.cri".containerd]
              discard_unpacked_layers = true
              snapshotter = "overlayfs"
              default_runtime_name = "runc"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    SystemdCgroup = true

        """;

    /// <summary>Raised when containerd is restarted, with its configuration.</summary>
    public event Action<string>? ContainerdRestarted;

    public string ConfigPath => _root["config.toml"];

    public string BinDirectory => _root["bin"];

    /// <summary>As <c>uname -m</c> tells it.</summary>
    public string Architecture { get; set; } = "x86_64";

    /// <summary>As <c>containerd --version</c> tells it.</summary>
    public string ContainerdVersion { get; set; } = "v1.7.28";

    /// <summary>The lab's settings for a node that keeps its things here.</summary>
    public string[] Settings =>
    [
        $"--WasmLab:Shim:ContainerdConfig={ConfigPath}",
        $"--WasmLab:Shim:BinDirectory={BinDirectory}",
        "--WasmLab:Shim:Source=file",
        // Any program for the node will do: the stand-in's containerd does not start it.
        $"--WasmLab:Shim:File={Path.Combine(AspireSources.RepositoryRoot, "assets", "modules", "linux-x64", "httpbin")}",
    ];

    /// <summary>True for a command that changes nothing on the node.</summary>
    public static bool OnlyLooks(string commandLine) =>
        !commandLine.Contains("systemctl", StringComparison.Ordinal)
        && !commandLine.Contains("mv -f", StringComparison.Ordinal)
        && !commandLine.Contains("rm -f", StringComparison.Ordinal)
        && !commandLine.Contains("cp ", StringComparison.Ordinal)
        && !commandLine.Contains("mkdir", StringComparison.Ordinal);

    /// <summary>Runs a command line as the node's ssh server does.</summary>
    public Task<ToolAnswer> RunLineAsync(string commandLine) => RunAsync(["/bin/sh", "-c", commandLine]);

    public async ValueTask DisposeAsync()
    {
        await _programs.DisposeAsync();
        _root.Dispose();
    }

    private async Task<ToolAnswer> RunAsync(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(Find(command[0]), command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{_programs.Bin}:{BinDirectory}:/usr/bin:/bin";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ToolAnswer(output, await error, process.ExitCode);
    }

    private string Find(string program) =>
        program.Contains('/', StringComparison.Ordinal)
            ? program
            : ((string[])[_programs.Bin, BinDirectory, "/usr/bin", "/bin"]).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? program;

    private ToolAnswer Containerd(ToolCall call)
    {
        if (call.Arguments.Contains("--version"))
        {
            return ToolAnswer.Of($"containerd github.com/containerd/containerd {ContainerdVersion} b98a3aace656320842a23f4a392a33f46af97866");
        }

        return call.Arguments is [.., "config", "dump"]
            ? new ToolAnswer(File.ReadAllText(call.Option("--config") ?? call.Option("-c") ?? ConfigPath))
            : ToolAnswer.Failed(1, "unknown command");
    }

    private ToolAnswer Systemctl(ToolCall call)
    {
        if (call.Begins("restart", "containerd"))
        {
            ContainerdRestarted?.Invoke(File.ReadAllText(ConfigPath));
        }

        return call.Begins("is-active") ? ToolAnswer.Of("active") : ToolAnswer.Silent;
    }
}
