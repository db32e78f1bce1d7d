namespace Aspire.Hosting.Eventing;

/// <summary>An event of a distributed application.</summary>
public interface IDistributedApplicationEvent
{
}
