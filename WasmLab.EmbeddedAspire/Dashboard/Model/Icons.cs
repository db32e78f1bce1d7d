using Aspire.Hosting.Dashboard.Client;
using Microsoft.AspNetCore.Components;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>The icons, drawn in a 20 by 20 box. Names that resources give (Fluent's) are matched by the words in them.</summary>
internal static class Icons
{
    private const string Fallback = "cube";

    private static readonly Dictionary<string, string> Shapes = new()
    {
        ["apps"] = "<rect x='3' y='3' width='6' height='6' rx='1.4'/><rect x='11' y='3' width='6' height='6' rx='1.4'/><rect x='3' y='11' width='6' height='6' rx='1.4'/><rect x='11' y='11' width='6' height='6' rx='1.4'/>",
        ["console"] = "<rect x='2.5' y='3.5' width='15' height='13' rx='2.2'/><path d='M6 8l2.5 2.2L6 12.4M10.5 13h3.5'/>",
        ["document"] = "<path d='M5.5 2.5h6l3.5 3.6v10a1.4 1.4 0 0 1-1.4 1.4H5.5A1.4 1.4 0 0 1 4.1 16V3.9a1.4 1.4 0 0 1 1.4-1.4z'/><path d='M7 9h6M7 12h6M7 15h3.5'/>",
        ["waterfall"] = "<path d='M3 5h7M6 10h8M10.5 15H17' stroke-width='2.6'/>",
        ["chart"] = "<path d='M3 3v12.6c0 .8.6 1.4 1.4 1.4H17'/><path d='M6 12.5l3.2-4 3 2.4L16.5 5.5'/>",
        ["cube"] = "<path d='M10 2.4l6.6 3.5v8.2L10 17.6l-6.6-3.5V5.9z'/><path d='M3.6 6L10 9.4 16.4 6M10 9.4v8'/>",
        ["box"] = "<path d='M3 6.5h14v8.6c0 .9-.6 1.5-1.5 1.5h-11c-.9 0-1.5-.6-1.5-1.5z'/><path d='M2.5 3.5h15v3h-15zM8 10h4'/>",
        ["server"] = "<rect x='3' y='3' width='14' height='6' rx='1.6'/><rect x='3' y='11' width='14' height='6' rx='1.6'/><path d='M6 6h.1M6 14h.1M9 6h5M9 14h5'/>",
        ["layers"] = "<path d='M10 2.8l7.2 3.8L10 10.4 2.8 6.6z'/><path d='M3 10.2l7 3.6 7-3.6M3 13.6l7 3.6 7-3.6'/>",
        ["globe"] = "<circle cx='10' cy='10' r='7.3'/><path d='M2.8 10h14.4M10 2.7c2.2 2 3.2 4.5 3.2 7.3S12.2 15.3 10 17.3C7.8 15.3 6.8 12.8 6.8 10S7.8 4.7 10 2.7z'/>",
        ["database"] = "<ellipse cx='10' cy='5' rx='6' ry='2.4'/><path d='M4 5v10c0 1.3 2.7 2.4 6 2.4s6-1.1 6-2.4V5M4 10c0 1.3 2.7 2.4 6 2.4s6-1.1 6-2.4'/>",
        ["cloud"] = "<path d='M6 15.5a3.5 3.5 0 0 1-.4-7A4.7 4.7 0 0 1 14.7 8 3.8 3.8 0 0 1 14 15.5z'/>",
        ["code"] = "<path d='M7 6l-4 4 4 4M13 6l4 4-4 4M11.3 4.5l-2.6 11'/>",
        ["wrench"] = "<path d='M12.2 3.2a4.2 4.2 0 0 0-3.9 5.7L3.2 14a2 2 0 0 0 2.8 2.8l5.1-5.1a4.2 4.2 0 0 0 5.5-5.2l-2.6 2.6-2.6-.5-.5-2.6 2.6-2.6a4 4 0 0 0-1.3-.2z'/>",
        ["key"] = "<circle cx='6.8' cy='12.8' r='3.6'/><path d='M9.4 10.2L16.5 3M13 6.5l2.5 2.5'/>",
        ["flow"] = "<circle cx='4.5' cy='10' r='2'/><circle cx='15.5' cy='4.5' r='2'/><circle cx='15.5' cy='15.5' r='2'/><path d='M6.5 10h2c2 0 1-5.5 5-5.5M8.5 10c2 0 1 5.5 5 5.5'/>",
        ["scale"] = "<path d='M10 3v14M6.5 17h7M4 5.5h12M4 5.5l-2 5.5h4zM16 5.5l-2 5.5h4z'/>",
        ["plug"] = "<path d='M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V18'/>",
        ["rocket"] = "<path d='M11.5 12.5l-4-4C9 4.5 12 2.5 17 3c.5 5-1.5 8-5.5 9.5zM7.5 8.5H4.5l-2 3 3 .5M11.5 12.5v3l-3 2-.5-3M5 13.5c-1.5.5-2 2-2 3.5 1.5 0 3-.5 3.5-2'/>",
        ["play"] = "<path d='M6 3.8v12.4L16 10z'/>",
        ["stop"] = "<rect x='4.5' y='4.5' width='11' height='11' rx='1.8'/>",
        ["pause"] = "<path d='M7 4v12M13 4v12' stroke-width='2.4'/>",
        ["restart"] = "<path d='M4 4v4.5h4.5'/><path d='M4.3 8.3A6.3 6.3 0 1 1 3.7 11'/>",
        ["delete"] = "<path d='M3.5 5h13M8 5V3.2h4V5M5 5l.8 11.2c.1.8.6 1.3 1.4 1.3h5.6c.8 0 1.3-.5 1.4-1.3L15 5M8.3 8.5v5.5M11.7 8.5v5.5'/>",
        ["download"] = "<path d='M10 3v9.5M6 9l4 4 4-4M4 16.8h12'/>",
        ["search"] = "<circle cx='8.7' cy='8.7' r='5.2'/><path d='M12.6 12.6L17 17'/>",
        ["more"] = "<path d='M4.5 10h.1M10 10h.1M15.5 10h.1' stroke-width='2.6'/>",
        ["close"] = "<path d='M5 5l10 10M15 5L5 15'/>",
        ["eye"] = "<path d='M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z'/><circle cx='10' cy='10' r='2.4'/>",
        ["copy"] = "<rect x='7' y='7' width='10' height='10' rx='1.8'/><path d='M4.5 13H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v.5'/>",
        ["info"] = "<circle cx='10' cy='10' r='7.3'/><path d='M10 9v5M10 6.3v.1'/>",
        ["theme"] = "<circle cx='10' cy='10' r='7.3'/><path d='M10 2.7v14.6a7.3 7.3 0 0 0 0-14.6z' fill='currentColor'/>",
        ["keyboard"] = "<rect x='2' y='5' width='16' height='10.5' rx='1.8'/><path d='M5 8.3h.1M8.3 8.3h.1M11.7 8.3h.1M15 8.3h.1M6.5 12.2h7'/>",
        ["table"] = "<rect x='3' y='3.5' width='14' height='13' rx='1.8'/><path d='M3 8h14M3 12.3h14M8 8v8.5'/>",
        ["open"] = "<path d='M8 4H5a1.5 1.5 0 0 0-1.5 1.5V15A1.5 1.5 0 0 0 5 16.5h9.5A1.5 1.5 0 0 0 16 15v-3M11 3.5h5.5V9M16.3 3.7L9.5 10.5'/>",
        ["Success"] = "<circle cx='10' cy='10' r='7.5' class='fill'/><path d='M6.5 10.3l2.4 2.4 4.6-5' class='mark'/>",
        ["Error"] = "<circle cx='10' cy='10' r='7.5' class='fill'/><path d='M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4' class='mark'/>",
        ["Warning"] = "<path d='M10 2.5l8 14.2H2z' class='fill'/><path d='M10 8v4M10 14.3v.1' class='mark'/>",
        ["Info"] = "<circle cx='10' cy='10' r='6.8' stroke-dasharray='4 2.5'/>",
        ["Neutral"] = "<circle cx='10' cy='10' r='6.5'/>",
        ["Unhealthy"] = "<path d='M10 16.5S3 12.3 3 7.6A3.7 3.7 0 0 1 10 5.8a3.7 3.7 0 0 1 7 1.8c0 4.7-7 8.9-7 8.9z' class='fill'/><path d='M10 8v3.5M10 13.5v.1' class='mark'/>",
    };

    /// <summary>Words of Fluent icon names and resource types, most telling first.</summary>
    private static readonly (string Word, string Shape)[] Words =
    [
        ("database", "database"), ("cluster", "server"), ("server", "server"), ("layer", "layers"), ("stack", "layers"), ("virtual", "layers"),
        ("scale", "scale"), ("compar", "scale"), ("globe", "globe"), ("ingress", "flow"), ("flow", "flow"), ("branch", "flow"), ("router", "flow"),
        ("cloud", "cloud"), ("code", "code"), ("terminal", "console"), ("console", "console"), ("wrench", "wrench"), ("setting", "wrench"),
        ("tool", "wrench"), ("shim", "plug"), ("plug", "plug"), ("puzzle", "plug"), ("key", "key"), ("parameter", "key"), ("password", "key"),
        ("rocket", "rocket"), ("play", "play"), ("stop", "stop"), ("pause", "pause"), ("arrowcounter", "restart"), ("arrowclock", "restart"),
        ("arrowsync", "restart"), ("arrowreset", "restart"), ("restart", "restart"), ("delete", "delete"), ("remove", "delete"), ("download", "download"),
        ("install", "download"), ("apply", "document"), ("document", "document"), ("text", "document"), ("chart", "chart"), ("gauge", "chart"),
        ("data", "chart"), ("box", "box"), ("container", "box"), ("app", "apps"), ("window", "apps"), ("executable", "console"), ("project", "code"),
        ("open", "open"), ("link", "open"), ("info", "info"), ("start", "play"),
    ];

    public static MarkupString Of(string name, string classes = "icon") =>
        new($"<svg class='{classes}' viewBox='0 0 20 20' aria-hidden='true'>{Shapes[name]}</svg>");

    public static MarkupString OfState(ResourceView resource) => Of(resource.Tone.ToString(), $"icon state {Css(resource.Tone)}{(resource.IsBusy ? " busy" : "")}");

    public static MarkupString OfResource(ResourceView resource) => Of(OfResourceName(resource), $"icon resource c{resource.Color}");

    public static string OfResourceName(ResourceView resource) => Find(resource.Snapshot.IconName) ?? Find(resource.Type) ?? Fallback;

    public static MarkupString OfCommand(string? iconName) => Of(Find(iconName) ?? "play");

    /// <summary>The shapes alone, for a drawing that is already an SVG.</summary>
    public static string Shape(string name) => Shapes[name];

    public static string Css(Tone tone) => tone switch
    {
        Tone.Success => "success",
        Tone.Info => "info",
        Tone.Warning => "warning",
        Tone.Error => "error",
        _ => "neutral",
    };

    private static string? Find(string? name) => name is null ? null
        : Words.FirstOrDefault(pair => name.Contains(pair.Word, StringComparison.OrdinalIgnoreCase)).Shape;
}
