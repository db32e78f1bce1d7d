using WasmLab.Tests.Support;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>The speech synthesizer Flite with its voice, a module of 21 MB, beside Node.</summary>
[Trait(Category.Name, Category.Programs)]
public sealed class FliteTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Speech_OfASentence_IsTheSameSoundAsOnNode()
    {
        RealPrograms.Require("flite.wasm");
        RealPrograms.RequireNode();
        string[] sentence = ["-t", "The quick brown fox jumps over 13 lazy dogs, doesn't it?", "-o"];

        var ours = await OurEngine.RunAsync(RealPrograms.PathOf("flite.wasm"), _directory.Path, [.. sentence, "/ours.wav"]);
        var theirs = await OtherProcess.RunOnNodeAsync(RealPrograms.PathOf("flite.wasm"), _directory.Path, [.. sentence, "/theirs.wav"]);

        ours.ShouldBeAs(theirs);
        var sound = await File.ReadAllBytesAsync(_directory["ours.wav"], TestContext.Current.CancellationToken);
        sound.ShouldBe(await File.ReadAllBytesAsync(_directory["theirs.wav"], TestContext.Current.CancellationToken));
        sound.Length.ShouldBeGreaterThan(20_000);
    }
}
