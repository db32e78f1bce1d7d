using System.Runtime.CompilerServices;
using Aspire.Hosting;
using Microsoft.AspNetCore.Components;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

/// <summary>Holds the public surface of the embedded host to the published one, so that an AppHost cannot tell them apart.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class PublicSurfaceTests
{
    /// <summary>Razor can declare a component only public; the dashboard's are no part of the surface.</summary>
    private static readonly Type[] s_exported = [.. typeof(DistributedApplication).Assembly.GetExportedTypes().Where(t => !t.IsAssignableTo(typeof(IComponent)) && t.Name != "_Imports")];

    private static readonly Type[] s_types = [.. s_exported.Where(t => t.Namespace?.StartsWith("Aspire.Hosting", StringComparison.Ordinal) ?? false)];

    [Fact]
    public void PublicTypes_AllInTheirNamespaces_BelongToAspireHosting()
    {
        s_exported
            .Where(t => t.Namespace is not ("Aspire.Hosting" or "Aspire.Hosting.ApplicationModel" or "Aspire.Hosting.Eventing" or "Aspire.Hosting.Lifecycle"))
            .Select(t => t.FullName)
            .ShouldBeEmpty();
    }

    [Fact]
    public void PublicTypes_ComparedWithThePublishedList_AreInIt()
    {
        var published = PublishedList.Read();

        s_types.Where(t => !published.HasType(t)).Select(t => $"{SurfaceTypes.Declaration(t)} : {string.Join(", ", SurfaceTypes.Bases(t, out _))}").ShouldBeEmpty();
    }

    [Fact]
    public void PublicMembers_ComparedWithThePublishedList_AreInIt()
    {
        var published = PublishedList.Read();

        s_types.SelectMany(SurfaceRenderer.Members).Where(line => !published.HasMember(line)).ShouldBeEmpty();
    }

    [Fact]
    public void PublishedList_ComparedWithThePublicSurface_HasNothingThatIsNotThere()
    {
        var members = s_types.SelectMany(SurfaceRenderer.Members).ToHashSet();

        PublishedList.Read().Members.Except(members).ShouldBeEmpty();
    }
}

/// <summary>The lines of the published list that the embedded host offers.</summary>
internal sealed class PublishedList
{
    private readonly Dictionary<string, HashSet<string>> _types = [];
    private readonly HashSet<string> _members = [];

    public IReadOnlySet<string> Members => _members;

    public static PublishedList Read([CallerFilePath] string file = "")
    {
        var list = new PublishedList();
        foreach (var line in File.ReadLines(Path.Combine(Path.GetDirectoryName(file)!, "aspire-hosting.publicapi.txt")))
        {
            if (line.Contains("TYPE ", StringComparison.Ordinal))
            {
                var parts = SplitBases(line);
                list._types[parts.Declaration] = [.. parts.Bases];
            }
            else if (line.Trim() is { Length: > 0 } member && !member.StartsWith('#'))
            {
                list._members.Add(member);
            }
        }

        return list;
    }

    public bool HasType(Type type)
    {
        if (!_types.TryGetValue(SurfaceTypes.Declaration(type), out var bases))
        {
            return false;
        }

        // The published list repeats some interfaces of the base type.
        var own = SurfaceTypes.Bases(type, out var ofBase).ToHashSet();
        return own.IsSubsetOf(bases) && bases.Except(own).All(ofBase.Contains);
    }

    public bool HasMember(string line) => _members.Contains(line);

    private static (string Declaration, IEnumerable<string> Bases) SplitBases(string line)
    {
        var constraint = line.IndexOf(" where ", StringComparison.Ordinal);
        var from = constraint < 0 ? 0 : line.IndexOf(" : ", constraint, StringComparison.Ordinal) + 3;
        var colon = line.IndexOf(" : ", from, StringComparison.Ordinal);
        return colon < 0 ? (line, []) : (line[..colon], SplitTopLevel(line[(colon + 3)..]));
    }

    private static IEnumerable<string> SplitTopLevel(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}
