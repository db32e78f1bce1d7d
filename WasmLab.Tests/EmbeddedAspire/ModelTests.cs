using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class ModelTests
{
    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("-a")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("größe")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm")]
    public void AddResource_InvalidName_ThrowsNamingIt(string name)
    {
        var builder = TestApplication.CreateBuilder();

        Should.Throw<DistributedApplicationException>(() => builder.AddTest(name)).Message.ShouldContain($"'{name}'");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("Cluster-1")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl")]
    public void AddResource_ValidName_IsFoundIgnoringCase(string name)
    {
        var builder = TestApplication.CreateBuilder();
        var resource = builder.AddTest(name).Resource;

        builder.Resources.TryGetByName(name.ToUpperInvariant(), out var found).ShouldBeTrue();
        found.ShouldBeSameAs(resource);
    }

    [Fact]
    public void AddResource_NameTakenInAnotherCase_Throws()
    {
        var builder = TestApplication.CreateBuilder();
        builder.AddTest("cluster");

        Should.Throw<DistributedApplicationException>(() => builder.AddTest("Cluster")).Message.ShouldContain("'Cluster'");
    }

    [Fact]
    public void WaitFor_Itself_Throws()
    {
        var resource = TestApplication.CreateBuilder().AddTest("a");

        Should.Throw<DistributedApplicationException>(() => resource.WaitFor(resource)).Message.ShouldBe("The 'a' resource cannot wait for itself.");
    }

    [Fact]
    public void WaitFor_ItsParent_Throws()
    {
        var builder = TestApplication.CreateBuilder();
        var parent = builder.AddTest("parent");
        var child = builder.AddResource(new TestChildResource("child", parent.Resource));

        Should.Throw<DistributedApplicationException>(() => child.WaitFor(parent)).Message.ShouldBe("The 'child' resource cannot wait for its parent 'parent'.");
    }

    [Fact]
    public void WaitFor_AChild_WaitsForItsParentToo()
    {
        var builder = TestApplication.CreateBuilder();
        var parent = builder.AddTest("parent");
        var child = builder.AddResource(new TestChildResource("child", parent.Resource));
        var resource = builder.AddTest("a").WaitFor(child).Resource;

        resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name).ShouldBe(["parent", "child"]);
        resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => (r.Resource.Name, r.Type)).ShouldBe([("child", "WaitFor")]);
    }

    [Fact]
    public void WaitForCompletion_ASiblingUnderOneParent_WaitsForTheSiblingOnly()
    {
        var builder = TestApplication.CreateBuilder();
        var parent = builder.AddTest("parent");
        var first = builder.AddResource(new TestChildResource("first", parent.Resource));
        var second = builder.AddResource(new TestChildResource("second", parent.Resource)).WaitForCompletion(first).Resource;

        second.Annotations.OfType<WaitAnnotation>().ShouldHaveSingleItem().Resource.ShouldBeSameAs(first.Resource);
        Should.Throw<DistributedApplicationException>(() => builder.CreateResourceBuilder(second).WaitFor(first)).Message.ShouldContain("its parent 'parent'");
    }

    [Fact]
    public void Build_ResourcesThatWaitForEachOther_ThrowsNamingThem()
    {
        var builder = TestApplication.CreateBuilder();
        var a = builder.AddTest("a");
        var b = builder.AddTest("b").WaitFor(a);
        a.WaitFor(b);

        Should.Throw<DistributedApplicationException>(builder.Build).Message.ShouldContain("a -> b -> a");
    }

    [Fact]
    public async Task Start_HealthCheckThatIsNotRegistered_ThrowsNamingItAndTheResource()
    {
        var builder = TestApplication.CreateBuilder();
        builder.AddTest("a").WithHealthCheck("nobody-registered-me");
        await using var application = builder.Build();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(() => application.StartAsync());

        failure.Message.ShouldContain("'nobody-registered-me'");
        failure.Message.ShouldContain("'a'");
    }

    [Fact]
    public void WithHealthCheck_SameKeyTwice_Throws()
    {
        var resource = TestApplication.CreateBuilder().AddTest("a").WithHealthCheck("check");

        Should.Throw<DistributedApplicationException>(() => resource.WithHealthCheck("check")).Message.ShouldContain("'check'");
    }

    [Fact]
    public void WithEndpoint_SameNameTwice_Throws()
    {
        var resource = TestApplication.CreateBuilder().AddTest("a").WithHttpEndpoint();

        Should.Throw<DistributedApplicationException>(() => resource.WithHttpEndpoint()).Message.ShouldContain("'http'");
    }

    [Fact]
    public void WithCommand_SameNameTwice_KeepsTheLast()
    {
        var resource = TestApplication.CreateBuilder().AddTest("a")
            .WithCommand("go", "Go", _ => Task.FromResult(CommandResults.Success()))
            .WithCommand("go", "Go on", _ => Task.FromResult(CommandResults.Success()))
            .Resource;

        resource.Annotations.OfType<ResourceCommandAnnotation>().ShouldHaveSingleItem().DisplayName.ShouldBe("Go on");
    }

    [Theory]
    [InlineData("--operation", "publish")]
    [InlineData("--publisher", "manifest")]
    public void CreateBuilder_AskedToPublish_SaysThatItIsNotSupported(string option, string value)
        => Should.Throw<DistributedApplicationException>(() => TestApplication.CreateBuilder(option, value)).Message.ShouldContain("AspireHost=packages");

    [Fact]
    public void CreateBuilder_CommandLine_IsInTheConfiguration()
        => TestApplication.CreateBuilder("--WasmLab:Cluster=minikube").Configuration["WasmLab:Cluster"].ShouldBe("minikube");

    [Fact]
    public void ProjectFolderAbove_OutputFolder_IsTheFolderOfTheProject()
    {
        var project = Directory.CreateTempSubdirectory("wasmlab-");
        var output = project.CreateSubdirectory("bin/Debug/net10.0");
        File.WriteAllText(Path.Combine(project.FullName, "My.AppHost.csproj"), "<Project />");

        AppHostLocation.ProjectFolderAbove(output.FullName, "My.AppHost").ShouldBe(project.FullName);
        AppHostLocation.ProjectFolderAbove(output.FullName, "No.AppHost").ShouldBeNull();
        project.Delete(recursive: true);
    }

    [Fact]
    public void CreateResourceBuilder_ByNameAndWrongType_ThrowsNamingBothTypes()
    {
        var builder = TestApplication.CreateBuilder();
        builder.AddTest("a");

        Should.Throw<InvalidOperationException>(() => builder.CreateResourceBuilder<ExecutableResource>("a")).Message.ShouldContain("ExecutableResource");
        builder.TryCreateResourceBuilder<TestResource>("A", out var found).ShouldBeTrue();
        found!.Resource.Name.ShouldBe("a");
    }
}
