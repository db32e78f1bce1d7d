using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Aspire.Hosting;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>What the lab takes from the embedded Aspire: its published surface, which PublicSurfaceTests hold to Aspire's, and nothing else.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class AspireUseTests
{
    private static readonly Assembly s_aspire = typeof(DistributedApplication).Assembly;

    [Theory]
    [InlineData("WasmLab.Hosting.dll")]
    [InlineData("WasmLab.AppHost.dll")]
    public void Types_UsedByTheLab_ArePublicInAspiresNamespaces(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly)));
        var metadata = file.GetMetadataReader();

        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference
                && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == s_aspire.GetName().Name)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToList();

        used.ShouldContain("Aspire.Hosting.ApplicationModel.IResource");
        used.ShouldAllBe(name => name.StartsWith("Aspire.Hosting.", StringComparison.Ordinal) && s_aspire.GetType(name)!.IsPublic);
    }

    [Fact]
    public void Internals_OfTheEmbeddedAspire_AreShownToTheTestsAlone()
    {
        s_aspire.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName).ShouldBe(["WasmLab.Tests"]);
    }
}
