using System.Text.Json;
using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>A column of <c>kubectl get</c>.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Cell">Its value for an object.</param>
/// <param name="Description">What it says.</param>
/// <param name="Priority">0 is always shown, 1 with <c>-o wide</c>.</param>
/// <param name="Type">JSON type of its values.</param>
/// <param name="Format">Form of its values; <c>name</c> marks the object's name.</param>
internal sealed record TableColumn(
    string Name, Func<JsonElement, DateTimeOffset, JsonNode?> Cell, string Description = "", int Priority = 0, string Type = "string", string Format = "");

/// <summary>How a kind looks in <c>kubectl get</c>.</summary>
internal sealed record TableDefinition(params IReadOnlyList<TableColumn> Columns);
