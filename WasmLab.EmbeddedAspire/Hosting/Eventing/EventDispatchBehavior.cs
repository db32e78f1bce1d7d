namespace Aspire.Hosting.Eventing;

/// <summary>In which order subscribers are called, and whether the publisher waits for them.</summary>
public enum EventDispatchBehavior
{
    /// <summary>One after the other; the publisher waits. The first failure ends it.</summary>
    BlockingSequential = 0,

    /// <summary>All at once; the publisher waits for all.</summary>
    BlockingConcurrent = 1,

    /// <summary>One after the other; the publisher does not wait.</summary>
    NonBlockingSequential = 2,

    /// <summary>All at once; the publisher does not wait.</summary>
    NonBlockingConcurrent = 3,
}
