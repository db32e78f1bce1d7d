using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class CommandTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task ExecuteCommandAsync_CommandSucceeds_GivesItsResultAndLogsToTheResource()
    {
        var resource = _builder.AddTest("a").WithCommand("go", "Go", context =>
        {
            context.Logger.LogInformation("going as {Name}", context.ResourceName);
            return Task.FromResult(CommandResults.Success("went", "{}", CommandResultFormat.Json));
        }).Resource;
        await using var application = _builder.Build();

        var result = await application.ResourceCommands.ExecuteCommandAsync(resource, "go");

        result.Success.ShouldBeTrue();
        result.Message.ShouldBe("went");
        result.Data!.Format.ShouldBe(CommandResultFormat.Json);
        var log = await application.LogAsync(resource);
        log.ShouldContain("Executing command 'go'.");
        log.ShouldContain("going as a");
        log.ShouldContain("Successfully executed command 'go'.");
    }

    [Fact]
    public async Task ExecuteCommandAsync_CommandThrows_FailsWithItsMessage()
    {
        var resource = _builder.AddTest("a").WithCommand("go", "Go", _ => throw new InvalidOperationException("cannot go")).Resource;
        await using var application = _builder.Build();

        var result = await application.ResourceCommands.ExecuteCommandAsync(resource, "go");

        result.Success.ShouldBeFalse();
        result.Message.ShouldBe("cannot go");
        (await application.LogAsync(resource)).ShouldContain("Failure executing command 'go'. Error message: cannot go");
    }

    [Fact]
    public async Task ExecuteCommandAsync_Cancelled_SaysSo()
    {
        var resource = _builder.AddTest("a").WithCommand("go", "Go", async context =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return CommandResults.Success();
        }).Resource;
        await using var application = _builder.Build();
        using var cancel = new CancellationTokenSource();

        var executing = application.ResourceCommands.ExecuteCommandAsync(resource, "go", cancel.Token);
        await cancel.CancelAsync();

        (await executing.WaitAsync(TestApplication.Deadline)).Canceled.ShouldBeTrue();
    }

    [Fact]
    public async Task ExecuteCommandAsync_UnknownResourceOrCommand_FailsNamingIt()
    {
        var resource = _builder.AddTest("a").Resource;
        await using var application = _builder.Build();

        (await application.ResourceCommands.ExecuteCommandAsync("nobody", "go")).Message.ShouldBe("Resource 'nobody' not found.");
        (await application.ResourceCommands.ExecuteCommandAsync(resource, "go")).Message.ShouldBe("Command 'go' not available for resource 'a'.");
    }

    [Fact]
    public async Task ExecuteCommandAsync_Arguments_AreCheckedBeforeAndGivenToTheCommand()
    {
        var resource = _builder.AddTest("a").WithCommand(
            "scale",
            "Scale",
            context => Task.FromResult(CommandResults.Success($"to {context.Arguments.GetInt32("replicas")}")),
            new CommandOptions
            {
                Arguments = [new InteractionInput { Name = "replicas", InputType = InputType.Number, Required = true }],
                ValidateArguments = context =>
                {
                    if (context.Inputs.GetInt32("replicas") > 10)
                    {
                        context.AddValidationError("replicas", "At most 10.");
                    }

                    return Task.CompletedTask;
                },
            }).Resource;
        await using var application = _builder.Build();
        Task<ExecuteCommandResult> Scale(string? replicas) => application.ResourceCommands.ExecuteCommandAsync(
            resource, "scale", new InteractionInputCollection([new InteractionInput { Name = "Replicas", InputType = InputType.Number, Value = replicas }]));

        (await Scale("3")).Message.ShouldBe("to 3");
        (await Scale("30")).Message.ShouldBe("At most 10.");
        (await Scale(null)).Message.ShouldBe("'replicas' needs a value.");
    }
}
