using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>A line to <c>wasmlab-shim serve</c>.</summary>
internal sealed record ShimRequest
{
    public required string Op { get; init; }

    public required string Id { get; init; }

    public string? Module { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>Guest path to host directory.</summary>
    public IReadOnlyDictionary<string, string>? Preopens { get; init; }

    /// <summary>Where binds to any address go instead; null to leave them.</summary>
    public string? Address { get; init; }

    public string? Stdout { get; init; }

    public string? Stderr { get; init; }

    public string? Signal { get; init; }
}

/// <summary>A line from <c>wasmlab-shim serve</c>.</summary>
internal sealed record ShimEvent
{
    public string Event { get; init; } = "";

    public string? Id { get; init; }

    public int Code { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }
}

/// <summary>JSON lines, one object a line.</summary>
internal static class ShimProtocol
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] Write(ShimRequest request) => [.. JsonSerializer.SerializeToUtf8Bytes(request, Options), (byte)'\n'];

    /// <summary>Null when the line is not an event.</summary>
    public static ShimEvent? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ShimEvent>(line, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
