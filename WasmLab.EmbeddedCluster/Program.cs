using System.CommandLine;
using System.Net;
using WasmLab.EmbeddedCluster;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;

var parts = new Option<ClusterParts>("--parts")
{
    Description = "Parts to run, separated by commas: api, node, controllers, ingress, vclusters.",
    DefaultValueFactory = _ => ClusterParts.All,
    CustomParser = result =>
    {
        if (ClusterHost.TryParseParts(string.Join(',', result.Tokens.Select(token => token.Value)), out var parsed, out var unknown))
        {
            return parsed;
        }

        result.AddError($"--parts: there is no part '{unknown}'; there are api, node, controllers, ingress and vclusters");
        return ClusterParts.None;
    },
};
var stateDirectory = new Option<DirectoryInfo>("--state-directory")
{
    Description = "Directory for everything that outlives a run.",
    DefaultValueFactory = _ => new DirectoryInfo(".wasmlab"),
};
var apiPort = Port("--api-port", "Port of the API server on loopback; 0 takes a free one.", 16443);
var ingressPort = Port("--ingress-port", "Port of the ingress on loopback; 0 takes a free one.", 8080);
var kubeConfig = new Option<FileInfo?>("--kubeconfig")
{
    Description = "Written with part api; read without it. Default: kubeconfig in the state directory.",
};
var context = new Option<string?>("--context") { Description = "Context of the kubeconfig, when part api runs elsewhere." };
var ingressReach = new Option<PodReach>("--ingress-reach")
{
    Description = "How the ingress reaches pods, when part api runs elsewhere: at their addresses (direct), through the API server (portforward), or whichever works (auto).",
};
var watchNamespaceSelector = new Option<string?>("--watch-namespace-selector") { Description = "Labels of the namespaces whose ingresses are served; all without it." };
var nodeName = new Option<string>("--node-name") { Description = "Name of the node.", DefaultValueFactory = _ => "wasmlab" };
var nodeIP = new Option<IPAddress>("--node-ip")
{
    Description = "Address of the node, which pods with the host's network have, too.",
    DefaultValueFactory = _ => IPAddress.Loopback,
    CustomParser = result =>
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out var address))
        {
            return address;
        }

        result.AddError($"--node-ip: '{result.Tokens[0].Value}' is no IP address");
        return null;
    },
};
var runtimeEndpoint = new Option<string?>("--container-runtime-endpoint")
{
    Description = "Socket of the container runtime that runs the node's pods, for instance unix:///run/containerd/containerd.sock. Without it they run in this process.",
};
runtimeEndpoint.Validators.Add(result =>
{
    if (result.Tokens is [var token] && !token.Value.StartsWith("unix:///", StringComparison.Ordinal))
    {
        result.AddError($"--container-runtime-endpoint: '{token.Value}' is no unix:///PATH");
    }
});
var parentWatch = new Option<bool>("--parent-watch") { Description = "Stop when standard input ends." };

var command = new RootCommand("A small Kubernetes cluster in one process.")
{
    parts, stateDirectory, apiPort, ingressPort, kubeConfig, context, ingressReach, watchNamespaceSelector,
    nodeName, nodeIP, runtimeEndpoint, parentWatch,
};
command.SetAction((result, ct) =>
{
    var state = result.GetValue(stateDirectory)!.FullName;
    return ClusterHost.RunAsync(
        new ClusterOptions
        {
            StateDirectory = state,
            ApiPort = result.GetValue(apiPort),
            IngressPort = result.GetValue(ingressPort),
            KubeConfigPath = result.GetValue(kubeConfig)?.FullName ?? Path.Combine(state, "kubeconfig"),
            Context = result.GetValue(context),
            IngressReach = result.GetValue(ingressReach),
            WatchNamespaceSelector = result.GetValue(watchNamespaceSelector),
            NodeName = result.GetValue(nodeName)!,
            NodeIP = result.GetValue(nodeIP)!,
            ContainerRuntimeEndpoint = result.GetValue(runtimeEndpoint),
            Parts = result.GetValue(parts),
            ParentWatch = result.GetValue(parentWatch),
        },
        ct);
});

// The host answers SIGTERM and SIGINT itself, gracefully.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static Option<int> Port(string name, string description, int defaultPort)
{
    var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => defaultPort };
    option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var port) || port is < 0 or > 65535))
        {
            result.AddError($"{name}: '{token.Value}' is no port; give 0 to 65535");
        }
    });
    return option;
}
