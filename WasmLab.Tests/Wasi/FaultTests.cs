using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary>A guest can pass anything; it gets an errno, and the host stays whole.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class FaultTests
{
    public static TheoryData<string, string> Imports()
    {
        var data = new TheoryData<string, string>();
        foreach (var import in WasiImports.All.Where(import => import.Name is not ("proc_exit" or "sched_yield" or "proc_raise")))
        {
            data.Add(import.Name, string.Concat(import.Type.Parameters.Select(type => type == WasmLab.Wasm.ValueType.I64 ? 'l' : 'i')));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Imports))]
    public void Call_WithEveryArgumentWild_IsAnErrno(string name, string signature)
    {
        using var directory = new TemporaryDirectory();
        using var guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", directory.Path)], Arguments = ["a"], Environment = new Dictionary<string, string> { ["A"] = "a" } }, (name, signature));

        foreach (var wild in new[] { -1, -16, int.MinValue, int.MaxValue, 65535 })
        {
            object[] arguments = [.. signature.Select(letter => letter == 'l' ? (object)(long)wild : wild)];
            guest.Call(name, arguments).ShouldNotBe(Errno.Success);

            // The first argument is most often a descriptor: a real one takes the call further.
            for (var descriptor = 0; descriptor <= 3; descriptor++)
            {
                arguments[0] = descriptor;
                guest.Call(name, arguments);
            }
        }
    }

    [Theory]
    [InlineData("fd_write", 1, 65532, 1, 100)]
    [InlineData("fd_write", 1, 100, 1, 65533)]
    [InlineData("random_get", 65000, 1000)]
    [InlineData("clock_res_get", 0, 65530)]
    [InlineData("fd_fdstat_get", 0, 65520)]
    [InlineData("fd_prestat_get", 3, 65529)]
    [InlineData("sock_open", 1, 2, 65533)]
    [InlineData("poll_oneoff", 65500, 100, 1, 200)]
    [InlineData("poll_oneoff", 100, 65530, 1, 200)]
    [InlineData("path_create_directory", 3, 65000, 1000)]
    [InlineData("args_sizes_get", 0, 65533)]
    public void Call_PointerPartlyOutside_IsFault(string name, params int[] arguments)
    {
        using var directory = new TemporaryDirectory();
        using var guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", directory.Path)] });

        guest.Call(name, [.. arguments.Cast<object>()]).ShouldBe(Errno.Fault);
    }

    [Fact]
    public void Write_BufferOutside_IsFaultBeforeTheFirstByte()
    {
        using var output = new MemoryStream();
        using var guest = new WasiGuest(new WasiConfiguration { StandardOutput = new WasiStream(output) });
        guest.Vectors(100, (200, 5), (65534, 5));

        guest.Call("fd_write", 1, 100, 2, 300).ShouldBe(Errno.Fault);

        output.Length.ShouldBe(0);
    }

    [Fact]
    public void Write_TooManyBuffers_IsInvalid()
    {
        using var guest = new WasiGuest();

        guest.Call("fd_write", 1, 100, 1025, 300).ShouldBe(Errno.Invalid);
    }
}
