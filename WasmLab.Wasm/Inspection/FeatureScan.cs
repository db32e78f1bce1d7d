using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Inspection;

/// <summary>Finds what a module uses beyond WebAssembly 1.0, in its types and in every instruction.</summary>
internal static class FeatureScan
{
    public static IReadOnlyList<string> Of(ModuleDefinition module)
    {
        var features = new SortedSet<string>(StringComparer.Ordinal);
        ScanDefinitions(module, features);
        foreach (var body in module.Code)
        {
            if (body.Locals.Any(run => run.Type == ValueType.V128))
            {
                features.Add("simd128");
            }

            var reader = module.Reader(body.Start, body.End, "code");
            while (!reader.AtEnd)
            {
                InstructionDecoder.Read(ref reader, out var instruction);
                if (FeatureOf(instruction, module) is { } feature)
                {
                    features.Add(feature);
                }
            }
        }

        return [.. features];
    }

    private static void ScanDefinitions(ModuleDefinition module, SortedSet<string> features)
    {
        Add("multivalue", module.Types.Any(type => type.Results.Count > 1));
        Add("simd128", module.Types.Any(type => type.Parameters.Concat(type.Results).Contains(ValueType.V128)) || module.Globals.Any(global => global.Value == ValueType.V128));
        Add("reference-types", module.Tables.Count > 1
            || module.Tables.Any(table => table.Element != ValueType.FuncRef)
            || module.Types.Any(type => type.Parameters.Concat(type.Results).Any(value => value.IsReference()))
            || module.Globals.Any(global => global.Value.IsReference()));
        Add("extended-const", ConstantExpressions(module).Any(expression => IsExtended(expression, module)));
        Add("multimemory", module.Memories.Count > 1);
        Add("exception-handling", module.Tags.Count > 0);
        Add("memory64", module.Memories.Any(memory => memory.AddressType == ValueType.I64) || module.Tables.Any(table => table.AddressType == ValueType.I64));
        Add("bulk-memory", module.DataCount is not null
            || module.Data.Any(segment => segment.Mode != SegmentMode.Active)
            || module.Elements.Any(segment => segment.Mode == SegmentMode.Passive));
        Add("mutable-globals", module.Globals.Take(module.ImportedGlobals).Any(global => global.IsMutable)
            || module.Exports.Any(export => export.Kind == ExternKind.Global && module.Globals[(int)export.Index].IsMutable));

        void Add(string feature, bool isUsed)
        {
            if (isUsed)
            {
                features.Add(feature);
            }
        }
    }

    private static string? FeatureOf(in Instruction instruction, ModuleDefinition module) => instruction.Opcode switch
    {
        >= Opcode.I32Extend8S and <= Opcode.I64Extend32S => "sign-ext",
        >= Opcode.I32TruncSatF32S and <= Opcode.I64TruncSatF64U => "nontrapping-fptoint",
        >= Opcode.MemoryInit and <= Opcode.TableCopy => "bulk-memory",
        Opcode.TableGet or Opcode.TableSet or Opcode.TableGrow or Opcode.TableSize or Opcode.TableFill => "reference-types",
        Opcode.RefNull or Opcode.RefIsNull or Opcode.RefFunc or Opcode.SelectTyped => "reference-types",
        >= Opcode.I8x16RelaxedSwizzle => "relaxed-simd",
        >= Opcode.V128Load => "simd128",
        Opcode.Throw or Opcode.ThrowRef or Opcode.TryTable => "exception-handling",
        Opcode.ReturnCall or Opcode.ReturnCallIndirect => "tail-call",
        Opcode.CallIndirect when instruction.Second > 0 => "reference-types",
        Opcode.Block or Opcode.Loop or Opcode.If when instruction.Value >= 0 && TakesManyValues(module.Types[(int)instruction.Value]) => "multivalue",
        _ => null,
    };

    private static bool IsExtended(ConstantExpression expression, ModuleDefinition module)
    {
        var reader = module.Reader(expression.Start, expression.End, null);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            if (instruction.Opcode is Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul or Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<ConstantExpression> ConstantExpressions(ModuleDefinition module) =>
    [
        .. module.GlobalInitializers ?? [],
        .. module.Elements.Where(segment => segment.Mode == SegmentMode.Active).Select(segment => segment.Start),
        .. module.Elements.SelectMany(segment => segment.Expressions ?? []),
        .. module.Data.Where(segment => segment.Mode == SegmentMode.Active).Select(segment => segment.Start),
    ];

    private static bool TakesManyValues(FunctionType type) => type.Parameters.Count > 0 || type.Results.Count > 1;
}
