using System.Globalization;

namespace WasmLab.Benchmarks;

/// <summary>Builds the kernels, runs every peer on them in turn, and prints a table of ratios to the best native build.</summary>
internal static class Comparison
{
    private const string Interpreter = "wasm-interp";

    public static async Task<int> RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("wasmlab-benchmarks-");
        try
        {
            var results = new List<(string Kernel, Dictionary<string, double> Times)>();
            foreach (var name in Kernel.Names.Where(name => options.Kernels?.Contains(name) ?? true))
            {
                Console.Error.WriteLine($"{name}…");
                var kernel = new Kernel(name, folder.FullName);
                await kernel.BuildAsync();
                results.Add((name, await MeasureAsync(kernel, options)));
            }

            Print(results);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Dictionary<string, double>> MeasureAsync(Kernel kernel, Options options)
    {
        var peers = Peer.All.Where(peer => peer.IsAvailable(kernel)).ToList();
        var times = peers.ToDictionary(peer => peer.Name, _ => new List<double>());
        string? checksum = null;
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var peer in peers)
            {
                var (measured, found) = await peer.RunAsync(kernel, options.Runs);
                times[peer.Name].Add(Median(measured));
                if ((checksum ??= found) != found)
                {
                    throw new InvalidOperationException($"{kernel.Name}: {peer.Name} computes {found}, and {peers[0].Name} {checksum}");
                }
            }
        }

        var medians = times.ToDictionary(entry => entry.Key, entry => Median(entry.Value));
        if (options.WithInterpreter && Command.IsInstalled(Interpreter))
        {
            medians[Interpreter] = await Peer.InterpretAsync(kernel);
        }

        return medians;
    }

    private static void Print(List<(string Kernel, Dictionary<string, double> Times)> results)
    {
        string[] names = [.. results.SelectMany(result => result.Times.Keys).Distinct()];
        var ratios = names.ToDictionary(name => name, _ => new List<double>());
        Row("kernel", "best native, ms", names);
        Row("---", "---:", names.Select(_ => "---:"));
        foreach (var (kernel, times) in results)
        {
            var best = Math.Min(times.GetValueOrDefault(Peer.Gcc, double.MaxValue), times.GetValueOrDefault(Peer.Clang, double.MaxValue));
            foreach (var (name, time) in times)
            {
                ratios[name].Add(time / best);
            }

            Row(kernel, Number(best / 1e6), names.Select(name => times.TryGetValue(name, out var time) ? Number(time / best) : ""));
        }

        Row("**geomean**", "", names.Select(name => Number(Math.Exp(ratios[name].Average(Math.Log)))));

        static void Row(string first, string second, IEnumerable<string> rest) => Console.WriteLine($"| {first} | {second} | {string.Join(" | ", rest)} |");

        static string Number(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
    }

    private static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
