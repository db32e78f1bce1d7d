using System.Net;
using System.Net.Sockets;
using System.Text;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class ProberTests : IDisposable
{
    private readonly Prober _prober = new(TimeProvider.System);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly Container _container = new() { Name = "web" };
    private readonly PodAddress _address = new(IPAddress.Loopback, new Dictionary<int, int>());

    public ProberTests() => _server.Start();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose()
    {
        _server.Dispose();
        _prober.Dispose();
    }

    [Theory]
    [InlineData("200 OK", true, "")]
    [InlineData("399 Fine", true, "")]
    [InlineData("503 Service Unavailable", false, "HTTP probe failed with statuscode: 503")]
    public async Task HttpGet_Answer_DecidesByStatusCode(string statusLine, bool succeeded, string message)
    {
        var request = AnswerAsync($"HTTP/1.1 {statusLine}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var result = await ProbeAsync(new Probe
        {
            TimeoutSeconds = 30,
            HttpGet = new HttpGetAction { Path = "/healthz", Port = Port, HttpHeaders = [new HttpHeader { Name = "X-Who", Value = "me" }] },
        });

        result.ShouldBe(new ProbeResult(succeeded, message));
        var text = await request;
        text.ShouldStartWith("GET /healthz HTTP/1.1\r\n");
        text.ShouldContain("User-Agent: kube-probe/1.35");
        text.ShouldContain("X-Who: me");
    }

    [Fact]
    public async Task HttpGet_NobodyListens_SaysSoAsTheKubeletDoes()
    {
        var port = Port;
        _server.Stop();

        var result = await ProbeAsync(new Probe { HttpGet = new HttpGetAction { Path = "/get", Port = port } });

        result.Message.ShouldBe($"Get \"http://127.0.0.1:{port}/get\": dial tcp 127.0.0.1:{port}: connect: connection refused");
    }

    [Fact]
    public async Task HttpGet_NoAnswer_TimesOut()
    {
        var result = await ProbeAsync(new Probe { TimeoutSeconds = 1, HttpGet = new HttpGetAction { Path = "/", Port = Port } });

        result.Succeeded.ShouldBeFalse();
        result.Message.ShouldContain("context deadline exceeded");
    }

    [Fact]
    public async Task TcpSocket_Listening_Succeeds_AndClosedFails()
    {
        var probe = new Probe { TcpSocket = new TcpSocketAction { Port = "http" } };
        _container.Ports.Add(new ContainerPort { Name = "http", Port = Port });
        (await ProbeAsync(probe)).Succeeded.ShouldBeTrue();

        var port = Port;
        _server.Stop();

        (await ProbeAsync(probe)).Message.ShouldBe($"dial tcp 127.0.0.1:{port}: connect: connection refused");
    }

    [Fact]
    public async Task Port_NotDeclared_SaysWhich()
    {
        var result = await ProbeAsync(new Probe { TcpSocket = new TcpSocketAction { Port = "metrics" } });

        result.Message.ShouldBe("couldn't find port: metrics in container \"web\"");
    }

    [Fact]
    public async Task Exec_Asked_IsRefusedWithReason()
    {
        var result = await ProbeAsync(new Probe { Exec = new ExecAction { Command = ["true"] } });

        result.Message.ShouldBe("exec probes are not supported by this node; use httpGet or tcpSocket");
    }

    private Task<ProbeResult> ProbeAsync(Probe probe) =>
        _prober.ProbeAsync(probe, _container, _address, TestContext.Current.CancellationToken);

    private async Task<string> AnswerAsync(string answer)
    {
        using var connection = await _server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
