namespace WasmLab.Wasm.Binary;

/// <summary>One clause of a <c>try_table</c>: which exceptions it takes, and the label where it goes with their values.</summary>
/// <param name="Tag">The tag of the exceptions, or null for all.</param>
/// <param name="TakesReference">Whether it hands the exception itself on, behind the values.</param>
/// <param name="Label">The label, counted from outside of the block.</param>
internal readonly record struct CatchClause(uint? Tag, bool TakesReference, uint Label)
{
    private const int Kinds = 4;

    public static CatchClause[] ReadAll(ref WasmReader reader)
    {
        var clauses = new CatchClause[reader.ReadCount("catch clauses", InstructionDecoder.MaxBranchTargets, elementSize: 2)];
        for (var i = 0; i < clauses.Length; i++)
        {
            var at = reader.Position;
            var kind = reader.ReadByte();
            if (kind >= Kinds)
            {
                throw reader.Malformed("malformed catch clause", at);
            }

            uint? tag = kind < 2 ? reader.ReadU32() : null;
            clauses[i] = new CatchClause(tag, kind % 2 == 1, reader.ReadU32());
        }

        return clauses;
    }
}
