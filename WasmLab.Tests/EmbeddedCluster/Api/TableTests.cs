using System.Text.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Tables;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class TableTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(61 * 5, "5m5s")]
    [InlineData(600, "10m")]
    [InlineData(3600 * 2.5, "150m")]
    [InlineData(3600 * 3, "3h")]
    [InlineData((3600 * 7) + 60, "7h1m")]
    [InlineData(3600 * 47, "47h")]
    [InlineData(86400 * 2, "2d")]
    [InlineData((86400 * 7) + 3600, "7d1h")]
    [InlineData(86400 * 100, "100d")]
    [InlineData(86400 * 800, "2y70d")]
    [InlineData(86400 * 3650, "10y")]
    [InlineData(-1, "0s")]
    [InlineData(-5, "<invalid>")]
    public void Duration_Given_IsShort(double seconds, string expected) => Cells.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);

    [Theory]
    [InlineData("""{"phase":"Pending"}""", "0/1", "Pending", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]}""", "1/1", "Running", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"ready":false,"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"2026-11-22T11:59:00Z"}}}]}""", "0/1", "CrashLoopBackOff", "3 (60s ago)")]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"ready":false,"restartCount":0,"state":{"waiting":{"reason":"ErrImagePull"}}}]}""", "0/1", "ErrImagePull", "0")]
    [InlineData("""{"phase":"Succeeded","containerStatuses":[{"ready":false,"restartCount":0,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}""", "0/1", "Completed", "0")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"ready":false,"restartCount":0,"state":{"terminated":{"exitCode":3}}}]}""", "0/1", "ExitCode:3", "0")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"ready":false,"restartCount":0,"state":{"terminated":{"exitCode":137,"signal":9}}}]}""", "0/1", "Signal:9", "0")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"state":{"running":{}}}]}""", "0/1", "Init:0/0", "0")]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    public void Pod_InThisState_ShowsIt(string status, string ready, string shown, string restarts)
    {
        var row = Row("pods", $$"""{"metadata":{"name":"web"},"spec":{"containers":[{"name":"c"}]},"status":{{status}}}""");

        row[1..4].ShouldBe([ready, shown, restarts]);
    }

    [Fact]
    public void Pod_ThatIsBeingDeleted_IsTerminating() => Row(
        "pods", """{"metadata":{"name":"web","deletionTimestamp":"2026-11-22T12:00:30Z"},"spec":{"containers":[{}]},"status":{"phase":"Running"}}""")[2].ShouldBe("Terminating");

    [Fact]
    public void Node_Ready_ShowsRolesVersionAndRuntime() => Row("nodes", """
        {"metadata":{"name":"n","creationTimestamp":"2026-11-22T11:00:00Z","labels":{"node-role.kubernetes.io/worker":"","node-role.kubernetes.io/control-plane":""}},
         "spec":{"unschedulable":true},
         "status":{"conditions":[{"type":"Ready","status":"True"}],"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                   "nodeInfo":{"kubeletVersion":"v1","osImage":"os","kernelVersion":"k","containerRuntimeVersion":"r"}}}
        """).ShouldBe(["n", "Ready,SchedulingDisabled", "control-plane,worker", "60m", "v1", "127.0.0.1", "<none>", "os", "k", "r"]);

    [Theory]
    [InlineData("""{"type":"ClusterIP","clusterIP":"10.96.0.9","ports":[{"port":80,"protocol":"TCP"},{"port":53,"protocol":"UDP"}],"selector":{"b":"2","a":"1"}}""", "ClusterIP|10.96.0.9|<none>|80/TCP,53/UDP|60m|a=1,b=2")]
    [InlineData("""{"type":"NodePort","clusterIP":"10.96.0.9","ports":[{"port":80,"nodePort":30080,"protocol":"TCP"}]}""", "NodePort|10.96.0.9|<none>|80:30080/TCP|60m|<none>")]
    [InlineData("""{"type":"LoadBalancer","clusterIP":"10.96.0.9","ports":[{"port":80,"protocol":"TCP"}]}""", "LoadBalancer|10.96.0.9|<pending>|80/TCP|60m|<none>")]
    [InlineData("""{"type":"ExternalName","externalName":"example.com"}""", "ExternalName|<none>|example.com|<none>|60m|<none>")]
    public void Service_OfThisType_ShowsItsAddresses(string spec, string expected) =>
        string.Join('|', Row("services", $$"""{"metadata":{"name":"s","creationTimestamp":"2026-11-22T11:00:00Z"},"spec":{{spec}}}""")[1..]).ShouldBe(expected);

    [Fact]
    public void Ingress_ShowsClassHostsAddressAndPorts()
    {
        Row("ingresses", """
            {"metadata":{"name":"i","creationTimestamp":"2026-11-22T11:00:00Z"},
             "spec":{"ingressClassName":"nginx","rules":[{"host":"localhost"},{"host":"b"}],"tls":[{}]},
             "status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}}
            """).ShouldBe(["i", "nginx", "localhost,b", "127.0.0.1", "80, 443", "60m"]);
        Row("ingresses", """{"metadata":{"name":"i","creationTimestamp":"2026-11-22T11:00:00Z"},"spec":{}}""").ShouldBe(["i", "<none>", "*", "", "80", "60m"]);
    }

    [Fact]
    public void Event_ShowsWhenWhatAndWhy() => Row("events", """
        {"metadata":{"name":"e"},"lastTimestamp":"2026-11-22T11:59:30Z","firstTimestamp":"2026-11-22T11:00:00Z","type":"Warning","reason":"Failed","count":4,
         "involvedObject":{"kind":"Pod","name":"web","fieldPath":"spec.containers{c}"},"message":"no\n","source":{"component":"kubelet","host":"n"}}
        """).ShouldBe(["30s", "Warning", "Failed", "pod/web", "spec.containers{c}", "kubelet, n", "no", "60m", "4", "e"]);

    [Fact]
    public void EveryTable_HasANameAndSaysWhatItsColumnsAre()
    {
        foreach (var resource in ResourceRegistry.All)
        {
            resource.Table.Columns.ShouldContain(column => column.Format == "name", resource.QualifiedName);
            resource.Table.Columns.ShouldAllBe(column => column.Description.Length > 0, resource.QualifiedName);
        }
    }

    private static string[] Row(string plural, string json)
    {
        var table = ResourceRegistry.All.First(resource => resource.Type.Plural == plural).Table;
        var written = TableWriter.Write(table, [JsonElement.Parse(json)], [], RowObject.None, s_now);
        return [.. written["rows"]![0]!["cells"]!.AsArray().Select(cell => cell?.ToString() ?? "")];
    }
}
