using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace WasmLab.Tests.Support;

/// <summary>The whole lab as its user starts it: the AppHost's process, on free ports, with a state directory of its own.</summary>
internal sealed partial class LabProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _changed = new(0);

    private readonly bool _keepsState;

    private LabProcess(Process process, string stateDirectory, bool keepsState)
    {
        _process = process;
        StateDirectory = stateDirectory;
        _keepsState = keepsState;
    }

    public string StateDirectory { get; }

    public int Id => _process.Id;

    public string Output => string.Join('\n', _lines);

    public string KubeConfig => Path.Combine(StateDirectory, "kubeconfig");

    /// <summary>The dashboard's login link, from the printed block.</summary>
    public string Dashboard => DashboardLine().Match(Output).Groups[1].Value;

    /// <summary>The address that asks a flavor, from the printed block.</summary>
    public Uri AddressOf(string flavor) =>
        new(Regex.Match(Output, $"^ +{flavor} +curl -s '([^']+)'", RegexOptions.Multiline).Groups[1].Value);

    /// <summary>Starts the AppHost that the tests were built with.</summary>
    public static LabProcess Start(params string[] arguments) =>
        StartFrom(Path.Combine(AppContext.BaseDirectory, "WasmLab.AppHost.dll"), new Dictionary<string, string>(), arguments);

    /// <summary>Starts the AppHost that the tests were built with, with other variables.</summary>
    public static LabProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartFrom(Path.Combine(AppContext.BaseDirectory, "WasmLab.AppHost.dll"), environment, arguments);

    /// <summary>Starts the AppHost of a given assembly.</summary>
    public static LabProcess StartFrom(string assembly, params string[] arguments) => StartFrom(assembly, new Dictionary<string, string>(), arguments);

    /// <summary>Starts the AppHost that the tests were built with, with other variables, in a state directory that outlives it.</summary>
    public static LabProcess StartIn(string stateDirectory, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start(Path.Combine(AppContext.BaseDirectory, "WasmLab.AppHost.dll"), stateDirectory, keepsState: true, environment, arguments);

    private static LabProcess StartFrom(string assembly, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start(assembly, Directory.CreateTempSubdirectory("wasmlab-lab-").FullName, keepsState: false, environment, arguments);

    private static LabProcess Start(
        string assembly, string state, bool keepsState, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetPath())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var argument in (string[])[
            "exec", assembly,
            "--WasmLab:StateDirectory=" + state, "--WasmLab:Ingress:Port=0", "--WasmLab:Api:Port=0", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0";
        start.Environment["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0";
        start.Environment["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = "http://127.0.0.1:0";
        start.Environment["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var lab = new LabProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, state, keepsState);
        lab._process.OutputDataReceived += (_, line) => lab.Add(line.Data);
        lab._process.ErrorDataReceived += (_, line) => lab.Add(line.Data);
        lab._process.Start();
        lab._process.BeginOutputReadLine();
        lab._process.BeginErrorReadLine();
        return lab;
    }

    /// <summary>Starts the AppHost and waits for the block that it prints when all is healthy.</summary>
    public static async Task<LabProcess> StartReadyAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var lab = Start(arguments);
        try
        {
            await lab.WaitForOutputAsync("  runtime ", cancellationToken);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async Task WaitForOutputAsync(string text, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            while (!Output.Contains(text, StringComparison.Ordinal))
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"The AppHost ended with exit code {_process.ExitCode} before it printed '{text}':\n{Output}");
                }

                await _changed.WaitAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The AppHost did not print '{text}' within {Deadline}:\n{Output}");
        }
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal by its name, such as <c>TERM</c>, to the AppHost's process alone.</summary>
    public void Signal(string name) => UnixSignal.Send(Id, name);

    /// <summary>The processes of this machine that belong to the lab: those whose command line, folder or program is in its state directory.</summary>
    public IReadOnlyList<(int Id, string CommandLine)> Processes() => ProcessTable.Mentioning(StateDirectory);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            if (OperatingSystem.IsWindows())
            {
                _process.Kill(entireProcessTree: true);
            }
            else
            {
                Signal("TERM");
            }

            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        }

        _process.Dispose();
        _changed.Dispose();
        if (!_keepsState)
        {
            Directory.Delete(StateDirectory, recursive: true);
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }

        _changed.Release();
    }

    private static string DotnetPath()
    {
        var root = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
    }

    [GeneratedRegex(@"^ +Dashboard +(\S+)", RegexOptions.Multiline)]
    private static partial Regex DashboardLine();
}
