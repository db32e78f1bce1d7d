namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a resource's log.</summary>
/// <param name="LineNumber">The number of the line, from 1.</param>
/// <param name="Content">The text, starting with its time.</param>
/// <param name="IsErrorMessage">Whether it was written as an error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Whether somebody watches a resource's log.</summary>
/// <param name="Name">The name of the resource.</param>
/// <param name="AnySubscribers">Whether somebody watches.</param>
public readonly record struct LogSubscriber(string Name, bool AnySubscribers);
