using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>The form in which a client wants objects.</summary>
internal enum Representation
{
    /// <summary>As they are.</summary>
    Object,

    /// <summary>As rows of a table.</summary>
    Table,

    /// <summary>Reduced to their metadata.</summary>
    PartialMetadata,
}

/// <summary>What a client accepts.</summary>
internal sealed record Negotiation(Representation Representation, bool Yaml)
{
    private static readonly string[] s_offered = ["application/json", "application/yaml"];

    /// <summary>The first accepted form that can be given.</summary>
    /// <exception cref="Kubernetes.KubernetesException">None can.</exception>
    public static Negotiation Of(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return new(Representation.Object, false);
        }

        foreach (var type in types.OrderByDescending(type => type.Quality ?? 1))
        {
            var media = type.MediaType.Value;
            var yaml = media == "application/yaml";
            if (!yaml && media is not ("application/json" or "application/*" or "*/*"))
            {
                continue;
            }

            switch (Parameter(type, "as"))
            {
                case null:
                    return new(Representation.Object, yaml);
                case "Table":
                    return new(Representation.Table, yaml);
                case "PartialObjectMetadata" or "PartialObjectMetadataList":
                    return new(Representation.PartialMetadata, yaml);
            }
        }

        throw Statuses.NotAcceptable(string.Join(", ", s_offered)).AsException();
    }

    private static string? Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(parameter => parameter.Name == name)?.Value.Value;
}
