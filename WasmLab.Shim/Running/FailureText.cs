using WasmLab.Wasm;

namespace WasmLab.Shim.Running;

/// <summary>The one line that is told when a run cannot be.</summary>
internal static class FailureText
{
    public static string Of(Exception exception) => OneLine(exception switch
    {
        ModuleException module => $"bad module: {module.Message}",
        LinkException link => $"cannot link: {link.Message}",
        RunException run => run.Message,
        PrecompilationException precompilation => precompilation.Message,
        FileNotFoundException { FileName: { } file } => $"no such file: {file}",
        IOException or UnauthorizedAccessException => exception.Message,
        OutOfMemoryException => "not enough memory to run the module",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    });

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
