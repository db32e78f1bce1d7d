using WasmLab.Hosting.Diagnosis;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.Diagnosis;

/// <summary>The words of kubelet, containerd, runc and the shims, as users report them, and what the lab says of each.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class KnownFailuresTests
{
    [Theory]
    [InlineData("failed to get sandbox runtime: no runtime for \"wasmedgev1\" is configured", "has no runtime under the handler's name")]
    [InlineData("failed to start sandbox: failed to create containerd task: failed to start shim: failed to resolve runtime path: runtime \"io.containerd.wasmedge.v1\" binary not installed \"containerd-shim-wasmedge-v1\": file does not exist: unknown", "not in a folder of containerd's PATH")]
    [InlineData("failed to create containerd task: failed to start shim: start failed: : fork/exec /usr/local/bin/containerd-shim-wasmedge-v1: exec format error: unknown", "for another processor")]
    [InlineData("failed to start shim: start failed: /usr/local/bin/containerd-shim-wasmedge-v1: error while loading shared libraries: libwasmedge.so.0: cannot open shared object file: No such file or directory: exit status 127: unknown", "wants a library")]
    [InlineData("/usr/local/bin/containerd-shim-wasmedge-v1: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found", "newer C library")]
    [InlineData("failed to create shim task: OCI runtime create failed: runc create failed: expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/k8s.io/31eb\" instead: unknown", "cgroup driver")]
    [InlineData("failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /run/x/log.json: no such file or directory): exec: \"/usr/bin/crun-wasm\": stat /usr/bin/crun-wasm: no such file or directory: unknown", "BinaryName")]
    [InlineData("validate CRI v1 runtime API for endpoint \"unix:///run/containerd/containerd.sock\": rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService", "CRI plugin")]
    [InlineData("failed to create shim task: Others(\"exec process failed with error error in executing process : wasmtime executor can't handle spec\"): unknown", "no WebAssembly module")]
    [InlineData("exec container process `/httpbin.wasm`: Exec format error", "as a program of its own")]
    [InlineData("FailedKillPod: error killing pod: [failed to \"KillContainer\" for \"web\" with KillContainerError: \"rpc error: code = DeadlineExceeded\"]", "grace period")]
    [InlineData("failed to create containerd task: ttrpc: closed: unknown", "the shim's process ended")]
    [InlineData("exec failed: rpc error: code = Unimplemented desc = /containerd.task.v2.Task/Exec is not supported", "no second process")]
    [InlineData("RuntimeClass \"wasmedge\" not found", "not on the host cluster")]
    [InlineData("failed to pull and unpack image: no match for platform in manifest: not found", "no variant for the node's platform")]
    [InlineData("Container image \"wasmlab/httpbin:runtime\" is not present with pull policy of Never", "may not pull it")]
    public void Explain_WhatUsersReport_NamesItsCause(string words, string cause)
    {
        var explanation = KnownFailures.Explain(words).ShouldNotBeNull();

        explanation.Cause.ShouldContain(cause);
        explanation.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public void Explain_SomethingElse_IsNothing() => KnownFailures.Explain("all is well").ShouldBeNull();
}
