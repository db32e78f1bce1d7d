using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class DashboardOptionsTests
{
    [Fact]
    public void From_Nothing_TakesFreePortsAndRandomSecrets()
    {
        var options = From();

        options.Frontend.Port.ShouldBe(0);
        options.ResourceService.ShouldBeNull();
        options.BrowserToken.ShouldNotBe(From().BrowserToken);
        options.OtlpApiKey.Length.ShouldBe(32);
    }

    [Fact]
    public void From_AspiresSettings_AreRead()
    {
        var options = From(
            ("ASPNETCORE_URLS", "http://localhost:15000;http://localhost:15001"),
            ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://127.0.0.1:19000"),
            ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", "http://[::1]:20000"),
            ("DASHBOARD:FRONTEND:BROWSERTOKEN", "token"),
            ("AppHost:OtlpApiKey", "key"),
            ("AppHost:ResourceService:AuthMode", "Unsecured"));

        (options.Frontend.Address, options.Frontend.Host, options.Frontend.Port).ShouldBe((null, "localhost", 15000));
        (options.OtlpGrpc.Address, options.OtlpGrpc.Port).ShouldBe((IPAddress.Loopback, 19000));
        options.ResourceService!.Host.ShouldBe("[::1]");
        (options.BrowserToken, options.OtlpApiKey, options.ResourceServiceApiKey).ShouldBe(("token", "key", null));
    }

    [Fact]
    public void From_AddressesThatCannotBe_NamesEverySetting()
    {
        var exception = Should.Throw<InvalidOperationException>(() => From(
            ("ASPNETCORE_URLS", "https://localhost:15000"), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://0.0.0.0:19000"), ("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", "nonsense")));

        exception.Message.ShouldContain("ASPNETCORE_URLS is 'https://localhost:15000'");
        exception.Message.ShouldContain("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL is 'http://0.0.0.0:19000'");
        exception.Message.ShouldContain("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL is 'nonsense'");
    }

    [Fact]
    public async Task Server_PortTaken_NamesThePortAndItsSetting()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var server = new DashboardServer(NullLoggerFactory.Instance);
        server.Add(new ListenAddress("dashboard", "ASPNETCORE_URLS", IPAddress.Loopback, port), HttpProtocols.Http1, _ => Task.CompletedTask);

        var exception = await Should.ThrowAsync<DistributedApplicationException>(() => server.StartAsync(TestContext.Current.CancellationToken));

        exception.Message.ShouldContain($"Port {port}");
        exception.Message.ShouldContain("ASPNETCORE_URLS");
    }

    private static DashboardOptions From(params (string Key, string Value)[] settings) => DashboardOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
