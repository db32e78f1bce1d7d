using WasmLab.Tests.Support;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>Debian's SQLite shell, built for WASI, beside its native build.</summary>
[Trait(Category.Name, Category.Programs)]
public sealed class SqliteTests : IDisposable
{
    private const string Script = """
        create table number(value integer primary key, square integer, name text);
        with recursive count(x) as (select 1 union all select x + 1 from count where x < 20000)
        insert into number select x, x * x % 9973, printf('%08x', x * 2654435761 % 4294967296) from count;
        create index by_square on number(square);
        select square, count(*), sum(value), min(name) from number group by square order by 2 desc, 1 limit 8;
        select a.value, b.value from number a join number b on a.square = b.square and a.value < b.value order by 1, 2 limit 5;
        select json_group_array(json_object('n', value, 'name', name)) from (select * from number limit 3);
        select round(avg(value), 3), total(square) / 7.0, hex(zeroblob(3)), upper('grüße'), length('grüße') from number;
        begin; delete from number where value % 3 = 0; rollback;
        delete from number where value % 5 = 0;
        vacuum;
        select count(*), max(value) from number;
        select * from missing;
        .schema
        pragma integrity_check;
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Script_InMemory_AnswersAsTheNativeProgram(bool precompiled)
    {
        RealPrograms.Require("sqlite3.wasm", "sqlite3");
        using var code = new TemporaryDirectory();

        var ours = await OurEngine.RunAsync(RealPrograms.PathOf("sqlite3.wasm"), _directory.Path, [], Script, AheadOfTimeCompiler.CacheIn(code, precompiled));

        ours.ShouldBeAs(await OtherProcess.RunAsync(RealPrograms.PathOf("sqlite3"), [], _directory.Path, Script));
        ours.Error.ShouldContain("no such table: missing");
    }

    [Theory]
    [InlineData("unix-none", "delete")]
    [InlineData("unix-dotfile", "truncate")]
    public async Task DatabaseFile_Written_IsTheNativeProgramsByteForByte(string locking, string journal)
    {
        RealPrograms.Require("sqlite3.wasm", "sqlite3");
        var script = $"pragma journal_mode = {journal};\n{Script}";

        var ours = await OurEngine.RunAsync(RealPrograms.PathOf("sqlite3.wasm"), _directory.Path, ["-vfs", locking, "/ours.db"], script);
        var theirs = await OtherProcess.RunAsync(RealPrograms.PathOf("sqlite3"), ["-vfs", locking, "theirs.db"], _directory.Path, script);

        ours.ShouldBeAs(theirs);
        (await File.ReadAllBytesAsync(_directory["ours.db"], TestContext.Current.CancellationToken))
            .ShouldBe(await File.ReadAllBytesAsync(_directory["theirs.db"], TestContext.Current.CancellationToken));
    }
}
