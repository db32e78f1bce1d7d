using System.Text;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class LogTests
{
    [Fact]
    public async Task Log_WithOptions_HandsThemToTheSource()
    {
        var source = new FakeLogSource();
        using var api = new TestApi(() => source);
        await api.CreatePodAsync("a");

        using var log = await api.Client.ReadLogAsync("a", "default", new() { TailLines = 3, Timestamps = true, SinceSeconds = 9, LimitBytes = 7, Previous = true }, Ct);
        using var reader = new StreamReader(log);

        (await reader.ReadToEndAsync(Ct)).ShouldBe("default/a main\n");
        source.Options.ShouldBe(new LogOptions { Container = "main", TailLines = 3, Timestamps = true, SinceSeconds = 9, LimitBytes = 7, Previous = true });
    }

    [Fact]
    public async Task Log_Followed_ArrivesLineByLineAndEndsWithTheReader()
    {
        var source = new FakeLogSource();
        using var api = new TestApi(() => source);
        await api.CreatePodAsync("a");

        using (var log = await api.Client.ReadLogAsync("a", "default", new() { Follow = true }, Ct))
        using (var reader = new StreamReader(log))
        {
            (await reader.ReadLineAsync(Ct)).ShouldBe("default/a main");
            source.Left.Task.IsCompleted.ShouldBeFalse();
        }

        await source.Left.Task.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task Log_OfAPodWithContainers_NeedsItsName()
    {
        using var api = new TestApi(() => new FakeLogSource());
        await api.CreatePodAsync("a", pod => pod.Spec.Containers.Add(new() { Name = "other", Image = "i" }));

        (await Should.ThrowAsync<KubernetesException>(() => api.Client.ReadLogAsync("a", "default", null, Ct)))
            .Message.ShouldBe("a container name must be specified for pod a, choose one of: [main other]");
        (await Should.ThrowAsync<KubernetesException>(() => api.Client.ReadLogAsync("a", "default", new() { Container = "x" }, Ct)))
            .Message.ShouldBe("container x is not valid for pod a");
        (await Should.ThrowAsync<KubernetesException>(() => api.Client.ReadLogAsync("nobody", "default", null, Ct))).Code.ShouldBe(404);
    }

    [Fact]
    public async Task Log_WithNobodyWhoKnows_IsNotImplemented()
    {
        using var api = new TestApi();
        await api.CreatePodAsync("a");

        (await Should.ThrowAsync<KubernetesException>(() => api.Client.ReadLogAsync("a", "default", null, Ct))).Code.ShouldBe(501);
    }

    [Fact]
    public async Task Log_ThatTheSourceRefuses_IsItsStatus()
    {
        using var api = new TestApi(() => new FakeLogSource { Refusal = "container \"main\" in pod \"a\" is waiting to start: ContainerCreating" });
        await api.CreatePodAsync("a");

        var (code, body) = await api.SendAsync(HttpMethod.Get, "/api/v1/namespaces/default/pods/a/log");

        code.ShouldBe(400);
        ((string?)body["message"])!.ShouldContain("waiting to start");
    }
}

/// <summary>Writes one line that names the container, and, when followed, waits for the reader to leave.</summary>
internal sealed class FakeLogSource : ILogSource
{
    public LogOptions? Options { get; private set; }

    public string? Refusal { get; init; }

    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task WriteLogAsync(Pod pod, string container, LogOptions options, Stream output, CancellationToken ct)
    {
        Options = options;
        if (Refusal is not null)
        {
            throw new KubernetesException(new Status { Code = 400, Outcome = "Failure", Reason = "BadRequest", Message = Refusal });
        }

        await output.WriteAsync(Encoding.UTF8.GetBytes($"{pod.Metadata.Namespace}/{pod.Metadata.Name} {container}\n"), ct);
        await output.FlushAsync(ct);
        if (options.Follow)
        {
            await using var registration = ct.Register(Left.SetResult);
            await Left.Task;
        }
    }
}
