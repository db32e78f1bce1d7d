using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the embedded dashboard joins the services of the AppHost.</summary>
/// <remarks>
/// Read from the configuration of the AppHost, which the builder fills when it is created: <c>AppHost:BrowserToken</c>,
/// <c>AppHost:OtlpApiKey</c>, <c>AppHost:ResourceService:ApiKey</c>. A dashboard that takes a free port writes the address it got
/// back to the key it was asked under (<c>ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL</c>, …): resources are told of it when they start,
/// which is after every hosted service registered here. It sets <see cref="DashboardLink.LoginUrl"/> for the console.
/// </remarks>
internal static class DashboardRegistration
{
    public static IServiceCollection AddDashboard(IServiceCollection services) => services
        .AddSingleton<DashboardAddresses>()
        .AddSingleton(_ => new TelemetryStore())
        .AddSingleton(s => new DashboardClient(
            s.GetRequiredService<IConfiguration>()["AppHost:DashboardApplicationName"] ?? "AppHost",
            s.GetRequiredService<DistributedApplicationModel>(),
            s.GetRequiredService<ResourceNotificationService>(),
            s.GetRequiredService<ResourceLoggerService>(),
            s.GetRequiredService<ResourceCommandService>(),
            s.GetRequiredService<TelemetryStore>()))
        .AddHostedService<DashboardHost>();
}
