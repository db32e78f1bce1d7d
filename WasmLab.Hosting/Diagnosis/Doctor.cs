using System.Runtime.CompilerServices;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Walks the chain from the machine's tools to the flavors' answers.</summary>
internal sealed class Doctor(IEnumerable<IDiagnostic> diagnostics)
{
    /// <summary>Examines every link, in the chain's order.</summary>
    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var diagnostic in diagnostics.OrderBy(diagnostic => diagnostic.Part))
        {
            var findings = diagnostic.ExamineAsync(step, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (findings.ConfigureAwait(false))
            {
                while (await NextAsync(diagnostic, findings).ConfigureAwait(false) is { } finding)
                {
                    yield return finding;
                    if (finding.Link == Interrupted)
                    {
                        break;
                    }
                }
            }
        }
    }

    private const string Interrupted = "Examination";

    private static async Task<Finding?> NextAsync(IDiagnostic diagnostic, IAsyncEnumerator<Finding> findings)
    {
        try
        {
            return await findings.MoveNextAsync().ConfigureAwait(false) ? findings.Current : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException or DistributedApplicationException or ProgramMissingException or FormatException)
        {
            return Finding.Broken(
                Interrupted, exception.Message, $"the examination of {diagnostic.Part} met this error", "repair what it names, then run the doctor again");
        }
    }
}
