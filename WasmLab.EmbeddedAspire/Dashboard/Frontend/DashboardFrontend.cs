using Aspire.Hosting.Dashboard.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>
/// What the browser talks to. A request goes through: the name it was addressed to, security headers, the session,
/// then its route. Only the login page and the assets are served without a session.
/// </summary>
internal sealed class DashboardFrontend(
    IDashboardClient client, BrowserSession session, TimeProvider time, ILoggerFactory loggerFactory) : IAsyncDisposable
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
        "base-uri 'none'; frame-ancestors 'none'";

    private readonly PageRenderer _pages = new(client, session.Antiforgery, time, loggerFactory);
    private readonly CommandEndpoint _commands = new(client, loggerFactory.CreateLogger<CommandEndpoint>());

    public async Task HandleAsync(HttpContext http)
    {
        // A page of another site whose name was made to resolve to this machine sends that name.
        if (http.Request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]" or "::1"))
        {
            http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            await http.Response.WriteAsync("The dashboard answers to localhost, 127.0.0.1 and [::1] only.").ConfigureAwait(false);
            return;
        }

        SetSecurityHeaders(http.Response.Headers);
        var segments = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            await (segments switch
            {
                ["assets", var name] => StaticAssets.ServeAsync(http, name),
                ["login"] => LogInAsync(http),
                _ when !session.IsLoggedIn(http) => RefuseAsync(http),
                _ when HttpMethods.IsPost(http.Request.Method) => PostAsync(http, segments),
                _ when HttpMethods.IsGet(http.Request.Method) => GetAsync(http, segments),
                _ => AnswerAsync(http, StatusCodes.Status405MethodNotAllowed),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone: nobody is there to answer.
        }
    }

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private Task GetAsync(HttpContext http, string[] segments) => segments switch
    {
        [] => _pages.RenderAsync(http, DashboardPage.Resources, null),
        ["live"] => ChangeStream.ServeAsync(http, client),
        ["consolelogs"] => _pages.RenderAsync(http, DashboardPage.Console, http.Request.Query["resource"]),
        ["consolelogs", "resource", var name] => _pages.RenderAsync(http, DashboardPage.Console, name),
        ["consolelogs", "resource", var name, "stream"] => ConsoleEndpoints.StreamAsync(http, client, name),
        ["consolelogs", "resource", var name, "download"] => ConsoleEndpoints.DownloadAsync(http, client, name),
        ["structuredlogs"] => _pages.RenderAsync(http, DashboardPage.StructuredLogs, null),
        ["traces"] => _pages.RenderAsync(http, DashboardPage.Traces, null),
        ["traces", "detail", var traceId] => _pages.RenderAsync(http, DashboardPage.Trace, traceId),
        ["metrics"] => _pages.RenderAsync(http, DashboardPage.Metrics, null),
        _ => AnswerAsync(http, StatusCodes.Status404NotFound),
    };

    private async Task PostAsync(HttpContext http, string[] segments)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        if (!session.IsAntiforgery(form[BrowserSession.AntiforgeryField]))
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        await (segments switch
        {
            ["commands"] => _commands.ExecuteAsync(http, form),
            ["telemetry", "clear"] => _commands.ClearTelemetryAsync(http, form),
            ["consolelogs", "resource", var name, "clear"] => ConsoleEndpoints.ClearAsync(http, client, name),
            _ => AnswerAsync(http, StatusCodes.Status404NotFound),
        }).ConfigureAwait(false);
    }

    private async Task LogInAsync(HttpContext http)
    {
        var returnUrl = ToLocal(http.Request.Query["returnUrl"]);
        var token = (string?)http.Request.Query["t"];
        if (HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType)
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
            (token, returnUrl) = (((string?)form["token"])?.Trim(), ToLocal(form["returnUrl"]));
        }

        if (session.IsToken(token))
        {
            session.LogIn(http);
            http.Response.Redirect(returnUrl);
            return;
        }

        if (session.IsLoggedIn(http))
        {
            http.Response.Redirect(returnUrl);
            return;
        }

        http.Response.StatusCode = token is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized;
        await _pages.RenderLoginAsync(http, token is not null, returnUrl).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            http.Response.Redirect($"/login?returnUrl={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString.Value)}");
            return Task.CompletedTask;
        }

        return AnswerAsync(http, StatusCodes.Status401Unauthorized);
    }

    private static Task AnswerAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), http.RequestAborted);
    }

    /// <summary>A path of this site; anything else, which could lead a user away after the login, becomes the first page.</summary>
    private static string ToLocal(string? url) =>
        url is ['/', not ('/' or '\\'), ..] && !url.AsSpan().ContainsAny('\r', '\n', '\t') ? url : "/";

    private static void SetSecurityHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }
}
