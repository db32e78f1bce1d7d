using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Lab;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class NativeProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wasmlab-native-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_NoPrebuiltProgramAndNoCargo_SaysSoInOneLineWithALink()
    {
        var failure = await Should.ThrowAsync<StepUnavailableException>(FindAsync(new MissingCargo()));

        failure.Message.ShouldContain("there is no cargo to build one");
        failure.Message.ShouldContain("https://rustup.rs");
        failure.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Find_NoPrebuiltProgram_BuildsItWithCargo()
    {
        var cargo = new FakeCargo(exitCode: 0);

        var program = await FindAsync(cargo);

        cargo.Arguments.ShouldBe(
            ["build", "--release", "--manifest-path", Path.Combine(_folder, "sources", "Cargo.toml"), "--target-dir", Path.Combine(_folder, "cargo")]);
        program.ShouldStartWith(Path.Combine(_folder, "cargo", "release"));
    }

    [Fact]
    public async Task Find_CargoFails_NamesItsExitCode()
    {
        var failure = await Should.ThrowAsync<DistributedApplicationException>(FindAsync(new FakeCargo(exitCode: 101)));

        failure.Message.ShouldContain("exit code 101");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> FindAsync(IProcessRunner cargo)
    {
        var options = new LabOptions { StateDirectory = _folder };
        var step = new LabStep(new ClusterResource("native"), services: null!, NullLogger.Instance, notifications: null!);
        var content = new FlavorImageContent.Native(Path.Combine(_folder, "sources"), Path.Combine(_folder, "prebuilt"));
        return new NativeProgram(cargo, options).FindAsync(content, WasmLab.Oci.Platform.Linux, step, Token);
    }

    private sealed class MissingCargo : IProcessRunner
    {
        public Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken) =>
            throw new ProgramMissingException(command.Program, new FileNotFoundException());
    }

    private sealed class FakeCargo(int exitCode) : IProcessRunner
    {
        public IReadOnlyList<string> Arguments { get; private set; } = [];

        public Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
        {
            command.Program.ShouldBe("cargo");
            Arguments = command.Arguments;
            return Task.FromResult(exitCode);
        }
    }
}
