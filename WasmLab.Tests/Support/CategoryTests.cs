using System.Reflection;

namespace WasmLab.Tests.Support;

[Trait(Category.Name, Category.Unit)]
public sealed class CategoryTests
{
    [Fact]
    public void EveryTest_CarriesExactlyOneCategory()
    {
        string[] known = [Category.Unit, Category.EndToEnd, Category.Browser, Category.Client, Category.Node, Category.Programs, Category.Spec];

        var tests = typeof(CategoryTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any());

        var wrong = tests.Where(method => !known.Contains(CategoriesOf(method).SingleOrDefaultIfMany()))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        wrong.ShouldBeEmpty();
    }

    private static IEnumerable<string> CategoriesOf(MethodInfo method) =>
        method.GetCustomAttributes<TraitAttribute>()
            .Concat(method.DeclaringType!.GetCustomAttributes<TraitAttribute>())
            .Where(trait => trait.Name == Category.Name)
            .Select(trait => trait.Value);
}

file static class SingleExtensions
{
    public static string? SingleOrDefaultIfMany(this IEnumerable<string> values)
    {
        var list = values.ToList();
        return list.Count == 1 ? list[0] : null;
    }
}
