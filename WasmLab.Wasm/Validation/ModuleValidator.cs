using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>Validates a decoded module: everything outside of function bodies itself, those through <see cref="FunctionValidator"/>.</summary>
internal sealed class ModuleValidator
{
    private const ulong MaxPages = 65_536;
    private const ulong MaxPages64 = 1UL << 48;

    // Bytes of code; below that, other threads cost more than they save.
    private const int WorthManyThreads = 1024 * 1024;
    private const int PartsPerProcessor = 8;

    private readonly ModuleDefinition _module;
    private readonly bool[] _declaredFunctions;
    private readonly ConstantValidator _constants;

    private ModuleValidator(ModuleDefinition module)
    {
        _module = module;
        _declaredFunctions = new bool[module.Functions.Count];
        _constants = new ConstantValidator(module, _declaredFunctions);
    }

    public static void Validate(ModuleDefinition module)
    {
        try
        {
            var validator = new ModuleValidator(module);
            validator.CheckFunctionTypes();
            validator.CheckTags();
            validator.CheckTablesAndMemories();
            validator.CheckGlobals();
            validator.CheckElements();
            validator.CheckData();
            validator.CheckExports();
            validator.CheckStart();
            validator.CheckBodies();
        }
        catch (ModuleException exception) when (exception.Kind == ModuleErrorKind.Invalid)
        {
            // Bodies are decoded while they are validated, but a malformed one anywhere comes first.
            RequireWellFormedBodies(module);
            throw;
        }
    }

    private static void RequireWellFormedBodies(ModuleDefinition module)
    {
        foreach (var body in module.Code)
        {
            var reader = module.Reader(body.Start, body.End, "code");
            var depth = 1;
            while (depth > 0)
            {
                InstructionDecoder.Read(ref reader, out var instruction);
                depth += InstructionDecoder.OpensBlock(instruction.Opcode) ? 1 : instruction.Opcode == Opcode.End ? -1 : 0;
            }

            if (!reader.AtEnd)
            {
                throw reader.Malformed("section size mismatch: END opcode expected at the end of the function only");
            }
        }
    }

    private static ModuleException Invalid(string reason, int offset, string section) =>
        new(ModuleErrorKind.Invalid, reason, offset, section);

    private void CheckFunctionTypes()
    {
        foreach (var type in _module.Functions)
        {
            if (type >= _module.Types.Count)
            {
                throw Invalid($"unknown type {type}", 0, "function");
            }
        }
    }

    private void CheckTags()
    {
        foreach (var type in _module.Tags)
        {
            if (type >= _module.Types.Count)
            {
                throw Invalid($"unknown type {type}", 0, "tag");
            }

            if (_module.Types[type].Results.Count > 0)
            {
                throw Invalid("non-empty tag result type", 0, "tag");
            }
        }
    }

    private void CheckTablesAndMemories()
    {
        foreach (var table in _module.Tables)
        {
            CheckLimits(table.Limits, "table");
        }

        if (_module.Memories.Count > 1 && (_module.Features & WasmFeatures.MultipleMemories) == 0)
        {
            throw _module.Reader(0, 0, "memory").TurnedOff("multiple memories", WasmFeatures.MultipleMemories, 0);
        }

        foreach (var memory in _module.Memories)
        {
            var most = memory.AddressType == ValueType.I64 ? MaxPages64 : MaxPages;
            if (memory.Limits.Minimum > most || memory.Limits.Maximum > most)
            {
                throw Invalid($"memory size must be at most {most} pages{(most == MaxPages ? " (4GiB)" : "")}", 0, "memory");
            }

            CheckLimits(memory.Limits, "memory");
        }
    }

    private static void CheckLimits(Limits limits, string section)
    {
        if (limits.Maximum < limits.Minimum)
        {
            throw Invalid("size minimum must not be greater than maximum", 0, section);
        }
    }

    private void CheckGlobals()
    {
        for (var i = 0; i < _module.GlobalInitializers?.Length; i++)
        {
            CheckConstant(_module.GlobalInitializers[i], _module.Globals[_module.ImportedGlobals + i].Value, "global");
        }
    }

    private void CheckElements()
    {
        foreach (var segment in _module.Elements)
        {
            if (segment.Mode == SegmentMode.Active)
            {
                if (segment.Table >= _module.Tables.Count)
                {
                    throw Invalid($"unknown table {segment.Table}", segment.Offset, "element");
                }

                if (_module.Tables[(int)segment.Table].Element != segment.Type)
                {
                    throw Invalid("type mismatch: the segment's type is not the table's", segment.Offset, "element");
                }

                CheckConstant(segment.Start, _module.Tables[(int)segment.Table].AddressType, "element");
            }

            foreach (var function in segment.Functions ?? [])
            {
                CheckFunction(function, segment.Offset, "element");
                _declaredFunctions[function] = true;
            }

            foreach (var expression in segment.Expressions ?? [])
            {
                CheckConstant(expression, segment.Type, "element");
            }
        }
    }

    private void CheckData()
    {
        foreach (var segment in _module.Data)
        {
            if (segment.Mode != SegmentMode.Active)
            {
                continue;
            }

            if (segment.Memory >= _module.Memories.Count)
            {
                throw Invalid($"unknown memory {segment.Memory}", segment.Offset, "data");
            }

            CheckConstant(segment.Start, _module.Memories[(int)segment.Memory].AddressType, "data");
        }
    }

    private void CheckExports()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var export in _module.Exports)
        {
            if (!names.Add(export.Name))
            {
                throw Invalid($"duplicate export name \"{export.Name}\"", export.Offset, "export");
            }

            var (count, what) = export.Kind switch
            {
                ExternKind.Function => (_module.Functions.Count, "function"),
                ExternKind.Table => (_module.Tables.Count, "table"),
                ExternKind.Memory => (_module.Memories.Count, "memory"),
                ExternKind.Tag => (_module.Tags.Count, "tag"),
                _ => (_module.Globals.Count, "global"),
            };
            if (export.Index >= count)
            {
                throw Invalid($"unknown {what} {export.Index}", export.Offset, "export");
            }

            if (export.Kind == ExternKind.Function)
            {
                _declaredFunctions[export.Index] = true;
            }
        }
    }

    private void CheckStart()
    {
        if (_module.Start is not { } start)
        {
            return;
        }

        CheckFunction(start, 0, "start");
        if (_module.FunctionType(start) is not { Parameters.Count: 0, Results.Count: 0 })
        {
            throw Invalid("start function must have neither parameters nor results", 0, "start");
        }
    }

    private void CheckBodies()
    {
        var code = _module.Code;
        if (code.Count == 0 || code[^1].End - code[0].Start < WorthManyThreads)
        {
            CheckBodies(0, code.Count);
            return;
        }

        // Whoever finds a fault first, it is the first function's that is told.
        var failures = new ModuleException?[Math.Min(code.Count, Environment.ProcessorCount * PartsPerProcessor)];
        Parallel.For(0, failures.Length, part =>
        {
            try
            {
                CheckBodies((int)((long)code.Count * part / failures.Length), (int)((long)code.Count * (part + 1) / failures.Length));
            }
            catch (ModuleException failure)
            {
                failures[part] = failure;
            }
        });
        if (Array.Find(failures, failure => failure is not null) is { } first)
        {
            throw first;
        }
    }

    private void CheckBodies(int start, int end)
    {
        var functions = new FunctionValidator(_module, _declaredFunctions);
        for (var i = start; i < end; i++)
        {
            functions.Validate(_module.FunctionType((uint)(_module.ImportedFunctions + i)), _module.Code[i]);
        }
    }

    private void CheckFunction(uint function, int offset, string section)
    {
        if (function >= _module.Functions.Count)
        {
            throw Invalid($"unknown function {function}", offset, section);
        }
    }

    private void CheckConstant(ConstantExpression expression, ValueType expected, string section) => _constants.Validate(expression, expected, section);
}
