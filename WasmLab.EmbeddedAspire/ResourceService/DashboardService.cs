using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp;
using Aspire.Hosting.Otlp.Grpc;
using Aspire.Hosting.ResourceService.Protos;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ResourceService;

/// <summary>
/// The gRPC service <c>aspire.v1.DashboardService</c>: through it a dashboard in another process shows this application.
/// Without an API key, callers need none.
/// </summary>
internal sealed class DashboardService(IDashboardClient client, ApiKey? apiKey, ILogger<DashboardService> logger)
{
    private const string Prefix = "/aspire.v1.DashboardService/";

    public Task HandleAsync(HttpContext http)
    {
        if (!GrpcCall.IsGrpc(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return http.Response.WriteAsync("This endpoint speaks gRPC.");
        }

        return GrpcCall.RunAsync(http, () => DispatchAsync(http), logger);
    }

    private Task DispatchAsync(HttpContext http)
    {
        if (apiKey?.IsIn(http.Request) == false)
        {
            throw new GrpcException(GrpcStatus.Unauthenticated, $"The header {apiKey.Header} is missing or wrong.");
        }

        return http.Request.Path.Value switch
        {
            Prefix + "GetApplicationInformation" => GrpcMessages.WriteAsync(
                http.Response, new ApplicationInformationResponse { ApplicationName = client.ApplicationName }, http.RequestAborted),
            Prefix + "WatchResources" => WatchResourcesAsync(http),
            Prefix + "WatchResourceConsoleLogs" => WatchConsoleAsync(http),
            Prefix + "ExecuteResourceCommand" => ExecuteCommandAsync(http),
            Prefix + "WatchInteractions" => WatchInteractionsAsync(http),
            var method => throw new GrpcException(GrpcStatus.Unimplemented, $"There is no method {method}."),
        };
    }

    /// <summary>Everything once, then what has changed. Changes that come while one is being sent are sent as one.</summary>
    private async Task WatchResourcesAsync(HttpContext http)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void OnChanged() => changed.Writer.TryWrite(true);
        client.ResourcesChanged += OnChanged;
        try
        {
            var sent = client.Resources.ToDictionary(resource => resource.Id);
            var initial = new InitialResourceData();
            initial.Resources.AddRange(sent.Values.Select(ResourceMessages.Of));
            initial.ResourceTypes.AddRange(sent.Values.Select(resource => resource.Type).Distinct().Select(type => new ResourceType { UniqueName = type }));
            await GrpcMessages.WriteAsync(http.Response, new WatchResourcesUpdate { InitialData = initial }, http.RequestAborted).ConfigureAwait(false);

            await foreach (var _ in changed.Reader.ReadAllAsync(http.RequestAborted).ConfigureAwait(false))
            {
                var now = client.Resources.ToDictionary(resource => resource.Id);
                var changes = new WatchResourcesChanges();
                changes.Value.AddRange(now.Values.Where(resource => !resource.Equals(sent.GetValueOrDefault(resource.Id)))
                    .Select(resource => new WatchResourcesChange { Upsert = ResourceMessages.Of(resource) }));
                changes.Value.AddRange(sent.Values.Where(resource => !now.ContainsKey(resource.Id))
                    .Select(resource => new WatchResourcesChange { Delete = new ResourceDeletion { ResourceName = resource.Id, ResourceType = resource.Type } }));
                sent = now;
                if (changes.Value.Count > 0)
                {
                    await GrpcMessages.WriteAsync(http.Response, new WatchResourcesUpdate { Changes = changes }, http.RequestAborted).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            client.ResourcesChanged -= OnChanged;
        }
    }

    private async Task WatchConsoleAsync(HttpContext http)
    {
        var request = await ReadAsync(http, WatchResourceConsoleLogsRequest.Parser).ConfigureAwait(false);
        if (!client.Resources.Any(resource => resource.Id == request.ResourceName))
        {
            throw new GrpcException(GrpcStatus.NotFound, $"There is no resource '{request.ResourceName}'.");
        }

        await http.Response.StartAsync(http.RequestAborted).ConfigureAwait(false);
        if (request.SuppressFollow)
        {
            await SendAsync(await client.ReadConsoleAsync(request.ResourceName, http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        await foreach (var lines in client.WatchConsoleAsync(request.ResourceName, http.RequestAborted).ConfigureAwait(false))
        {
            await SendAsync(lines).ConfigureAwait(false);
        }

        Task SendAsync(IReadOnlyList<LogLine> lines)
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.AddRange(lines.Select(line => new ConsoleLogLine { LineNumber = line.LineNumber, Text = line.Content, IsStdErr = line.IsErrorMessage }));
            return GrpcMessages.WriteAsync(http.Response, update, http.RequestAborted);
        }
    }

    private async Task ExecuteCommandAsync(HttpContext http)
    {
        var request = await ReadAsync(http, ResourceCommandRequest.Parser).ConfigureAwait(false);
        var result = await client.ExecuteCommandAsync(request.ResourceName, request.CommandName, http.RequestAborted).ConfigureAwait(false);
        await GrpcMessages.WriteAsync(http.Response, ResourceMessages.Of(result), http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The embedded host asks users nothing: the stream stays open and silent.</summary>
    private static async Task WatchInteractionsAsync(HttpContext http)
    {
        await http.Response.StartAsync(http.RequestAborted).ConfigureAwait(false);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<T> ReadAsync<T>(HttpContext http, Google.Protobuf.MessageParser<T> parser)
        where T : class, Google.Protobuf.IMessage<T> =>
        await GrpcMessages.ReadAsync(http.Request, parser, http.RequestAborted).ConfigureAwait(false)
        ?? throw new GrpcException(GrpcStatus.Internal, "The request holds no message.");
}
