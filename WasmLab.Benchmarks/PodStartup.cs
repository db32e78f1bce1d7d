using System.Globalization;
using System.Text.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Benchmarks;

/// <summary>
/// How long pods take from their creation to their first answer, and to Ready, as a client of the cluster sees it: one pod after the
/// other, the given flavors in turn, on whatever cluster the kubeconfig names. Pods' addresses must be reachable from here.
/// </summary>
internal sealed class PodStartup(KubernetesClient client, string ns)
{
    private static readonly HttpClient Http = new();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Measures the pods of manifests and prints a row for each.</summary>
    /// <param name="kubeConfig">Path of the kubeconfig.</param>
    /// <param name="context">Its context.</param>
    /// <param name="count">How many pods of each manifest count, after one that does not.</param>
    /// <param name="manifests">Paths of manifests with one pod each.</param>
    public static async Task<int> RunAsync(string kubeConfig, string context, int count, IReadOnlyList<string> manifests)
    {
        using var client = KubernetesClient.Connect(KubeConfig.Load(kubeConfig), context);
        var startup = new PodStartup(client, "default");
        var pods = manifests.Select(path => (Name: Path.GetFileNameWithoutExtension(path), Pod: ReadPod(path))).ToList();
        var times = pods.ToDictionary(pod => pod.Name, _ => new List<Startup>());
        for (var round = 0; round <= count; round++)
        {
            foreach (var (name, pod) in pods)
            {
                var time = await startup.MeasureAsync(name, pod, round);
                if (round > 0)
                {
                    times[name].Add(time);
                }
            }
        }

        Console.WriteLine("| pod | created → first answer, ms: median | min | max | created → Ready, ms: median | min | max | n |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (name, values) in times)
        {
            Console.WriteLine($"| {name} | {Columns(values.Select(value => value.Answer))} | {Columns(values.Select(value => value.Ready))} | {values.Count} |");
        }

        return 0;
    }

    private static string Columns(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalMilliseconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2]:0.0} | {sorted[0]:0.0} | {sorted[^1]:0.0}");
    }

    private async Task<Startup> MeasureAsync(string flavor, Pod template, int round)
    {
        var name = $"startup-{flavor}-{round}";
        using var limit = new CancellationTokenSource(Patience);
        var version = (await client.ListAsync<Pod>(ns, ct: limit.Token)).Metadata.ResourceVersion;
        var watch = client.WatchAsync<Pod>(ns, version, null, limit.Token).GetAsyncEnumerator(limit.Token);
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            await client.CreateAsync(new Pod { Metadata = { Name = name, Namespace = ns }, Spec = template.Spec }, limit.Token);
            Task<TimeSpan>? answer = null;
            while (await watch.MoveNextAsync())
            {
                if (watch.Current.Object is not { Metadata.Name: var changed } pod || changed != name)
                {
                    continue;
                }

                if (answer is null && pod.Status.PodIP is { Length: > 0 } address)
                {
                    answer = AnswerAsync(new UriBuilder("http", address, pod.Spec.Containers[0].Ports[0].Port, "/get").Uri, start, limit.Token);
                }

                if (answer is not null && IsReady(pod))
                {
                    var ready = TimeProvider.System.GetElapsedTime(start);
                    return new Startup(await answer, ready);
                }
            }

            throw new InvalidOperationException($"The API server ended the watch before pod {name} was ready.");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Pod {name} was not ready within {Patience.TotalSeconds:0} s: kubectl describe pod {name} says why.");
        }
        finally
        {
            await watch.DisposeAsync();
            await client.DeleteAsync<Pod>(name, ns, new DeleteOptions { GracePeriodSeconds = 0 }, CancellationToken.None);
        }
    }

    private static async Task<TimeSpan> AnswerAsync(Uri url, long start, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                using var response = await Http.GetAsync(url, ct);
                response.EnsureSuccessStatusCode();
                return TimeProvider.System.GetElapsedTime(start);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), ct);
            }
        }
    }

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private static Pod ReadPod(string path)
    {
        var pod = Manifest.Parse(File.ReadAllText(path)).Single(part => (string?)part["kind"] == "Pod");
        return pod.Deserialize<Pod>(KubernetesJson.Options)!;
    }

    private readonly record struct Startup(TimeSpan Answer, TimeSpan Ready);
}
