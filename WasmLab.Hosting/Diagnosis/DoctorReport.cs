using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>The doctor's findings as text.</summary>
internal static class DoctorReport
{
    private const int LinkWidth = 28;

    /// <summary>One finding: a line, and two more when the link is broken.</summary>
    public static string Of(Finding finding)
    {
        var status = finding.Status switch
        {
            FindingStatus.Holds => "ok",
            FindingStatus.Broken => "BROKEN",
            _ => "-",
        };
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"  {status,-7} {finding.Link.PadRight(LinkWidth)} {finding.Found}");
        if (finding.Failure is { } failure)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"          cause:  {failure.Cause}");
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"          remedy: {failure.Remedy}");
        }

        return text.ToString();
    }

    /// <summary>Writes one finding, a broken one as an error.</summary>
    public static void Log(ILogger logger, Finding finding)
    {
        var level = finding.Status == FindingStatus.Broken ? LogLevel.Error : LogLevel.Information;
        foreach (var line in Of(finding).Split(Environment.NewLine))
        {
            logger.Log(level, "{Line}", line);
        }
    }

    /// <summary>The last line.</summary>
    public static string Summary(IReadOnlyCollection<Finding> findings)
    {
        var broken = findings.Where(finding => finding.Status == FindingStatus.Broken).Select(finding => finding.Link).ToList();
        return broken.Count == 0
            ? $"All {findings.Count} links hold."
            : $"{broken.Count} of {findings.Count} links broken: {string.Join(", ", broken)}.";
    }
}
