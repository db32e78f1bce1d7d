using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>A server that publishes a release of the shim.</summary>
internal sealed class ReleaseHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<string> _requests = new();

    private ReleaseHost(WebApplication application) => _application = application;

    /// <summary>The archive it gives.</summary>
    public byte[] Archive { get; set; } = Pack("containerd-shim-wasmedge-v1", Encoding.UTF8.GetBytes("#!/bin/sh\necho Version: 0.6.0\n"));

    /// <summary>How many bytes of the archive it gives before it breaks the connection; null is all.</summary>
    public int? BreaksAfter { get; set; }

    /// <summary>Whether a signature and a certificate lie beside the archive.</summary>
    public bool IsSigned { get; set; }

    /// <summary>The paths that were asked for.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>For <c>WasmLab:Shim:Url</c>.</summary>
    public string Url => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        + "/{version}/containerd-shim-wasmedge-{architecture}-linux-musl.tar.gz";

    public static async Task<ReleaseHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var host = new ReleaseHost(builder.Build());
        host._application.Run(host.AnswerAsync);
        await host._application.StartAsync();
        return host;
    }

    public static byte[] Pack(string name, byte[] content)
    {
        using var archive = new MemoryStream();
        using (var zip = new GZipStream(archive, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "./" + name) { DataStream = new MemoryStream(content) });
        }

        return archive.ToArray();
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        _requests.Enqueue(context.Request.Path);
        if (IsSigned && Path.GetExtension(context.Request.Path.Value) is ".sig" or ".pem")
        {
            await context.Response.WriteAsync("signed");
            return;
        }

        if (!context.Request.Path.Value!.EndsWith("x86_64-linux-musl.tar.gz", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentLength = Archive.Length;
        await context.Response.Body.WriteAsync(Archive.AsMemory(0, BreaksAfter ?? Archive.Length));
        if (BreaksAfter is not null)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}
