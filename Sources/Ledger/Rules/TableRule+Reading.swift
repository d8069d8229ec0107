extension Primitive {
    /// `tables: { base: { merge: 5, '2': 10 }, chart: { knight: { '2': 100 } } }`: all keys are
    /// names, or all are integers; a value may be a table again, of the same kind for all.
    static let tables = Primitive(key: "tables") { compiler, value in
        for member in compiler.members(value, "tables") {
            guard compiler.isName(member, identifier: true) else { continue }
            if let table = compiler.table(member) {
                compiler.declarations.tablePositions[member.key] =
                    compiler.declarations.tables.count
                compiler.declarations.tables.append(table)
            }
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func table(_ member: JSON5Member) -> TableRule? {
        let word = declarations.names.word(for: member.key)
        var builder = TableBuilder()
        for row in members(member.value, "a table") {
            guard let key = tableKey(row, &builder.keys, level: 0) else { continue }
            if case .object(let inner) = row.value.kind {
                for cell in inner {
                    guard let second = tableKey(cell, &builder.keys, level: 1) else { continue }
                    addEntry(key, second, cell.value, depth: 2, &builder)
                }
            } else {
                addEntry(key, 0, row.value, depth: 1, &builder)
            }
        }
        if builder.entries.isEmpty, case .object = member.value.kind, mistakes.isEmpty {
            mistakes.add(member.value.offset, "the table '\(member.key)' is empty")
        }
        let keys = Array(builder.keys.prefix(builder.depth ?? 1))
        return TableRule(
            name: word, text: member.key,
            keys: keys.isEmpty ? [.name] : keys, type: builder.type ?? .number,
            entries: builder.entries.sorted { ($0.first, $0.second) < ($1.first, $1.second) })
    }

    private struct TableBuilder {
        var keys: [FormulaType] = []
        var depth: Int?
        var type: FormulaType?
        var entries: [TableRule.Entry] = []
    }

    private mutating func tableKey(
        _ member: JSON5Member, _ keys: inout [FormulaType], level: Int
    ) -> Int64? {
        let integer = Int64(member.key)
        let type: FormulaType = integer == nil ? .name : .number
        if keys.count == level { keys.append(type) }
        guard keys.indices.contains(level) else { return nil }
        // Digits may be a name, too, if the keys before are names.
        if keys[level] == .number {
            guard let integer else {
                mistakes.add(
                    member.keyOffset, "the keys before are integers; '\(member.key)' is none")
                return nil
            }
            return integer
        }
        guard isName(member) else { return nil }
        return Int64(declarations.names.word(for: member.key).rawValue)
    }

    private mutating func addEntry(
        _ first: Int64, _ second: Int64, _ value: JSON5Value, depth: Int,
        _ builder: inout TableBuilder
    ) {
        if builder.depth ?? depth != depth {
            mistakes.add(value.offset, "either all values of a table are tables, or none is")
            return
        }
        builder.depth = depth
        guard let (cell, type) = tableValue(value) else { return }
        if builder.type ?? type != type {
            mistakes.add(
                value.offset, "the values before are of another kind; this is \(type.phrase)")
            return
        }
        builder.type = type
        builder.entries.append(TableRule.Entry(first: first, second: second, value: cell))
    }

    /// A number, a truth or a name.
    mutating func tableValue(_ value: JSON5Value) -> (Rational, FormulaType)? {
        switch value.kind {
        case .number(let number): return (number, .number)
        case .bool(let truth): return (truth ? .one : .zero, .bool)
        case .string(let string):
            guard NameSyntax.isName(string.bytes) else {
                mistakes.add(value.offset, "'\(string.text)' is no name: \(NameSyntax.segmentRule)")
                return nil
            }
            return (Rational(Int64(declarations.names.word(for: string.bytes).rawValue)), .name)
        default:
            report(value, "a number, true, false or a name")
            return nil
        }
    }
}
