using WasmLab.Hosting.Tools;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class RequiredToolTests
{
    [Fact]
    public void VersionOf_Docker_IsTheClients() => RequiredTool.Docker.VersionOf(StandInDocker.Running).ShouldBe(new Version(28, 2, 2));

    [Theory]
    [InlineData("v3.19.2", "3.19.2")]
    [InlineData("v4.1.4+g0123abc", "4.1.4")]
    [InlineData("v3.0.0-rc.1", "3.0.0")]
    public void VersionOf_Helm_IsTheNumber(string output, string version) => RequiredTool.Helm.VersionOf(output).ShouldBe(Version.Parse(version));

    [Theory]
    [InlineData("")]
    [InlineData("command not found")]
    [InlineData("{}")]
    public void VersionOf_WhatTellsNone_IsNull(string output)
    {
        RequiredTool.Docker.VersionOf(output).ShouldBeNull();
        RequiredTool.Minikube.VersionOf(output).ShouldBeNull();
        RequiredTool.Helm.VersionOf(output).ShouldBeNull();
    }
}
