using System.Globalization;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Shim.Running;

/// <summary>What is called in an instance.</summary>
internal interface IEntryPoint
{
    void Call(Instance instance);
}

/// <summary>A command's <c>_start</c>.</summary>
internal sealed class StartEntry : IEntryPoint
{
    public const string Export = "_start";

    public void Call(Instance instance)
    {
        var start = instance.GetFunction(Export)
            ?? throw new RunException($"the module has no export {Export}, so it is no command: name a function with --invoke");
        if (start.Type.Parameters.Count > 0 || start.Type.Results.Count > 0)
        {
            throw new RunException($"the export {Export} must be [] -> [], but is {start.Type}");
        }

        start.Invoke([], []);
    }
}

/// <summary>A function by name with numbers as arguments; each result is printed on a line.</summary>
internal sealed class InvokeEntry(string export, IReadOnlyList<string> arguments, TextWriter output) : IEntryPoint
{
    private const string Initialize = "_initialize";

    public void Call(Instance instance)
    {
        var function = instance.GetFunction(export)
            ?? throw new RunException($"the module exports no function \"{export}\"");
        var types = function.Type.Parameters;
        if (types.Count != arguments.Count)
        {
            throw new RunException($"{export} is {function.Type}: it takes {types.Count} arguments, but {arguments.Count} were given");
        }

        // Before the module runs: a mistyped number must not have effects.
        var values = arguments.Select((text, index) => Parse(text, types[index], index)).ToArray();
        instance.GetFunction(Initialize)?.Invoke([], []);

        foreach (var result in function.Invoke(values))
        {
            output.WriteLine(Convert.ToString(result, CultureInfo.InvariantCulture));
        }
    }

    private static object? Parse(string text, ValueType type, int index)
    {
        var culture = CultureInfo.InvariantCulture;
        try
        {
            return type switch
            {
                ValueType.I32 => (object)(text.StartsWith('-') ? int.Parse(text, culture) : unchecked((int)uint.Parse(text, culture))),
                ValueType.I64 => text.StartsWith('-') ? long.Parse(text, culture) : unchecked((long)ulong.Parse(text, culture)),
                ValueType.F32 => float.Parse(text, culture),
                ValueType.F64 => double.Parse(text, culture),
                _ => throw new RunException($"argument {index + 1} is of type {type}, which cannot be given on the command line"),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new RunException($"argument {index + 1}, \"{text}\", is not a number of type {type.ToString().ToLowerInvariant()}");
        }
    }
}
