using WasmLab.Fuzz.Mutation;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.Unit)]
public sealed class MutatorTests
{
    private static readonly byte[] Server = File.ReadAllBytes(AssetFiles.PathOf("modules/httpbin.wasm"));

    [Fact]
    public void Mutate_OfTheSameSeedAndIndex_GivesTheSameBytes()
    {
        for (var index = 0; index < 20; index++)
        {
            Mutator.Mutate([Server], 1, index).ShouldBe(Mutator.Mutate([Server], 1, index));
        }
    }

    [Fact]
    public void Mutate_OfManyIndices_GivesMostlyDifferentModules() =>
        Enumerable.Range(0, 50).Select(index => Convert.ToHexString(Mutator.Mutate([Server], 1, index))).Distinct().Count().ShouldBeGreaterThan(30);

    [Fact]
    public void Sections_ReadAndWritten_AreTheModule() => ModuleSections.Read(Server).Write().ShouldBe(Server);

    [Fact]
    public void Bodies_ReadSplitAndWritten_AreTheSection()
    {
        var sections = ModuleSections.Read(Server);
        var code = sections.Sections[FunctionBodies.SectionOf(sections)].Content;

        var bodies = FunctionBodies.Read(code).Select(body =>
        {
            var (locals, instructions) = FunctionBodies.Split(body);
            return (byte[])[.. locals, .. instructions.SelectMany(bytes => bytes)];
        });

        FunctionBodies.Write([.. bodies]).Length.ShouldBeInRange(code.Length - 8, code.Length);
    }
}
