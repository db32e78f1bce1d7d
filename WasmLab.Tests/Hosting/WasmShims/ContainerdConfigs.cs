namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>Configurations of containerd as nodes have them.</summary>
internal static class ContainerdConfigs
{
    /// <summary>The shape that <c>containerd config default</c> of 1.6 prints.</summary>
    public const string Default16 = """
        disabled_plugins = []
        imports = []
        oom_score = 0
        root = "/var/lib/containerd"
        state = "/run/containerd"
        version = 2

        [cgroup]
          path = ""

        [grpc]
          address = "/run/containerd/containerd.sock"
          gid = 0

        [plugins]

          [plugins."io.containerd.gc.v1.scheduler"]
            deletion_threshold = 0
            schedule_delay = "0s"

          [plugins."io.containerd.grpc.v1.cri"]
            enable_selinux = false
            sandbox_image = "registry.k8s.io/pause:3.6"

            [plugins."io.containerd.grpc.v1.cri".cni]
              bin_dir = "/opt/cni/bin"
              conf_dir = "/etc/cni/net.d"

            [plugins."io.containerd.grpc.v1.cri".containerd]
              default_runtime_name = "runc"
              snapshotter = "overlayfs"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]

                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  base_runtime_spec = ""
                  pod_annotations = []
                  runtime_type = "io.containerd.runc.v2"

                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    BinaryName = ""
                    SystemdCgroup = false

            [plugins."io.containerd.grpc.v1.cri".registry]
              config_path = ""

        [timeouts]
          "io.containerd.timeout.shim.cleanup" = "5s"

        """;

    /// <summary>A minikube node's, with the driver that minikube chose.</summary>
    public const string Minikube = """
        version = 2
        root = "/var/lib/containerd"
        state = "/run/containerd"
        oom_score = 0
        # imports

        [grpc]
          address = "/run/containerd/containerd.sock"
          uid = 0
          gid = 0

        [plugins]
          [plugins."io.containerd.monitor.v1.cgroups"]
            no_prometheus = false
          [plugins."io.containerd.grpc.v1.cri"]
            enable_unprivileged_ports = true
            sandbox_image = "registry.k8s.io/pause:3.10"

            [plugins."io.containerd.grpc.v1.cri".containerd]
              discard_unpacked_layers = true
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    SystemdCgroup = true

            [plugins."io.containerd.grpc.v1.cri".cni]
              bin_dir = "/opt/cni/bin"
              conf_dir = "/etc/cni/net.d"

        """;

    /// <summary>The shape that containerd 2.0 prints: version 3, literal strings.</summary>
    public const string Version3 = """
        version = 3
        root = '/var/lib/containerd'
        state = '/run/containerd'
        imports = []

        [grpc]
          address = '/run/containerd/containerd.sock'

        [plugins]
          [plugins.'io.containerd.cri.v1.images']
            snapshotter = 'overlayfs'

          [plugins.'io.containerd.cri.v1.runtime']
            enable_selinux = false

            [plugins.'io.containerd.cri.v1.runtime'.containerd]
              default_runtime_name = 'runc'

              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]
                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
                  runtime_type = 'io.containerd.runc.v2'
                  sandboxer = 'podsandbox'

                  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                    BinaryName = ''
                    SystemdCgroup = true

        """;

    /// <summary>containerd 2.3: version 4, where the server's settings are plugins of their own.</summary>
    public const string Version4 = """
        version = 4
        root = '/var/lib/containerd'

        [plugins.'io.containerd.server.v1.grpc']
          address = '/run/containerd/containerd.sock'

        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
          runtime_type = 'io.containerd.runc.v2'

        """;

    /// <summary>Keys with dots instead of headers.</summary>
    public const string DottedKeys = """
        version = 2
        plugins."io.containerd.grpc.v1.cri".sandbox_image = "pause:1" # the mirror's

        [plugins."io.containerd.grpc.v1.cri".containerd]
        default_runtime_name = "runc"
        runtimes.runc.runtime_type = "io.containerd.runc.v2"
        runtimes.runc.options.SystemdCgroup = true
        """;

    /// <summary>The runtimes in one line.</summary>
    public const string InlineTable = """
        version = 2
        [plugins."io.containerd.grpc.v1.cri".containerd]
          snapshotter = "overlayfs"
          runtimes = { runc = { runtime_type = "io.containerd.runc.v2", options = { SystemdCgroup = true } } } # one line
          default_runtime_name = "runc"
        [debug]
          level = "info"

        """;
}
