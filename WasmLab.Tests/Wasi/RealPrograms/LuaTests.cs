using WasmLab.Tests.Support;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>Debian's Lua, built for WASI, beside its native build.</summary>
[Trait(Category.Name, Category.Programs)]
public sealed class LuaTests : IDisposable
{
    private const string Script = """
        local numbers = {}
        for i = 1, 100000 do numbers[i] = (i * 7919) % 100003 end
        table.sort(numbers)
        print(numbers[1], numbers[100], #numbers)
        local text = string.rep("hello world ", 1000)
        print(#text:gsub("o", "00"), (text:find("world", 500)), text:upper():sub(-7))
        local function fibonacci(n) if n < 2 then return n end return fibonacci(n - 1) + fibonacci(n - 2) end
        print(fibonacci(24), 7 // 2, -7 % 3, 1 << 40, 2 ^ 0.5, math.maxinteger + 1 == math.mininteger)
        print(string.format("%.10g %5.2f %x %q", 1 / 3, 2.5, 255, "a\nb"))
        local object = setmetatable({}, { __index = function(_, name) return name .. "!" end, __call = function(_, ...) return select("#", ...) end })
        print(object.anything, object(1, nil, 3))
        local file = assert(io.open("written.txt", "w"))
        for i = 1, 1000 do file:write(i, "\n") end
        file:close()
        local sum = 0
        for line in io.lines("written.txt") do sum = sum + tonumber(line) end
        print(sum, os.rename("written.txt", "renamed.txt"), io.open("written.txt"), os.remove("renamed.txt"))
        print(utf8.len("grüße"), os.getenv("HOME"), ...)
        io.stderr:write("a complaint\n")
        os.exit(7)
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Script_RunByBoth_PrintsTheSame(bool precompiled)
    {
        RealPrograms.Require("lua.wasm", "lua");
        using var code = new TemporaryDirectory();
        await File.WriteAllTextAsync(_directory["script.lua"], Script, TestContext.Current.CancellationToken);

        var ours = await OurEngine.RunAsync(RealPrograms.PathOf("lua.wasm"), _directory.Path, ["script.lua", "one", "two"], cache: AheadOfTimeCompiler.CacheIn(code, precompiled));
        var theirs = await OtherProcess.RunAsync(RealPrograms.PathOf("lua"), ["script.lua", "one", "two"], _directory.Path);

        ours.ShouldBeAs(theirs);
        ours.ExitCode.ShouldBe(7);
        ours.Error.ShouldBe("a complaint\n");
    }
}
