using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Dashboard.Components;
using Aspire.Hosting.Dashboard.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>Renders Razor components to HTML, once a request: nothing stays alive on the server between two of them.</summary>
internal sealed class PageRenderer(IDashboardClient client, string antiforgery, TimeProvider time, ILoggerFactory loggerFactory) : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddScoped<PageContext>().BuildServiceProvider();

    public async Task RenderAsync(HttpContext http, DashboardPage page, string? argument)
    {
        await using var scope = _services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<PageContext>().Set(http, client, page, argument, antiforgery, time);
        await RenderAsync<AppShell>(http, scope.ServiceProvider, []).ConfigureAwait(false);
    }

    /// <summary>The one page that is seen without a session.</summary>
    public async Task RenderLoginAsync(HttpContext http, bool wrongToken, string returnUrl) =>
        await RenderAsync<LoginPage>(http, _services, new()
        {
            [nameof(LoginPage.ApplicationName)] = client.ApplicationName,
            [nameof(LoginPage.WrongToken)] = wrongToken,
            [nameof(LoginPage.ReturnUrl)] = returnUrl,
        }).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task RenderAsync<TComponent>(HttpContext http, IServiceProvider services, Dictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggerFactory);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters)).ConfigureAwait(true)).ToHtmlString()).ConfigureAwait(false);
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(html, http.RequestAborted).ConfigureAwait(false);
    }
}
