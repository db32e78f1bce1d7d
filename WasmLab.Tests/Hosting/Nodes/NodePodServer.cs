using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Kubernetes;

namespace WasmLab.Tests.Hosting.Nodes;

/// <summary>
/// An API server before Kubernetes 1.30 that has stand-in nodes: a DaemonSet gets a pod on each, whose exec runs commands there as real
/// processes.
/// </summary>
internal sealed class NodePodServer : IAsyncDisposable
{
    private const string Daemons = "/apis/apps/v1/namespaces/wasmlab-system/daemonsets/node-shell";
    private const string Namespace = "/api/v1/namespaces/wasmlab-system";

    private readonly IReadOnlyDictionary<string, StandInNode> _nodes;
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _changes = new();
    private JsonObject? _daemonSet;

    private NodePodServer(IReadOnlyDictionary<string, StandInNode> nodes, WebApplication app) => (_nodes, _app) = (nodes, app);

    /// <summary>Each request that changes something.</summary>
    public IReadOnlyList<string> Changes => [.. _changes];

    /// <summary>The DaemonSet as it was applied; null when it is not there.</summary>
    public JsonObject? DaemonSet => _daemonSet;

    /// <summary>Why no pod starts; null when all do.</summary>
    public string? PullError { get; set; }

    public string Runtime { get; set; } = "containerd://1.7.27";

    public static async Task<NodePodServer> StartAsync(IReadOnlyDictionary<string, StandInNode> nodes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new NodePodServer(nodes, builder.Build());
        server._app.UseWebSockets();
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>A kubeconfig for it.</summary>
    public KubeConfig Config(string path)
    {
        File.WriteAllText(path, $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters: [{ name: test, cluster: { server: "{{_app.Urls.Single()}}" } }]
            users: [{ name: test, user: {} }]
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            """);
        return KubeConfig.Load(path);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync("v4.channel.k8s.io");
            await ExecAsync(new PodStreamConnection(http, socket), _nodes[path.Split('/')[6]["pod-".Length..]]);
            return;
        }

        if (http.Request.Method != "GET")
        {
            _changes.Enqueue($"{http.Request.Method} {path}");
        }

        var answer = (http.Request.Method, path) switch
        {
            ("GET", "/api/v1") => Resources(("namespaces", "Namespace", false)),
            ("GET", "/apis/apps/v1") => Resources(("daemonsets", "DaemonSet", true)),
            ("PATCH", Namespace) => await BodyAsync(http),
            ("PATCH", Daemons) => _daemonSet = await BodyAsync(http),
            ("GET", Daemons) when _daemonSet is not null => Observed(_daemonSet),
            ("DELETE", Daemons) => Delete(),
            ("GET", $"{Namespace}/pods") => new JsonObject { ["kind"] = "PodList", ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. _nodes.Keys.Select(Pod)]) },
            ("GET", _) when path.StartsWith("/api/v1/nodes/", StringComparison.Ordinal) => Node(path["/api/v1/nodes/".Length..]),
            _ => null,
        };
        http.Response.StatusCode = answer is null ? 404 : 200;
        await http.Response.WriteAsJsonAsync(
            answer ?? new JsonObject { ["kind"] = "Status", ["status"] = "Failure", ["code"] = 404, ["reason"] = "NotFound", ["message"] = $"{path} not found" });
    }

    private static async Task<JsonObject> BodyAsync(HttpContext http) => (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();

    private static JsonObject Resources((string Name, string Kind, bool Namespaced) resource) => new()
    {
        ["kind"] = "APIResourceList",
        ["resources"] = new JsonArray(new JsonObject { ["name"] = resource.Name, ["kind"] = resource.Kind, ["namespaced"] = resource.Namespaced }),
    };

    private JsonObject Observed(JsonObject applied)
    {
        var set = applied.DeepClone().AsObject();
        set["metadata"]!["generation"] = 1;
        set["status"] = new JsonObject { ["observedGeneration"] = 1, ["desiredNumberScheduled"] = _nodes.Count };
        return set;
    }

    private JsonObject Delete()
    {
        _daemonSet = null;
        return new JsonObject { ["kind"] = "Status", ["status"] = "Success" };
    }

    private JsonObject Pod(string node) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "pod-" + node, ["namespace"] = "wasmlab-system" },
        ["spec"] = new JsonObject { ["nodeName"] = node },
        ["status"] = PullError is null
            ? new JsonObject { ["phase"] = "Running", ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }) }
            : new JsonObject
            {
                ["phase"] = "Pending",
                ["containerStatuses"] = new JsonArray(new JsonObject
                {
                    ["name"] = "shell",
                    ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = PullError } },
                }),
            },
    };

    private JsonObject Node(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            ["nodeInfo"] = new JsonObject { ["containerRuntimeVersion"] = Runtime },
        },
    };

    private static async Task ExecAsync(PodStreamConnection connection, StandInNode node)
    {
        var command = connection.Query["command"].Select(word => word!).ToList();
        command[..9].ShouldBe(["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--"]);
        using var process = Process.Start(new ProcessStartInfo($"{node.Folder}/enter", command[9..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = Task.WhenAll(SendAsync(process.StandardOutput.BaseStream, 1), SendAsync(process.StandardError.BaseStream, 2));
        var input = connection.Query.ContainsKey("stdin") ? ReceiveAsync() : Task.CompletedTask;
        await process.WaitForExitAsync();
        await output;
        await connection.SendAsync(3, process.ExitCode == 0
            ? """{"status":"Success"}"""
            : $$$"""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"{{{process.ExitCode}}}"}]}}""");
        await connection.CloseAsync();
        await input;

        // The input has no end here: the command has to know it.
        async Task ReceiveAsync()
        {
            while (await connection.ReceiveAsync() is { Length: > 0 } message)
            {
                try
                {
                    await process.StandardInput.BaseStream.WriteAsync(message.AsMemory(1));
                    await process.StandardInput.BaseStream.FlushAsync();
                }
                catch (IOException)
                {
                    // The command has ended; what else comes is nobody's.
                }
            }
        }

        async Task SendAsync(Stream stream, byte channel)
        {
            var buffer = new byte[4096];
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0)
            {
                await connection.SendAsync(channel, buffer[..count]);
            }
        }
    }
}
