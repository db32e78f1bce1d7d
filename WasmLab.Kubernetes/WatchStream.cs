using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>Reads the stream of a watch: one JSON object a line.</summary>
internal static class WatchStream
{
    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        KubernetesTransport transport, string path, [EnumeratorCancellation] CancellationToken ct)
    {
        using var response = await transport.SendAsync(HttpMethod.Get, path, null, ct).ConfigureAwait(false);
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(ct).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (TryTakeLine(ref buffer, out var line))
                {
                    if (!line.IsEmpty)
                    {
                        yield return Parse<T>(line);
                    }
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private static WatchEvent<T> Parse<T>(ReadOnlySequence<byte> line)
    {
        var json = new Utf8JsonReader(line);
        var raw = JsonSerializer.Deserialize<RawEvent>(ref json, KubernetesJson.Options)!;
        if (raw.Type == "ERROR")
        {
            throw new KubernetesException(raw.Object.Deserialize<Status>(KubernetesJson.Options)!);
        }

        var type = raw.Type switch
        {
            "ADDED" => WatchEventType.Added,
            "MODIFIED" => WatchEventType.Modified,
            "DELETED" => WatchEventType.Deleted,
            "BOOKMARK" => WatchEventType.Bookmark,
            _ => throw new JsonException($"the server sent a watch event of unknown type '{raw.Type}'"),
        };
        return new(type, raw.Object.Deserialize<T>(KubernetesJson.Options)!);
    }

    private sealed record RawEvent(string Type, JsonElement Object);
}
