using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Dashboard.Model;
using Aspire.Hosting.Otlp.Storage;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class ModelTests
{
    [Fact]
    public void Tree_Children_FollowTheirParents()
    {
        var rows = ResourceTree.Rows([Resource("child", parent: "Parent"), Resource("other"), Resource("parent")]);

        rows.Select(row => (row.Resource.Name, row.Depth)).ShouldBe([("other", 0), ("parent", 0), ("child", 1)]);
    }

    [Fact]
    public void Tree_ParentsOfEachOther_AreStillShown()
    {
        var rows = ResourceTree.Rows([Resource("a", parent: "b"), Resource("b", parent: "a")]);

        rows.Select(row => row.Resource.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Graph_Dependencies_StandRightOfWhatTheyNeed()
    {
        var graph = ResourceGraph.Layout([Resource("app", "db", "cache"), Resource("db", "cluster"), Resource("cache"), Resource("cluster")]);

        graph.Edges.Count.ShouldBe(3);
        graph.Edges.ShouldAllBe(edge => edge.From.X < edge.To.X && !edge.IsImplied);
        graph.Nodes.Select(node => (node.X, node.Y)).ShouldBeUnique();
    }

    [Fact]
    public void Graph_Cycle_IsDrawnAllTheSame()
    {
        var graph = ResourceGraph.Layout([Resource("a", "b"), Resource("b", "c"), Resource("c", "a")]);

        graph.Nodes.Count.ShouldBe(3);
        graph.Edges.Count.ShouldBe(3);
    }

    [Fact]
    public void Graph_NeedThatALongerWayMeets_IsImplied()
    {
        var graph = ResourceGraph.Layout([Resource("cluster", []), Resource("shim", ["cluster"]), Resource("flavor", ["cluster", "shim"])]);

        graph.Edges.Where(edge => edge.IsImplied).Select(edge => (edge.From.Resource.Name, edge.To.Resource.Name)).ShouldBe([("cluster", "flavor")]);
    }

    [Fact]
    public void Graph_ParentThatNeedsItsChild_StandsRightOfIt()
    {
        var graph = ResourceGraph.Layout([Resource("cluster", ["process"]), Resource("process", parent: "cluster"), Resource("shim", parent: "cluster")]);

        graph.Edges.Select(edge => (edge.From.Resource.Name, edge.To.Resource.Name)).ShouldBe([("process", "cluster"), ("cluster", "shim")], ignoreOrder: true);
    }

    [Fact]
    public void Graph_ParentNeededAnyway_IsNotDrawnTwice()
    {
        var child = Resource("vcluster", parent: "cluster");
        child = child with { Snapshot = child.Snapshot with { Relationships = [.. child.Snapshot.Relationships, new RelationshipSnapshot("shim", "WaitFor")] } };

        var graph = ResourceGraph.Layout([Resource("cluster", []), Resource("shim", ["cluster"]), child]);

        graph.Edges.Count.ShouldBe(2);
    }

    [Fact]
    public void Waterfall_SpansOutOfOrder_AreATreeWithTheirPlaces()
    {
        var trace = new Trace("t", [Span("root", null, 0, 100), Span("late", "root", 60, 40), Span("early", "root", 10, 40), Span("inner", "early", 20, 10), Span("lost", "never-came", 30, 10)]);

        var rows = Waterfall.Rows(trace);

        rows.Select(row => (row.Span.Name, row.Depth)).ShouldBe([("root", 0), ("late", 1), ("early", 1), ("inner", 2), ("lost", 0)]);
        rows.Single(row => row.Span.Name == "late").Offset.ShouldBe(0.6, 0.001);
        rows.Single(row => row.Span.Name == "inner").Length.ShouldBe(0.1, 0.001);
    }

    [Fact]
    public void Waterfall_ClientSpanWithoutAServersSpan_NamesThePeer()
    {
        var call = Span("GET", "root", 0, 10) with
        {
            Kind = SpanKind.Client,
            Attributes = [KeyValuePair.Create("server.address", "db.local"), KeyValuePair.Create("server.port", "5432")],
        };

        Waterfall.Rows(new Trace("t", [Span("root", null, 0, 10), call]))[1].Peer.ShouldBe("db.local:5432");
    }

    [Fact]
    public void Waterfall_ClientSpanThatIsAnswered_NamesNoPeer()
    {
        var call = Span("GET", "root", 0, 10) with { Kind = SpanKind.Client, Attributes = [KeyValuePair.Create("server.address", "db.local")] };
        var answer = Span("answer", "GET", 1, 8) with { Kind = SpanKind.Server };

        Waterfall.Rows(new Trace("t", [Span("root", null, 0, 10), call, answer]))[1].Peer.ShouldBeNull();
    }

    [Theory]
    [InlineData(50, 10)]
    [InlineData(90, 18)]
    [InlineData(100, 20)]
    public void Percentile_EvenlySpread_LiesWhereItsRankDoes(double percentile, double expected)
    {
        var buckets = new Buckets([10, 20], [5, 5, 0]);

        MetricChart.Percentile(buckets, percentile)!.Value.ShouldBe(expected, 0.001);
    }

    [Fact]
    public void Chart_Counter_IsItsIncreasePerSecond()
    {
        var now = DateTimeOffset.UnixEpoch.AddHours(1);
        var points = Enumerable.Range(0, 61).Select(second => new MetricPoint(now.AddSeconds(second - 60), second * 5)).ToList();
        var instrument = new Instrument(new InstrumentKey(new TelemetryResource("a", ""), "m", "i"), InstrumentKind.Counter, "", "", [new Dimension([], points)]);

        var chart = MetricChart.Of(instrument, instrument.Dimensions, now, TimeSpan.FromMinutes(1));

        chart.Series.ShouldHaveSingleItem().Values.ShouldAllBe(value => value == 5);
        chart.Ticks.ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Theory]
    [InlineData("Running", null, "Success")]
    [InlineData("FailedToStart", null, "Error")]
    [InlineData("Exited", 1, "Error")]
    [InlineData("Exited", 0, "Neutral")]
    [InlineData("Finished", 0, "Success")]
    [InlineData("Waiting", null, "Info")]
    [InlineData("Something", null, "Neutral")]
    public void Tone_State_HasItsColour(string state, int? exitCode, string expected)
    {
        var resource = Resource("a");

        (resource with { Snapshot = resource.Snapshot with { State = state, ExitCode = exitCode } }).Tone.ToString().ShouldBe(expected);
    }

    [Fact]
    public void ConsoleLine_TimestampAtTheStart_IsTakenOff()
    {
        var line = ConsoleLine.From(new LogLine(7, "2026-11-22T09:00:00.1234567Z text", true));

        (line.Number, line.Text, line.IsError).ShouldBe((7, "text", true));
        line.Timestamp!.Value.Hour.ShouldBe(9);
        ConsoleLine.From(new LogLine(1, "2026 is a year", false)).Text.ShouldBe("2026 is a year");
    }

    private static ResourceView Resource(string name, params string[] needs) => SampleLab.Resource(name, "Box", "Box", null, waitsFor: needs);

    private static ResourceView Resource(string name, string? parent) => SampleLab.Resource(name, "Box", "Box", null, parent: parent);

    private static SpanEntry Span(string name, string? parent, int start, int duration) => new(
        new TelemetryResource("app", "1"), "", "t", name, parent, name, SpanKind.Internal,
        DateTimeOffset.UnixEpoch.AddMilliseconds(start), TimeSpan.FromMilliseconds(duration), SpanStatus.Unset, null, [], [], []);
}
