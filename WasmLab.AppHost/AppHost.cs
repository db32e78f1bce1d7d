var builder = DistributedApplication.CreateBuilder(LabArguments.Read(args));

// minikube start --driver=docker --container-runtime=containerd -p wasm
var cluster = builder.AddCluster("cluster");

// The node's container runtime learns to run WebAssembly: RuntimeClass "wasmedge" names this handler.
var wasmShim = cluster.AddWasmShim("wasm-shim", handler: "wasmedgev1");

// minikube addons enable ingress
var ingress = cluster.AddIngress("ingress").WaitForCompletion(wasmShim);

// A virtual cluster for each flavor.
var nativeCluster = cluster.AddVirtualCluster("vcluster-native", "native").WaitForCompletion(wasmShim);
var embedCluster = cluster.AddVirtualCluster("vcluster-embed", "embed").WaitForCompletion(wasmShim);
var runtimeCluster = cluster.AddVirtualCluster("vcluster-runtime", "runtime").WaitForCompletion(wasmShim);

// native: a static program.
nativeCluster.AddFlavor("native", ingress)
    .WithNativeImage("wasmlab/httpbin:native", sources: "../assets/httpbin", prebuilt: "../assets/modules")
    .WithManifest("../assets/manifests/native.yaml");

// embed: a WebAssembly module and a runtime, in one image.
embedCluster.AddFlavor("embed", ingress)
    .WithEmbedImage("wasmlab/httpbin:embed", module: "../assets/modules/httpbin.wasm", sources: "../assets/httpbin")
    .WithManifest("../assets/manifests/embed.yaml");

// runtime: a WebAssembly module alone, run by the node.
runtimeCluster.AddFlavor("runtime", ingress)
    .WithRuntimeImage("wasmlab/httpbin:runtime", module: "../assets/modules/httpbin.wasm")
    .WithManifest("../assets/manifests/runtime.yaml")
    .WaitForCompletion(wasmShim);

builder.Build().Run();
