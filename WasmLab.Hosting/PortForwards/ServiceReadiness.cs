using System.Globalization;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.PortForwards;

/// <summary>Waits until a pod stands ready behind a service, and shows meanwhile what it waits for.</summary>
internal static class ServiceReadiness
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <param name="forward">The service.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="deadline">How long it may take; images are pulled meanwhile.</param>
    /// <param name="step">Whose log shows the waiting.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DistributedApplicationException">It was not ready in time; the message says why and what to do.</exception>
    public static async Task WaitAsync(ServiceForward forward, string what, TimeSpan deadline, LabStep step, CancellationToken cancellationToken)
    {
        var time = step.Get<TimeProvider>();
        var start = time.GetTimestamp();
        var shown = "";
        while (await forward.FindTargetAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            var reason = await forward.DescribeWaitingAsync(cancellationToken).ConfigureAwait(false);
            if (reason != shown)
            {
                shown = reason;
                step.Logger.LogInformation("Waiting: {Reason}", reason);
            }

            if (time.GetElapsedTime(start) > deadline)
            {
                var failure = KnownFailures.Explain(reason) ?? new Explanation(
                    "its image is still being pulled, or the node is too slow", "the console log shows what it waits for; run this step again, it goes on from there");
                throw new DistributedApplicationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} was not ready within {deadline.TotalMinutes:0.#} minutes: {reason}. Cause: {failure.Cause}. Remedy: {failure.Remedy}."));
            }

            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
