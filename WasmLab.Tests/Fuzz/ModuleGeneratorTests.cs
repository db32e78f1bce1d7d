using WasmLab.Fuzz.Differential;
using WasmLab.Fuzz.Generation;
using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.Unit)]
public sealed class ModuleGeneratorTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Generate_OfAnySeed_GivesAValidModuleThatEnds()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var outcome = OwnEngine.Run(Engine, ModuleGenerator.Generate(new Random(seed)));

            outcome.Lines.ShouldAllBe(line => !line.StartsWith("refused", StringComparison.Ordinal));
            outcome.Lines[^1].ShouldStartWith("globals: ");
        }
    }

    [Fact]
    public void Generate_OfTheSameSeed_GivesTheSameModule() =>
        ModuleGenerator.Generate(new Random(5)).ShouldBe(ModuleGenerator.Generate(new Random(5)));
}
