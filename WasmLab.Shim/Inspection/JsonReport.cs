using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.Shim.Inspection;

/// <summary>A report for a program.</summary>
internal static class JsonReport
{
    public static void Write(ModuleReport report, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(report, ReportContext.Readable.ModuleReport));
}

[JsonSerializable(typeof(ModuleReport))]
internal sealed partial class ReportContext : JsonSerializerContext
{
    public static ReportContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // Signatures as they are, not with \u003E for an arrow's head.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
