using System.Text.RegularExpressions;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>
/// What the nodes' words mean: the failures that users of WebAssembly on Kubernetes report most, with what is behind them. The order
/// counts: the more special words come first.
/// </summary>
internal static partial class KnownFailures
{
    private const string RunShimAgain = "run the step 'wasm-shim' again: it installs shim and handler and restarts containerd";

    private static readonly (Regex Words, Explanation Explanation)[] s_failures =
    [
        (NoRuntimeConfigured(), new(
            "the node's containerd has no runtime under the handler's name in the section that its version reads, or was not restarted since it was added",
            RunShimAgain)),
        (CriPluginOff(), new(
            "the node's containerd does not offer what a kubelet speaks to: its configuration switches the CRI plugin off, or is of a version that it does not read",
            "take 'cri' out of disabled_plugins in /etc/containerd/config.toml on the node and restart containerd; 'containerd config dump' shows what it reads")),
        (ShimOfOtherArchitecture(), new(
            "the shim's program is for another processor than the node's",
            "delete it on the node, then " + RunShimAgain)),
        (LibraryMissing(), new(
            "the shim or the OCI runtime wants a library, or a newer C library, that the node does not have",
            "take the static release (WasmLab:Shim:Source=release), or install what the message names; then " + RunShimAgain)),
        (OtherCgroupDriver(), new(
            "the handler's cgroup driver is not the kubelet's: SystemdCgroup of the handler differs from that of the node's own runtime",
            RunShimAgain + "; a handler that is not the lab's wants SystemdCgroup by hand")),
        (OciRuntimeMissing(), new(
            "the handler's BinaryName names a program that is not on the node, or is not executable",
            "install it there (crun with WasmEdge), or set WasmLab:Shim:BinaryName or another WasmLab:Shim:Source; then " + RunShimAgain)),
        (ShimMissing(), new(
            "containerd knows the handler, but the shim's program is not in a folder of containerd's PATH, or is not executable",
            RunShimAgain)),
        (RuntimeClassMissing(), new(
            "the RuntimeClass is not on the host cluster: a virtual cluster does not bring it there, but the host's node reads it",
            "apply the manifest of the flavor again (command 'Apply manifest'), or: kubectl apply -f assets/manifests/runtime.yaml on the host")),
        (ExecFormat(), new(
            "the node ran the file as a program of its own, which it is not: a WebAssembly image without runtimeClassName or with a handler that is a plain OCI runtime, or an image of another architecture",
            "give the pod runtimeClassName and let the handler name a WebAssembly shim; compare the image's architecture with the node's (kubectl get node -o wide; uname -m)")),
        (NoModule(), new(
            "the shim found no WebAssembly module where the image says what to run, so that neither it nor an ordinary runtime can run it",
            "let the image's entrypoint be the path of the .wasm file (a function goes behind it: /app.wasm#function)")),
        (NoExec(), new(
            "a WebAssembly container has no second process: the shim does not know exec",
            "use kubectl logs, or a probe over HTTP instead of one by a command")),
        (ShimEnded(), new(
            "the shim's process ended, or does not answer, while containerd spoke with it",
            "journalctl -u containerd on the node shows its last words; delete the pod (kubectl delete pod POD --force if it stays), then " + RunShimAgain)),
        (NotKilled(), new(
            "the container did not end in its grace period, or its shim does not answer: a module that knows no signals takes the whole of it",
            "wait for terminationGracePeriodSeconds; if it stays, kubectl delete pod POD --grace-period=0 --force, and restart containerd on the node")),
        (NotAModule(), new(
            "the handler runs WebAssembly, but the image holds an ordinary program: WasmEdge takes the program's file for a module",
            "give the pod the image of its module (wasmlab/httpbin:runtime), or take runtimeClassName away from it")),
        (NoPlatform(), new(
            "the image has no variant for the node's platform; containerd from 2.1 on does not unpack images labelled wasi/wasm",
            "build the image for linux/<architecture of the node>: the flavor's command 'Run again' does")),
        (NeverPulled(), new(
            "the node does not have the image, and may not pull it",
            "run the flavor's step again: it builds the image and loads it into the node")),
        (PullDenied(), new(
            "the registry wants a login, or has no such image; the lab's own images are in no public registry",
            "run the flavor's step again, which loads the image into the node; or set WasmLab:Images:Registry to a registry that the nodes may read")),
        (PullFailed(), new(
            "the node could not pull the image",
            "run the flavor's step again, which loads the image into the node; or check the node's way to the registry")),
        (InvalidModule(), new(
            "the module cannot be loaded or linked: it is damaged, or imports what this runtime does not offer",
            "wasmlab-shim inspect MODULE lists its imports; rebuild it with assets/httpbin/build.sh")),
        (NoDiskSpace(), new(
            "a disk is full: the node's or this machine's",
            "free space (docker system prune; minikube -p PROFILE ssh -- sudo crictl rmi --prune), then run the step again")),
        (Unschedulable(), new(
            "no node has room for the pod, or all are tainted or not ready",
            "kubectl describe node shows why; give minikube more (WasmLab:Minikube:Cpus, WasmLab:Minikube:Memory)")),
        (NoPodNetwork(), new(
            "the node's pod network is not set up",
            "kubectl -n kube-system get pods shows whether the network's own pods run; on a fresh cluster wait a minute")),
        (Killed(), new(
            "the container needs more memory than its limit",
            "raise resources.limits.memory in the flavor's manifest; WasmEdge's own process counts too")),
        (Unreachable(), new(
            "an address that is needed cannot be reached from here",
            "check the way to it, and HTTPS_PROXY and NO_PROXY where there is a proxy; then run the step again")),
        (CrashLoop(), new(
            "the program starts and ends again and again",
            "its log says why: kubectl logs POD --previous")),
    ];

    /// <summary>Cause and remedy for the words of an event, a status or an error; null when nobody has met them yet.</summary>
    public static Explanation? Explain(string words) =>
        s_failures.Where(failure => failure.Words.IsMatch(words)).Select(failure => failure.Explanation).FirstOrDefault();

    [GeneratedRegex("no runtime for \"[^\"]*\" is configured|no runtime for handler|unknown runtime handler", RegexOptions.IgnoreCase)]
    private static partial Regex NoRuntimeConfigured();

    [GeneratedRegex(@"unknown service runtime\.v1|CRI v1 runtime API is not implemented", RegexOptions.IgnoreCase)]
    private static partial Regex CriPluginOff();

    [GeneratedRegex("containerd-shim-[^ ]+:? exec format error", RegexOptions.IgnoreCase)]
    private static partial Regex ShimOfOtherArchitecture();

    [GeneratedRegex("error while loading shared libraries|cannot open shared object file|version `GLIBC_", RegexOptions.IgnoreCase)]
    private static partial Regex LibraryMissing();

    [GeneratedRegex("expected cgroupsPath to be of format|invalid slice name|cgroup driver", RegexOptions.IgnoreCase)]
    private static partial Regex OtherCgroupDriver();

    [GeneratedRegex("OCI runtime create failed: unable to retrieve OCI runtime error|OCI runtime create failed: exec:|fork/exec [^ ]*(runc|crun)[^ ]*:", RegexOptions.IgnoreCase)]
    private static partial Regex OciRuntimeMissing();

    [GeneratedRegex("executor can't handle spec|can't handle spec", RegexOptions.IgnoreCase)]
    private static partial Regex NoModule();

    [GeneratedRegex("exec is not (supported|implemented)|ExecSync.*(unimplemented|not supported)|/containerd.task.v2.Task/Exec is not supported", RegexOptions.IgnoreCase)]
    private static partial Regex NoExec();

    [GeneratedRegex("ttrpc: closed|Manager/Connect is not supported|shim (has )?(exited|disconnected)", RegexOptions.IgnoreCase)]
    private static partial Regex ShimEnded();

    [GeneratedRegex("FailedKillPod|KillContainerError|KillPodSandboxError|failed to (stop|kill) container|only SIGKILL is supported", RegexOptions.IgnoreCase)]
    private static partial Regex NotKilled();

    [GeneratedRegex("binary not installed \"containerd-shim|runtime \"?io\\.containerd\\.[^ ]+ (binary )?not (installed|found)|containerd-shim-[^ ]+\"?: (executable file )?not found|failed to start shim", RegexOptions.IgnoreCase)]
    private static partial Regex ShimMissing();

    [GeneratedRegex("RuntimeClass \"[^\"]*\" not found|runtimeclass\\.node\\.k8s\\.io \"[^\"]*\" not found", RegexOptions.IgnoreCase)]
    private static partial Regex RuntimeClassMissing();

    // A module need not be executable: then runc and crun refuse it before they try.
    [GeneratedRegex("exec format error|\\.wasm\": permission denied|\\.wasm` exists but it is not executable", RegexOptions.IgnoreCase)]
    private static partial Regex ExecFormat();

    [GeneratedRegex("cannot dynamically load executable|could not get wasmedge result", RegexOptions.IgnoreCase)]
    private static partial Regex NotAModule();

    [GeneratedRegex("no match for platform|no child with platform|does not match the specified platform|no unpack platforms", RegexOptions.IgnoreCase)]
    private static partial Regex NoPlatform();

    [GeneratedRegex("ErrImageNeverPull|is not present with pull policy of Never", RegexOptions.IgnoreCase)]
    private static partial Regex NeverPulled();

    [GeneratedRegex("pull access denied|insufficient_scope|401 Unauthorized|403 Forbidden|repository does not exist", RegexOptions.IgnoreCase)]
    private static partial Regex PullDenied();

    [GeneratedRegex("ErrImagePull|ImagePullBackOff|failed to pull", RegexOptions.IgnoreCase)]
    private static partial Regex PullFailed();

    [GeneratedRegex("no space left on device|DiskPressure|ephemeral-storage", RegexOptions.IgnoreCase)]
    private static partial Regex NoDiskSpace();

    [GeneratedRegex("FailedScheduling|Unschedulable|Insufficient (cpu|memory)|nodes are available", RegexOptions.IgnoreCase)]
    private static partial Regex Unschedulable();

    [GeneratedRegex("cni plugin not initialized|network plugin (is )?not (ready|initialized)|NetworkPluginNotReady|failed to setup network", RegexOptions.IgnoreCase)]
    private static partial Regex NoPodNetwork();

    [GeneratedRegex("OOMKilled", RegexOptions.IgnoreCase)]
    private static partial Regex Killed();

    [GeneratedRegex("unknown import|magic header not detected|malformed|link failed|incompatible import type", RegexOptions.IgnoreCase)]
    private static partial Regex InvalidModule();

    [GeneratedRegex("no such host|could not resolve host|i/o timeout|TLS handshake timeout|network is unreachable|cannot be reached", RegexOptions.IgnoreCase)]
    private static partial Regex Unreachable();

    [GeneratedRegex("CrashLoopBackOff|back-off restarting", RegexOptions.IgnoreCase)]
    private static partial Regex CrashLoop();
}
