using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Client)]
public sealed class HelmTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly CommandLineTool _helm = api.Tool("helm", "HELM");

    [Fact]
    public async Task Chart_InstalledUpgradedAndUninstalled_LeavesNothing()
    {
        using var chart = new TemporaryDirectory();
        Directory.CreateDirectory(chart["templates"]);
        await File.WriteAllTextAsync(chart["Chart.yaml"], "apiVersion: v2\nname: tiny\nversion: 0.1.0\n", TestApi.Ct);
        await File.WriteAllTextAsync(chart["values.yaml"], "text: one\n", TestApi.Ct);
        await File.WriteAllTextAsync(
            chart["templates/all.yaml"],
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: {{ .Release.Name }}
            data:
              text: {{ .Values.text }}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: {{ .Release.Name }}
            spec:
              ports:
              - port: 80
            """,
            TestApi.Ct);

        (await _helm.RunAsync(["install", "rel", chart.Path, "-n", "charts", "--create-namespace"])).ShouldContain("STATUS: deployed");
        (await _helm.RunAsync(["list", "-A"])).ShouldContain("tiny-0.1.0");
        (await _helm.RunAsync(["upgrade", "rel", chart.Path, "-n", "charts", "--set", "text=two"])).ShouldContain("REVISION: 2");
        using var client = api.CreateClient();
        (await client.GetAsync<ConfigMap>("rel", "charts", TestApi.Ct)).Data["text"].ShouldBe("two");
        (await _helm.RunAsync(["rollback", "rel", "1", "-n", "charts"])).ShouldContain("Rollback was a success");
        (await client.GetAsync<ConfigMap>("rel", "charts", TestApi.Ct)).Data["text"].ShouldBe("one");

        await _helm.RunAsync(["uninstall", "rel", "-n", "charts"]);

        (await client.ListAsync<ConfigMap>("charts", null, TestApi.Ct)).Items.ShouldBeEmpty();
        (await client.ListAsync<Secret>("charts", null, TestApi.Ct)).Items.ShouldBeEmpty();
    }
}
