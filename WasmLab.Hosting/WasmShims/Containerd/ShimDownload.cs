using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Downloads a file with progress; it appears whole or not at all.</summary>
internal sealed class ShimDownload : IDisposable
{
    private const int ProgressSteps = 10;
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = s_stall }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <exception cref="DistributedApplicationException">It cannot be had; the message says why and what to do.</exception>
    public async Task GetAsync(Uri url, string path, string architecture, LabStep step, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            stall.CancelAfter(s_stall);
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                throw new DistributedApplicationException(
                    $"{url} is not there (404): this release has no shim for {architecture}, or there is no such release. Choose another one (WasmLab:Shim:Version, "
                    + "WasmLab:Shim:Url), let the node build it (WasmLab:Shim:Source=build), or give a file (WasmLab:Shim:Source=file).");
            }

            response.EnsureSuccessStatusCode();
            var content = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            var target = File.Create(part);
            await using (target.ConfigureAwait(false))
            {
                await CopyAsync(content, target, response.Content.Headers.ContentLength, step, stall).ConfigureAwait(false);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = exception is OperationCanceledException ? $"nothing came for {s_stall.TotalSeconds:0} s" : exception.Message;
            throw new DistributedApplicationException(
                $"The download of {url} failed: {reason} Check this machine's way to it (a proxy is taken from HTTPS_PROXY), then run the step again; "
                + "or give a file (WasmLab:Shim:Source=file).", exception);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>A small file as text; null when it is not there.</summary>
    public async Task<bool> TryGetAsync(Uri url, string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(url, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return false;
        }

        await File.WriteAllBytesAsync(path, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return true;
    }

    public void Dispose() => _http.Dispose();

    private static async Task CopyAsync(Stream content, FileStream target, long? length, LabStep step, CancellationTokenSource stall)
    {
        var buffer = new byte[128 * 1024];
        var (total, told) = (0L, 0L);
        int count;
        while ((count = await content.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
        {
            stall.CancelAfter(s_stall);
            await target.WriteAsync(buffer.AsMemory(0, count), stall.Token).ConfigureAwait(false);
            total += count;
            if (length is { } all && total * ProgressSteps / all > told)
            {
                told = total * ProgressSteps / all;
                step.Logger.LogInformation("{Percent} % of {Size} MB", told * 100 / ProgressSteps, (all / 1e6).ToString("0.0", CultureInfo.InvariantCulture));
            }
        }
    }
}
