using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using WasmLab.Hosting.Clusters;

namespace WasmLab.Hosting.Lab;

/// <summary>
/// Waits until every step of the lab is done and healthy, says so on the console once, and ends the host when
/// <c>WasmLab:ExitWhenReady</c> asks for it.
/// </summary>
internal sealed class LabReadiness(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    IHostApplicationLifetime lifetime,
    IConfiguration configuration,
    LabOptions options,
    LabTimings timings,
    ClusterConnections connections,
    BringUpTrace trace,
    TimeProvider time) : BackgroundService
{
    private const string DashboardResource = "aspire-dashboard";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(options.ReadyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, options.ExitWhenReady ? deadline.Token : CancellationToken.None);
        var steps = model.Resources.Where(resource => resource.TryGetLastAnnotation<LabStepAnnotation>(out _)).ToList();
        var pending = steps.ToDictionary(resource => resource.Name, _ => "not started", StringComparer.OrdinalIgnoreCase);
        var healthyAt = new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);
        var failures = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            await foreach (var change in notifications.WatchAsync(either.Token).ConfigureAwait(false))
            {
                var name = change.Resource.Name;
                if (!pending.ContainsKey(name))
                {
                    continue;
                }

                var (ready, waiting) = Judge(change.Snapshot);
                pending[name] = waiting;
                if (ready)
                {
                    pending.Remove(name);
                    failures.Remove(name);
                    healthyAt[name] = timings.Elapsed;
                }
                else if (change.Snapshot.State?.Text == KnownResourceStates.FailedToStart)
                {
                    var isNew = !failures.ContainsKey(name);
                    failures[name] = timings.Find(name)?.Failure ?? "what it depends on failed";
                    if (options.ExitWhenReady)
                    {
                        break;
                    }

                    if (isNew)
                    {
                        await Console.Out.WriteLineAsync($"{name} failed: {failures[name]}").ConfigureAwait(false);
                    }
                }

                if (pending.Count == 0)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            failures["lab"] = string.Create(
                CultureInfo.InvariantCulture, $"not ready within WasmLab:ReadyTimeout ({options.ReadyTimeout})");
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var failure = failures.Count == 0
            ? null
            : string.Join(Environment.NewLine, failures.Select(pair => $"  {pair.Key}: {pair.Value}")
                .Concat(pending.Where(pair => !failures.ContainsKey(pair.Key)).Select(pair => $"  {pair.Key}: {pair.Value}")));
        trace.Complete(failure);

        await Console.Out.WriteLineAsync(failure is null ? Links(steps) : $"{Environment.NewLine}The lab is not ready:{Environment.NewLine}{failure}")
            .ConfigureAwait(false);
        if (options.ExitWhenReady)
        {
            await Console.Out.WriteLineAsync(Timings(steps, healthyAt)).ConfigureAwait(false);
            Environment.ExitCode = failure is null ? 0 : 1;
            lifetime.StopApplication();
        }
    }

    private static (bool Ready, string Waiting) Judge(CustomResourceSnapshot snapshot)
    {
        var state = snapshot.State?.Text ?? "unknown";
        if (state == KnownResourceStates.Finished || state == LabStepExtensions.Unavailable)
        {
            return (true, state);
        }

        return state == KnownResourceStates.Running
            ? (snapshot.HealthStatus == HealthStatus.Healthy, $"{state}, {snapshot.HealthStatus?.ToString() ?? "health unknown"}: {Reports(snapshot)}")
            : (false, state);
    }

    private static string Reports(CustomResourceSnapshot snapshot) =>
        string.Join("; ", snapshot.HealthReports.Where(report => report.Status != HealthStatus.Healthy).Select(report => report.Description));

    private string Links(List<IResource> steps)
    {
        var ingress = steps.OfType<IngressResource>().FirstOrDefault()?.Address;
        var contexts = steps.OfType<VirtualClusterResource>().Select(cluster => cluster.VirtualClusterName);
        var text = new StringBuilder();
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"The lab is ready after {timings.Elapsed.TotalSeconds:0.0} s.");
        if (DashboardLink() is { } dashboard)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  Dashboard   {dashboard}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  Kubeconfig  export KUBECONFIG={options.KubeConfigPath}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  Contexts    {connections.HostContext} (host), {string.Join(", ", contexts)}");
        foreach (var flavor in steps.OfType<FlavorResource>())
        {
            var unavailable = timings.Find(flavor.Name)?.Unavailable;
            text.AppendLine(unavailable is null
                ? string.Create(CultureInfo.InvariantCulture, $"  {flavor.Name,-10}  curl -s '{ingress}{flavor.Name}/get?foo=bar'")
                : string.Create(CultureInfo.InvariantCulture, $"  {flavor.Name,-10}  {unavailable}"));
        }

        return text.ToString();
    }

    private string? DashboardLink()
    {
        if (notifications.TryGetCurrentState(DashboardResource, out var dashboard)
            && dashboard!.Snapshot.Urls.FirstOrDefault(url => url.Url.Contains("/login", StringComparison.Ordinal)) is { } login)
        {
            return login.Url;
        }

        var frontend = configuration["ASPNETCORE_URLS"]?.Split(';')[0];
        var token = configuration["AppHost:BrowserToken"];
        return frontend is null ? null : token is null ? frontend : $"{frontend.TrimEnd('/')}/login?t={token}";
    }

    private string Timings(List<IResource> steps, Dictionary<string, TimeSpan> healthyAt)
    {
        var text = new StringBuilder();
        text.AppendLine("Step                 started      took   healthy at");
        foreach (var step in steps)
        {
            var timing = timings.Find(step.Name);
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Name,-20} {Seconds(timing?.Started),7} {Seconds(timing?.Done - timing?.Started),9} {Seconds(healthyAt.TryGetValue(step.Name, out var at) ? at : null),12}"));
        }

        return text.ToString();

        static string Seconds(TimeSpan? span) =>
            span is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.00} s") : "-";
    }
}
