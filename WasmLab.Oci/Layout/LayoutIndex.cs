using System.Text.Json;

namespace WasmLab.Oci.Layout;

/// <summary>The names in a layout: <c>oci-layout</c> and <c>index.json</c>. Reads need no lock; changes wait for each other,
/// also those of other processes.</summary>
internal sealed class LayoutIndex(string layoutDirectory)
{
    private const string LayoutVersion = "1.0.0";
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    private readonly string indexPath = Path.Combine(layoutDirectory, "index.json");
    private readonly string layoutPath = Path.Combine(layoutDirectory, "oci-layout");

    /// <summary>A directory that does not exist yet is a layout without images.</summary>
    public IReadOnlyList<Descriptor> Read()
    {
        if (ReadFile(layoutPath, Documents.Relaxed.LayoutDocument) is not { } layout)
        {
            return [];
        }

        return layout.ImageLayoutVersion == LayoutVersion
            ? ReadFile(indexPath, Documents.Relaxed.IndexDocument)?.Manifests ?? []
            : throw new ImageException($"'{layoutDirectory}' is an image layout of version {layout.ImageLayoutVersion}: {LayoutVersion} can be read.");
    }

    public async Task ChangeAsync(Func<IReadOnlyList<Descriptor>, IEnumerable<Descriptor>> change, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(layoutDirectory);
        await using var held = await LockAsync(cancellationToken);
        if (!File.Exists(layoutPath))
        {
            var layout = JsonSerializer.SerializeToUtf8Bytes(new LayoutDocument(LayoutVersion), Documents.Relaxed.LayoutDocument);
            await AtomicFile.WriteAsync(layoutPath, layout, cancellationToken);
        }

        var index = new IndexDocument(2, MediaTypes.Index, [.. change(Read())]);
        await AtomicFile.WriteAsync(indexPath, JsonSerializer.SerializeToUtf8Bytes(index, Documents.Relaxed.IndexDocument), cancellationToken);
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(layoutDirectory, "index.lock");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(LockTimeout);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                try
                {
                    await Task.Delay(LockPause, timeout.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new ImageException($"'{path}' has been held by another process for {LockTimeout.TotalSeconds} s: end that process and try again.", exception);
                }
            }
        }
    }

    private static T? ReadFile<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(stream, type);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw new ImageException($"'{path}' cannot be read: {exception.Message} Remove the layout and build its images again.", exception);
        }
    }
}
