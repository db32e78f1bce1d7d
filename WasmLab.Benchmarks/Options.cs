namespace WasmLab.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record Options(IReadOnlyList<string>? Kernels, int Rounds, int Runs, bool WithInterpreter)
{
    public static Options Parse(string[] arguments)
    {
        return new Options(
            Value("--kernels")?.Split(','),
            int.Parse(Value("--rounds") ?? "5", System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(Value("--runs") ?? "5", System.Globalization.CultureInfo.InvariantCulture),
            arguments.Contains("--interpreter"));

        string? Value(string name)
        {
            var index = Array.IndexOf(arguments, name);
            return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
        }
    }
}
