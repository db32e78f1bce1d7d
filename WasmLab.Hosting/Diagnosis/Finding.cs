namespace WasmLab.Hosting.Diagnosis;

/// <summary>What was found of one link of the chain from the machine's tools to a flavor's answer.</summary>
/// <param name="Status">Whether the link holds.</param>
/// <param name="Link">Its name, for instance <c>Handler wasmedgev1</c>.</param>
/// <param name="Found">What is there.</param>
/// <param name="Failure">Why it does not hold and what to do; null when it holds.</param>
internal sealed record Finding(FindingStatus Status, string Link, string Found, Explanation? Failure = null)
{
    public static Finding Holds(string link, string found) => new(FindingStatus.Holds, link, found);

    public static Finding Broken(string link, string found, string cause, string remedy) =>
        new(FindingStatus.Broken, link, found, new Explanation(cause, remedy));

    public static Finding Broken(string link, string found, Explanation failure) => new(FindingStatus.Broken, link, found, failure);

    /// <summary>It could not be looked at, because a link before it is broken.</summary>
    public static Finding NotExamined(string link, string reason) => new(FindingStatus.NotExamined, link, reason);
}

internal enum FindingStatus
{
    Holds,
    Broken,
    NotExamined,
}

/// <summary>Why something does not work, and what to do about it.</summary>
internal sealed record Explanation(string Cause, string Remedy);
