using Aspire.Hosting.Dashboard.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>What a page knows of the request it answers.</summary>
internal sealed class PageContext
{
    private static readonly string[] Themes = ["light", "dark"];

    public HttpContext Http { get; private set; } = null!;

    public IDashboardClient Client { get; private set; } = null!;

    public DashboardPage Page { get; private set; } = null!;

    public string Antiforgery { get; private set; } = "";

    public TimeProvider Time { get; private set; } = TimeProvider.System;

    /// <summary>What the path holds after the page's own part: a resource's name, a trace's identifier.</summary>
    public string? Argument { get; private set; }

    /// <summary>The resources as they were when the page began, so that all of it shows one moment.</summary>
    public IReadOnlyList<ResourceView> Resources => field ??= Client.Resources;

    public ResourceView? FindResource(string? name) => name is null ? null : Resources.FirstOrDefault(resource => resource.Is(name));

    public string Path => Http.Request.Path;

    /// <summary>Light or dark when the user has chosen, otherwise what the system says.</summary>
    public string Theme => Http.Request.Cookies["theme"] is { } theme && Themes.Contains(theme) ? theme : "system";

    public void Set(HttpContext http, IDashboardClient client, DashboardPage page, string? argument, string antiforgery, TimeProvider time) =>
        (Http, Client, Page, Argument, Antiforgery, Time) = (http, client, page, argument, antiforgery, time);

    public string? Query(string name) => Http.Request.Query[name].FirstOrDefault() is { Length: > 0 } value ? value : null;

    /// <summary>This address with some of its parameters changed; null removes one.</summary>
    public string With(params ReadOnlySpan<(string Name, string? Value)> changes)
    {
        var query = Http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.FirstOrDefault());
        foreach (var (name, value) in changes)
        {
            query[name] = value;
        }

        return Path + new QueryBuilder(query.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value!)));
    }
}
