using System.Threading.Channels;
using WasmLab.Wasm;

namespace WasmLab.Shim.Compilation;

/// <summary>
/// Compiles modules for the next process while this one runs them: one after another, each a while after it was loaded, so that nothing
/// that is starting has to wait.
/// </summary>
internal sealed class BackgroundPrecompiler : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private readonly Precompiler _precompiler;
    private readonly CodeCache _cache;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private readonly Channel<Loaded> _loaded = Channel.CreateUnbounded<Loaded>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _work;

    /// <summary>Starts.</summary>
    /// <param name="precompiler">The compiler.</param>
    /// <param name="cache">Where the code is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Told what could not be compiled.</param>
    public BackgroundPrecompiler(Precompiler precompiler, CodeCache cache, TimeProvider time, Action<string> warn)
    {
        _precompiler = precompiler;
        _cache = cache;
        _time = time;
        _warn = warn;
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Compiles a module later.</summary>
    public void Add(string name, Module module) => _loaded.Writer.TryWrite(new Loaded(name, module, _time.GetTimestamp()));

    /// <summary>Ends, in the middle of a module too.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _work.GetAwaiter().GetResult();
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var loaded in _loaded.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                var remaining = Delay - _time.GetElapsedTime(loaded.At);
                await Task.Delay(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, _time, _stopping.Token).ConfigureAwait(false);
                Compile(loaded);
            }
        }
        catch (OperationCanceledException)
        {
            // The next process that runs the module tries again.
        }
    }

    private void Compile(Loaded loaded)
    {
        try
        {
            _precompiler.Compile(loaded.Module, _cache, progress: null, _stopping.Token);
        }
        catch (Exception e) when (e is PrecompilationException or IOException or UnauthorizedAccessException)
        {
            _warn($"{loaded.Name} runs, but its code is not kept for the next start: {e.Message}");
        }
    }

    private sealed record Loaded(string Name, Module Module, long At);
}
