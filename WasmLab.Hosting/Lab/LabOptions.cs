using Microsoft.Extensions.Configuration;

namespace WasmLab.Hosting.Lab;

/// <summary>The lab's settings, read once from the configuration section <c>WasmLab</c>.</summary>
/// <param name="StateDirectory">Absolute path of the folder that holds kubeconfig, images and the node's files.</param>
/// <param name="IngressPort">The port the ingress listens on at loopback; 0 takes a free one.</param>
/// <param name="ApiPort">The port the embedded API server listens on at loopback; 0 takes a free one.</param>
/// <param name="ExitWhenReady">Start, wait until all is healthy, print the timings, exit.</param>
/// <param name="ReadyTimeout">How long <see cref="ExitWhenReady"/> waits before it gives up with exit code 1.</param>
internal sealed record LabOptions(
    string StateDirectory,
    int IngressPort,
    int ApiPort,
    bool ExitWhenReady,
    TimeSpan ReadyTimeout)
{
    public const int DefaultIngressPort = 8080;
    public const int DefaultApiPort = 16443;
    public static readonly TimeSpan DefaultReadyTimeout = TimeSpan.FromMinutes(2);

    public string KubeConfigPath => Path.Combine(StateDirectory, "kubeconfig");

    public string ImagesDirectory => Path.Combine(StateDirectory, "images");

    public string NodeDirectory => Path.Combine(StateDirectory, "node");

    /// <summary>Reads the settings; every wrong one is named in one <see cref="DistributedApplicationException"/>.</summary>
    public static LabOptions Read(IConfiguration configuration, string appHostDirectory)
    {
        var problems = new List<string>();
        var section = configuration.GetSection("WasmLab");

        var cluster = section["Cluster"] ?? configuration["cluster"] ?? "embedded";
        if (!cluster.Equals("embedded", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"WasmLab:Cluster (--cluster) is '{cluster}', but this version knows only 'embedded'.");
        }

        var options = new LabOptions(
            Path.GetFullPath(section["StateDirectory"] is { Length: > 0 } directory ? directory : ".wasmlab", appHostDirectory),
            ReadPort("Ingress:Port", DefaultIngressPort),
            ReadPort("Api:Port", DefaultApiPort),
            ReadFlag("ExitWhenReady"),
            ReadTimeSpan("ReadyTimeout", DefaultReadyTimeout));

        return problems.Count == 0
            ? options
            : throw new DistributedApplicationException("The lab's settings are wrong: " + string.Join(" ", problems));

        int ReadPort(string key, int fallback)
        {
            var text = section[key];
            if (string.IsNullOrEmpty(text))
            {
                return fallback;
            }

            if (int.TryParse(text, out var port) && port is >= 0 and <= 65535)
            {
                return port;
            }

            problems.Add($"WasmLab:{key} is '{text}', but a port is a number from 0 (any free one) to 65535.");
            return fallback;
        }

        bool ReadFlag(string key)
        {
            var text = section[key];
            if (string.IsNullOrEmpty(text))
            {
                return false;
            }

            if (bool.TryParse(text, out var value))
            {
                return value;
            }

            problems.Add($"WasmLab:{key} is '{text}', but it is either 'true' or 'false'.");
            return false;
        }

        TimeSpan ReadTimeSpan(string key, TimeSpan fallback)
        {
            var text = section[key];
            if (string.IsNullOrEmpty(text))
            {
                return fallback;
            }

            if (TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero)
            {
                return value;
            }

            problems.Add($"WasmLab:{key} is '{text}', but it is a time such as '00:02:00'.");
            return fallback;
        }
    }
}
