using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>CRuby 3.4: a module of 17 MB, or of 31 MB with its library in it, beside Node.</summary>
[Trait(Category.Name, Category.Programs)]
public sealed class RubyTests : IDisposable
{
    private const string Script = """
        puts RUBY_VERSION, RUBY_PLATFORM
        puts (1..20).map { |x| x * x }.sum, 2**200, 10.fdiv(3), 1e100.to_s, "%08.3f|%-6s|%x" % [Math::PI, "ab", 255]
        require "json"
        require "set"
        require "digest"
        puts JSON.generate({ a: [1, 2, 3], "b" => nil }), JSON.parse('{"x": [1.5, true]}').inspect, Set[3, 1, 3].size
        puts Digest::SHA256.hexdigest("hello"), [1, 2, 3].pack("CnN").bytes.inspect
        begin
          raise ArgumentError, "wrong"
        rescue => error
          puts error.message, error.class
        end
        fiber = Fiber.new { 3.times { |i| Fiber.yield i }; :done }
        4.times { p fiber.resume }
        puts "grüße".unicode_normalize(:nfd).bytes.size, "abc".encode("UTF-16LE").bytesize, "a1b22".scan(/\d+/).inspect, "x-y".tr("-", "+")
        puts ObjectSpace.respond_to?(:garbage_collect), (GC.start; 1), [5, 3, 9].sort.inspect, {b: 1, a: 2}.min_by { |_, v| v }.inspect
        def deep(n) = n.zero? ? 0 : 1 + deep(n - 1)
        puts deep(1000), Array.new(50_000) { |i| (i * 7919) % 50_021 }.sort.each_slice(7).sum(&:first)
        $stdout.flush
        """;

    private const string CopyLibrary = """
        def copy(from, to)
          Dir.mkdir(to)
          Dir.children(from).each do |name|
            source, target = "#{from}/#{name}", "#{to}/#{name}"
            File.directory?(source) ? copy(source, target) : File.binwrite(target, File.binread(source))
          end
        end
        copy("/usr/local/lib/ruby/3.4.0", "/out/library")
        puts Dir.glob("/out/library/**/*").size
        $stdout.flush
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Script_WithTheLibraryInTheModule_PrintsTheSameAsOnNode()
    {
        RealPrograms.Require("ruby+stdlib.wasm");
        RealPrograms.RequireNode();

        var ours = await RubyHost.EvaluateAsync(RealPrograms.PathOf("ruby+stdlib.wasm"), Script);

        ours.ShouldBeAs(await OnNodeAsync("ruby+stdlib.wasm", Script));
        ours.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Script_WithTheLibraryInAPreopenedDirectory_PrintsTheSameAsOnNode()
    {
        RealPrograms.Require("ruby+stdlib.wasm", "ruby.wasm");
        RealPrograms.RequireNode();
        var copied = await RubyHost.EvaluateAsync(RealPrograms.PathOf("ruby+stdlib.wasm"), CopyLibrary, new WasiPreopen("/out", _directory.Path));
        copied.ExitCode.ShouldBe(0, copied.Error);
        int.Parse(copied.Output).ShouldBe(Directory.GetFileSystemEntries(_directory["library"], "*", SearchOption.AllDirectories).Length);

        var script = $"$:.unshift \"/library\", \"/library/wasm32-wasi\"\n{Script}";
        var ours = await RubyHost.EvaluateAsync(RealPrograms.PathOf("ruby.wasm"), script, new WasiPreopen("/library", _directory["library"], IsReadOnly: true));

        ours.ShouldBeAs(await OnNodeAsync("ruby.wasm", script, $"/library={_directory["library"]}"));
        ours.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void LargeModule_Started_CompilesOnlyWhatItCalls()
    {
        RealPrograms.Require("ruby+stdlib.wasm");
        using var engine = new Engine();
        var module = Module.Load(engine, File.ReadAllBytes(RealPrograms.PathOf("ruby+stdlib.wasm")));
        var before = System.Runtime.JitInfo.GetCompiledILBytes(currentThread: true);
        using var context = new WasiContext(new WasiConfiguration { Arguments = ["ruby.wasm"] });
        var linker = new Linker(engine);
        RubyHost.Link(linker, engine);
        context.AddTo(linker);

        using var instance = linker.Instantiate(module);
        instance.GetFunction("_initialize")!.Invoke();

        module.Definition.Code.Sum(body => (long)body.End - body.Start).ShouldBeGreaterThan(10_000_000);
        (System.Runtime.JitInfo.GetCompiledILBytes(currentThread: true) - before).ShouldBeLessThan(1_000_000);
    }

    private async Task<ProgramOutcome> OnNodeAsync(string module, string script, params string[] directories)
    {
        var file = _directory["script.rb"];
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        return await OtherProcess.RunNodeAsync([RealPrograms.Script("ruby-on-node.mjs"), RealPrograms.PathOf(module), file, .. directories], _directory.Path);
    }
}
