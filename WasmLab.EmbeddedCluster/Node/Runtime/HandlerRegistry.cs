using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>
/// The runtime handlers of this node: always the default one, and one for each file <c>NAME.json</c> in the folder
/// <c>runtimes.d</c>, which is watched. Putting a file there is what editing containerd's configuration is on a real node.
/// </summary>
internal sealed class HandlerRegistry : IRuntimeHandlers, IAsyncDisposable
{
    /// <summary>The runtime type that files must name.</summary>
    public const string WasmRuntimeType = "io.containerd.wasmedge.v1";

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web);

    private readonly string _folder;
    private readonly IRuntimeHandler _default;
    private readonly Func<string, string, WasmHandler> _createWasmHandler;
    private readonly ILogger _logger;
    private readonly FolderWatch _watch;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _handlers = [];
    private readonly List<WasmHandler> _retired = [];

    // createWasmHandler: makes the handler of a name and a shim's path.
    public HandlerRegistry(
        string folder, IRuntimeHandler defaultHandler, Func<string, string, WasmHandler> createWasmHandler, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _default = defaultHandler;
        _createWasmHandler = createWasmHandler;
        _logger = logger;
        Directory.CreateDirectory(folder);
        _watch = new FolderWatch(folder, "*.json", Load, time);
        Load();
    }

    private sealed record HandlerFile(string? RuntimeType, string? Shim);

    private sealed record Entry(string Content, WasmHandler Handler);

    public event Action? Changed;

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return [_default.Name, .. _handlers.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    public IRuntimeHandler? Find(string? name)
    {
        if (string.IsNullOrEmpty(name) || name == _default.Name)
        {
            return _default;
        }

        lock (_gate)
        {
            return _handlers.GetValueOrDefault(name)?.Handler;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        List<WasmHandler> all;
        lock (_gate)
        {
            all = [.. _handlers.Values.Select(entry => entry.Handler), .. _retired];
            _handlers.Clear();
            _retired.Clear();
        }

        await Task.WhenAll(all.Select(handler => handler.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private void Load()
    {
        var isChanged = false;
        lock (_gate)
        {
            var files = ReadFiles();
            foreach (var (name, entry) in _handlers.ToList())
            {
                if (files.GetValueOrDefault(name) != entry.Content)
                {
                    _handlers.Remove(name);
                    _retired.Add(entry.Handler);
                    entry.Handler.Retire();
                    _logger.LogInformation("Runtime handler {Handler} removed", name);
                    isChanged = true;
                }
            }

            foreach (var (name, content) in files)
            {
                if (!_handlers.ContainsKey(name) && ReadShimPath(name, content) is { } shim)
                {
                    _handlers[name] = new Entry(content, _createWasmHandler(name, shim));
                    _logger.LogInformation("Runtime handler {Handler} configured: {Shim}", name, shim);
                    isChanged = true;
                }
            }
        }

        if (isChanged)
        {
            Changed?.Invoke();
        }
    }

    private Dictionary<string, string> ReadFiles()
    {
        var files = new Dictionary<string, string>();
        foreach (var file in Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*.json") : [])
        {
            try
            {
                files[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("Cannot read runtime handler file {File}: {Reason}", file, exception.Message);
            }
        }

        return files;
    }

    private string? ReadShimPath(string name, string content)
    {
        try
        {
            var file = JsonSerializer.Deserialize<HandlerFile>(content, JsonOptions);
            switch (file)
            {
                case { RuntimeType: WasmRuntimeType, Shim: { Length: > 0 } shim } when File.Exists(shim):
                    return shim;
                case { RuntimeType: WasmRuntimeType }:
                    _logger.LogError("Runtime handler {Handler} ignored: its shim \"{Shim}\" does not exist", name, file.Shim);
                    return null;
                default:
                    _logger.LogError(
                        "Runtime handler {Handler} ignored: runtimeType must be \"{Expected}\", not \"{Found}\"", name, WasmRuntimeType, file?.RuntimeType);
                    return null;
            }
        }
        catch (JsonException exception)
        {
            // Also what a file looks like while it is being written; the next change reads it again.
            _logger.LogWarning("Runtime handler {Handler} ignored: its file is not valid JSON: {Reason}", name, exception.Message);
            return null;
        }
    }
}
