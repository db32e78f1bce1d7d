using System.Net.Sockets;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class ErrnoMappingTests
{
    [Theory]
    [InlineData(nameof(Errno.Access), 2)]
    [InlineData(nameof(Errno.AddressInUse), 3)]
    [InlineData(nameof(Errno.Again), 6)]
    [InlineData(nameof(Errno.BadDescriptor), 8)]
    [InlineData(nameof(Errno.ConnectionRefused), 14)]
    [InlineData(nameof(Errno.ConnectionReset), 15)]
    [InlineData(nameof(Errno.Exist), 20)]
    [InlineData(nameof(Errno.Fault), 21)]
    [InlineData(nameof(Errno.InProgress), 26)]
    [InlineData(nameof(Errno.Interrupted), 27)]
    [InlineData(nameof(Errno.Invalid), 28)]
    [InlineData(nameof(Errno.NoEntry), 44)]
    [InlineData(nameof(Errno.NotImplemented), 52)]
    [InlineData(nameof(Errno.NotConnected), 53)]
    [InlineData(nameof(Errno.NotSocket), 57)]
    [InlineData(nameof(Errno.Pipe), 64)]
    [InlineData(nameof(Errno.TimedOut), 73)]
    [InlineData(nameof(Errno.NotCapable), 76)]
    [InlineData(nameof(Errno.AiSystem), 87)]
    public void Errno_HasTheNumberOfTheInterface(string name, int number) =>
        Enum.Parse<Errno>(name).ShouldBe((Errno)number);

    [Fact]
    public void SocketErrors_AllButTheUnnamed_HaveAnErrnoOfTheirOwn()
    {
        SocketError[] unspecific =
        [
            SocketError.SocketError, SocketError.NotInitialized, SocketError.VersionNotSupported, SocketError.SystemNotReady, SocketError.TypeNotFound,
        ];

        Enum.GetValues<SocketError>().Where(error => ErrnoMapping.From(error) == Errno.InputOutput).ShouldBe(unspecific, ignoreOrder: true);
    }

    [Fact]
    public void Exceptions_OfTheHost_AreMappedAndDefectsAreNot()
    {
        ErrnoMapping.From(new FileNotFoundException()).ShouldBe(Errno.NoEntry);
        ErrnoMapping.From(new UnauthorizedAccessException()).ShouldBe(Errno.Access);
        ErrnoMapping.From(new PathTooLongException()).ShouldBe(Errno.NameTooLong);
        ErrnoMapping.From(new IOException("reset", new SocketException((int)SocketError.ConnectionReset))).ShouldBe(Errno.ConnectionReset);
        ErrnoMapping.From(new InvalidOperationException()).ShouldBeNull();
        ErrnoMapping.From(new ArgumentException("a defect")).ShouldBeNull();
        ErrnoMapping.From(new WasiExitException(3)).ShouldBeNull();
    }

    [Theory]
    [InlineData(28, nameof(Errno.NoSpace))]
    [InlineData(39, nameof(Errno.NotEmpty))]
    [InlineData(40, nameof(Errno.Loop))]
    [InlineData(36, nameof(Errno.NameTooLong))]
    [InlineData(11, nameof(Errno.Again))]
    [InlineData(1234, nameof(Errno.InputOutput))]
    public void UnixNumbers_OfLinux_AreMapped(int number, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "these are Linux's numbers");

        ErrnoMapping.FromUnix(number).ToString().ShouldBe(expected);
    }
}
