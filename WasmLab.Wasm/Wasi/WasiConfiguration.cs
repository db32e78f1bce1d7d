using System.Net;

namespace WasmLab.Wasm.Wasi;

/// <summary>What a module is given: nothing of the host that is not named here is reachable.</summary>
/// <example>
/// A command that reads one directory, prints to the console and has no network:
/// <code>
/// using var engine = new Engine();
/// using var context = new WasiContext(new WasiConfiguration
/// {
///     Arguments = ["count", "/data"],
///     Environment = new Dictionary&lt;string, string&gt; { ["LANG"] = "C.UTF-8" },
///     Preopens = [new WasiPreopen("/data", "/srv/data", IsReadOnly: true)],
///     StandardOutput = new WasiStream(Console.OpenStandardOutput()),
/// });
/// var linker = new Linker(engine);
/// context.AddTo(linker);
/// using var instance = linker.Instantiate(Module.Load(engine, File.ReadAllBytes("count.wasm")));
/// try
/// {
///     instance.GetFunction("_start")!.Invoke();
/// }
/// catch (WasiExitException exit)
/// {
///     Environment.ExitCode = (int)exit.Code;
/// }
/// </code>
/// </example>
public sealed record WasiConfiguration
{
    /// <summary>The arguments, the program's name first. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment. Default: empty; the host's own is never passed on.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The directories that the module may reach, as descriptors 3 and up in this order. Default: none.</summary>
    public IReadOnlyList<WasiPreopen> Preopens { get; init; } = [];

    /// <summary>Descriptor 0. Default: at its end.</summary>
    public WasiStream StandardInput { get; init; } = new(Stream.Null);

    /// <summary>Descriptor 1. Default: thrown away.</summary>
    public WasiStream StandardOutput { get; init; } = new(Stream.Null);

    /// <summary>Descriptor 2. Default: thrown away.</summary>
    public WasiStream StandardError { get; init; } = new(Stream.Null);

    /// <summary>Where the module's sockets may listen and connect. Default: nowhere.</summary>
    public WasiNetwork Network { get; init; } = WasiNetwork.None;

    /// <summary>What a bind to the unspecified address (0.0.0.0 or ::) binds to instead: a network namespace's stand-in. Null binds as asked.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>The clocks. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>A directory of the host and the name that the module knows it by.</summary>
/// <param name="GuestPath">The name, such as <c>/</c>.</param>
/// <param name="HostPath">The directory, which must exist.</param>
/// <param name="IsReadOnly">Whether the module may only read what is in it.</param>
public sealed record WasiPreopen(string GuestPath, string HostPath, bool IsReadOnly = false);

/// <summary>A standard stream. The module does not close it.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="IsTerminal">Whether the module should think it is a terminal.</param>
/// <param name="FileDescriptor">On Unix the descriptor behind it: with it, waiting for the stream can be interrupted. Null when it never blocks for long.</param>
public sealed record WasiStream(Stream Stream, bool IsTerminal = false, int? FileDescriptor = null);
