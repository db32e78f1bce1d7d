namespace WasmLab.Fuzz.Differential;

/// <summary>Node.js, with V8's compilers. One process runs many modules.</summary>
internal sealed class NodeEngine : IReferenceEngine
{
    private const string Program = "node";

    private const string Script = """
        const fs = require('fs');
        for (const file of process.argv.slice(1)) {
          console.log('module');
          let instance;
          try {
            instance = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(file)));
          } catch (error) {
            console.log('refused: ' + error.message);
            continue;
          }
          for (const [name, value] of Object.entries(instance.exports)) {
            if (typeof value !== 'function') continue;
            try {
              const result = value();
              const results = result === undefined ? [] : Array.isArray(result) ? result : [result];
              console.log(name + ':' + results.map(r => ' ' + (typeof r === 'bigint' ? BigInt.asUintN(64, r) : r >>> 0)).join(''));
            } catch (error) {
              console.log(name + ': trap ' + error.message);
            }
          }
        }
        """;

    public string Name => "node";

    public bool IsComplete => true;

    public string? Missing => ExternalProgram.Exists(Program) ? null : $"{Program} is not installed: see https://nodejs.org";

    public async Task<IReadOnlyList<ModuleOutcome>> RunAsync(IReadOnlyList<string> modules, CancellationToken cancellation)
    {
        const string Trap = ": trap ";
        var (output, error) = await ExternalProgram.RunAsync(Program, ["-e", Script, .. modules], cancellation);
        List<List<string>> outcomes = [];
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var trap = line.IndexOf(Trap, StringComparison.Ordinal);
            if (line == "module")
            {
                outcomes.Add([]);
            }
            else
            {
                outcomes[^1].Add(trap < 0 ? line : $"{line[..trap]}{Trap}{TrapClass.Of(line[(trap + Trap.Length)..])}");
            }
        }

        return outcomes.Count == modules.Count
            ? [.. outcomes.Select(lines => new ModuleOutcome(lines))]
            : throw new InvalidOperationException($"{Program} ended after {outcomes.Count} of {modules.Count} modules: {error}");
    }
}
