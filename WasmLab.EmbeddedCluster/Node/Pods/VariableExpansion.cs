using System.Text;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Expands <c>$(NAME)</c> in commands, arguments and values; <c>$$</c> is a dollar; unknown names stay as they are.</summary>
internal static class VariableExpansion
{
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (text[i] == '$' && next == '$')
            {
                result.Append('$');
                i++;
            }
            else if (text[i] == '$' && next == '(' && text.IndexOf(')', i) is var end and > 0)
            {
                var name = text[(i + 2)..end];
                result.Append(variables.TryGetValue(name, out var value) ? value : text[i..(end + 1)]);
                i = end;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}
