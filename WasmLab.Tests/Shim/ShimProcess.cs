using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Shim;

/// <summary>The real program as a process. It is killed at the end, should it still run.</summary>
internal sealed class ShimProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _error = new();

    private ShimProcess(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test's own runtime: the one that is installed need not be where the program looks for it.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string ProgramPath => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "wasmlab-shim.exe" : "wasmlab-shim");

    public string Error => string.Join('\n', _error);

    public IReadOnlyCollection<string> Output => _output;

    public static ShimProcess Start(params string[] arguments) => new(ProgramPath, arguments, []);

    /// <summary>Starts it with variables besides those of the tests.</summary>
    public static ShimProcess StartWith((string Name, string Value)[] environment, params string[] arguments) => new(ProgramPath, arguments, environment);

    /// <summary>Starts a copy of the program that has another name.</summary>
    public static ShimProcess StartAs(string program, params string[] arguments) => new(program, arguments, []);

    /// <summary>The path of a prebuilt module of the repository.</summary>
    public static string Httpbin([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "assets", "modules", "httpbin.wasm"));

    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(PosixSignal signal)
    {
        var number = signal == PosixSignal.SIGTERM ? "-TERM" : "-INT";
        using var kill = Process.Start("kill", [number, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>The first line of output that fits, waited for.</summary>
    public async Task<string> LineAsync(Func<string, bool> fits)
    {
        string? found = null;
        await Wait.UntilAsync("a line of output", () => (found = _output.FirstOrDefault(fits)) is not null || _process.HasExited);
        return found ?? _output.FirstOrDefault(fits) ?? throw new InvalidOperationException($"it ended with {_process.ExitCode}: {Error}");
    }

    /// <summary>The first event of <c>serve</c> with this name and id, waited for.</summary>
    public async Task<JsonObject> EventAsync(string name, string? id = null)
    {
        JsonObject? found = null;
        await LineAsync(line =>
        {
            var candidate = JsonNode.Parse(line)!.AsObject();
            var fits = (string?)candidate["event"] == name && (string?)candidate["id"] == id;
            found = fits ? candidate : found;
            return fits;
        });
        return found!;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
