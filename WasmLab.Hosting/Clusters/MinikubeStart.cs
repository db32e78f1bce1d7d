using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary><c>minikube start</c>: its JSON events become the step's log and its property "Progress".</summary>
internal sealed class MinikubeStart(Minikube minikube, LabShell shell, LabOptions options)
{
    private const string Progress = "Progress";
    private const string What = "minikube could not start the cluster";

    public ProcessCommand Command
    {
        get
        {
            var settings = options.Minikube;
            List<string> arguments = ["start", $"--driver={settings.Driver}", "--container-runtime=containerd"];
            Add("--nodes", settings.Nodes > 1 ? settings.Nodes.ToString(CultureInfo.InvariantCulture) : null);
            Add("--cpus", settings.Cpus);
            Add("--memory", settings.Memory);
            Add("--kubernetes-version", settings.KubernetesVersion);
            arguments.AddRange(["--embed-certs", "--interactive=false", "-o", "json"]);
            return minikube.KubeConfigCommand(arguments);

            void Add(string option, string? value)
            {
                if (value is not null)
                {
                    arguments.Add($"{option}={value}");
                }
            }
        }
    }

    /// <exception cref="DistributedApplicationException">It did not start; the message says why and what to do.</exception>
    public async Task RunAsync(LabStep step, CancellationToken cancellationToken)
    {
        var events = Channel.CreateUnbounded<MinikubeEvent>();
        var showing = ShowAsync(events.Reader, step);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Minikube.StartTimeout);
        CommandResult answer;
        try
        {
            answer = await shell.ChangeAsync(step, Command with { Output = line => Take(line, events.Writer), Error = line => Take(line, events.Writer) }, deadline.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"{What} within WasmLab:Minikube:StartTimeout ({options.Minikube.StartTimeout}). Cause: a slow or blocked way to the registries, most often. "
                + "Remedy: the console log shows how far it came; run this step again, it goes on from there.");
        }
        finally
        {
            events.Writer.Complete();
        }

        var error = await showing.ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            throw Minikube.Failure(What, error, answer);
        }

        if (!step.IsRehearsal)
        {
            await step.SetPropertyAsync(Progress, "done", highlighted: false).ConfigureAwait(false);
        }
    }

    private static void Take(string line, ChannelWriter<MinikubeEvent> events)
    {
        if (MinikubeEvent.TryParse(line) is { } item)
        {
            events.TryWrite(item);
        }
    }

    /// <returns>The event that ended minikube, if one did.</returns>
    private static async Task<MinikubeEvent?> ShowAsync(ChannelReader<MinikubeEvent> events, LabStep step)
    {
        MinikubeEvent? end = null;
        await foreach (var item in events.ReadAllAsync().ConfigureAwait(false))
        {
            switch (item.Kind)
            {
                case "step":
                    step.Logger.LogInformation("[{Current}/{Total}] {Message}", item.Field("currentstep"), item.Field("totalsteps"), item.Message);
                    await step.SetPropertyAsync(Progress, $"{item.Field("currentstep")}/{item.Field("totalsteps")} {item.Field("name")}").ConfigureAwait(false);
                    break;
                case "download.progress":
                    await step.SetPropertyAsync(Progress, $"downloading {item.Field("artifact")}: {Percent(item.Field("progress"))}").ConfigureAwait(false);
                    break;
                case "error":
                    end = item.Reason is not null ? item : end;
                    step.Logger.LogError("{Message}", item.Message);
                    break;
                case "warning":
                    step.Logger.LogWarning("{Message}", item.Message);
                    break;
                default:
                    step.Logger.LogInformation("{Message}", item.Message.Length > 0 ? item.Message : item.Field("artifact"));
                    break;
            }
        }

        return end;
    }

    private static string Percent(string fraction) =>
        double.TryParse(fraction, CultureInfo.InvariantCulture, out var value) ? value.ToString("P0", CultureInfo.InvariantCulture) : fraction;
}
