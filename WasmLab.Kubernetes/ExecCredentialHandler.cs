using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WasmLab.Kubernetes;

/// <summary>Asks a program for credentials, once, and again when they have run out or the server refuses them.</summary>
internal sealed class ExecCredentialHandler(KubeExec exec, string? directory, SocketsHttpHandler inner) : DelegatingHandler(inner)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Credential? _credential;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var credential = await CredentialAsync(null, cancellationToken).ConfigureAwait(false);
        Authorize(request, credential);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized || request.Content is not null)
        {
            return response;
        }

        response.Dispose();
        Authorize(request, await CredentialAsync(credential, cancellationToken).ConfigureAwait(false));
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gate.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Authorize(HttpRequestMessage request, Credential credential)
    {
        if (credential.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    private async Task<Credential> CredentialAsync(Credential? refused, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_credential is null || ReferenceEquals(_credential, refused) || _credential.Expires <= TimeProvider.System.GetUtcNow())
            {
                _credential = await RunAsync(ct).ConfigureAwait(false);
            }

            return _credential;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Credential> RunAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo(exec.Command, exec.Args)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var variable in exec.Env)
        {
            start.Environment[variable.Name] = variable.Value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] =
            JsonSerializer.Serialize(new { apiVersion = exec.ApiVersion, kind = "ExecCredential", spec = new { interactive = false } });
        try
        {
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(ct).ConfigureAwait(false);
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            return process.ExitCode == 0
                ? Parse(output)
                : throw new InvalidOperationException($"the kubeconfig's credential program '{exec.Command}' failed with exit code {process.ExitCode}");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"the kubeconfig's credential program '{exec.Command}' cannot be started: {exception.Message}; install it or choose another context", exception);
        }
    }

    private Credential Parse(string output)
    {
        using var document = JsonDocument.Parse(output);
        if (!document.RootElement.TryGetProperty("status", out var status))
        {
            throw new InvalidOperationException($"the kubeconfig's credential program '{exec.Command}' printed no status");
        }

        if (Text(status, "clientCertificateData") is { } certificate && Text(status, "clientKeyData") is { } key && _credential is null)
        {
            KubeConfigTransport.Present(inner.SslOptions, KubeConfigTransport.ClientCertificate(certificate, key));
        }

        var expires = status.TryGetProperty("expirationTimestamp", out var time) && time.ValueKind == JsonValueKind.String
            ? time.GetDateTimeOffset()
            : DateTimeOffset.MaxValue;
        return new(Text(status, "token"), expires);
    }

    private static string? Text(JsonElement status, string name) =>
        status.TryGetProperty(name, out var value) ? value.GetString() : null;

    private sealed record Credential(string? Token, DateTimeOffset Expires);
}
