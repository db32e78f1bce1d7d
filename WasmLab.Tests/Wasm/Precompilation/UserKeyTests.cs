using System.Collections.Concurrent;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Precompilation;

namespace WasmLab.Tests.Wasm.Precompilation;

[Trait(Category.Name, Category.Unit)]
public sealed class UserKeyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string KeyFile => Path.Combine(_directory["wasmlab"], "code.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Key_IsMadeOnce_ForItsOwnerOnly()
    {
        var first = UserKey.Get(KeyFile);

        first.Length.ShouldBe(32);
        UserKey.Get(KeyFile).ShouldBe(first);
        UserKey.Get(_directory["another.key"]).ShouldNotBe(first);
        Directory.GetFiles(_directory["wasmlab"]).ShouldBe([KeyFile]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void Key_AskedForAtTheSameTime_IsOne()
    {
        var keys = new ConcurrentDictionary<string, bool>();

        Parallel.For(0, 16, _ => keys[Convert.ToHexString(UserKey.Get(KeyFile))] = true);

        keys.Count.ShouldBe(1);
        Directory.GetFiles(_directory["wasmlab"]).ShouldBe([KeyFile]);
    }

    [Fact]
    public void Key_ThatIsCutOff_IsRefused()
    {
        UserKey.Get(KeyFile);
        File.WriteAllBytes(KeyFile, new byte[7]);

        Should.Throw<IOException>(() => UserKey.Get(KeyFile)).Message.ShouldBe($"the key of compiled code has 7 bytes instead of 32: delete {KeyFile}, and it is made anew");
    }

    [Fact]
    public void Key_ThatOthersCanRead_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        UserKey.Get(KeyFile);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Should.Throw<IOException>(() => UserKey.Get(KeyFile)).Message.ShouldBe($"the key of compiled code can be read by others: delete {KeyFile}, and it is made anew");
    }
}
