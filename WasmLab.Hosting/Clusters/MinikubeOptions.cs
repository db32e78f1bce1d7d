using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>How minikube makes its machine.</summary>
internal sealed record MinikubeOptions
{
    /// <summary>The profile; everything that the lab does with minikube is done to this one.</summary>
    public string Profile { get; init; } = "wasm";

    public string Driver { get; init; } = "docker";

    public int Nodes { get; init; } = 1;

    /// <summary>As <c>minikube start --cpus</c>; null leaves it to minikube.</summary>
    public string? Cpus { get; init; }

    /// <summary>As <c>minikube start --memory</c>; null leaves it to minikube.</summary>
    public string? Memory { get; init; }

    /// <summary>As <c>minikube start --kubernetes-version</c>; null leaves it to minikube.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>How long <c>minikube start</c> may take; at first it pulls images of more than a gigabyte.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(18);

    public MinikubeLifetime Lifetime { get; init; } = MinikubeLifetime.Persistent;

    public static MinikubeOptions Read(SettingsReader reader)
    {
        var defaults = new MinikubeOptions();
        return new MinikubeOptions
        {
            Profile = reader.Text("Minikube:Profile") ?? defaults.Profile,
            Driver = reader.Text("Minikube:Driver") ?? defaults.Driver,
            Nodes = reader.Count("Minikube:Nodes", defaults.Nodes),
            Cpus = reader.Text("Minikube:Cpus"),
            Memory = reader.Text("Minikube:Memory"),
            KubernetesVersion = reader.Text("Minikube:KubernetesVersion"),
            StartTimeout = reader.Time("Minikube:StartTimeout", defaults.StartTimeout),
            Lifetime = reader.Choice("Minikube:Lifetime", defaults.Lifetime),
        };
    }
}

/// <summary>What becomes of the machine when the lab ends.</summary>
internal enum MinikubeLifetime
{
    /// <summary>It runs on, and the next lab finds it.</summary>
    Persistent,

    /// <summary>It is stopped if this lab started it.</summary>
    Session,
}
