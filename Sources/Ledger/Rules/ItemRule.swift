/// Something that accounts may own, and wear if it has a slot.
package struct ItemRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    /// Where it is worn.
    package let slot: Word?
}

extension Primitive {
    /// `items: { 'skin-1': { slot: 'skin', price: 100, effect: 1.5 } }`: every attribute besides the
    /// slot becomes a table by item, as in `table.item_price[id]`.
    static let items = Primitive(key: "items") { compiler, value in
        var columns = ItemColumns()
        for member in compiler.members(value, "items") {
            guard compiler.isName(member), var reader = compiler.object(member.value, "an item")
            else { continue }
            let word = compiler.declarations.names.word(for: member.key)
            let slot = reader.take("slot").flatMap { compiler.name($0) }
                .map { compiler.declarations.names.word(for: $0) }
            compiler.declarations.items[member.key] = slot != nil
            compiler.parts.items.append(ItemRule(name: word, text: member.key, slot: slot))
            guard case .object(let attributes) = member.value.kind else { continue }
            for attribute in attributes where attribute.key != "slot" {
                compiler.add(attribute, of: word, to: &columns)
            }
        }
        compiler.addTables(columns, at: value.offset)
    }
}

/// The tables that items' attributes make, in the order in which they come up.
private struct ItemColumns {
    var names: [String] = []
    var types: [FormulaType] = []
    var entries: [[TableRule.Entry]] = []
}

extension RulebookCompiler {
    fileprivate mutating func add(
        _ attribute: JSON5Member, of item: Word, to columns: inout ItemColumns
    ) {
        guard isName(attribute, identifier: true), let (cell, type) = tableValue(attribute.value)
        else { return }
        var column = columns.names.firstIndex(of: attribute.key)
        if column == nil {
            columns.names.append(attribute.key)
            columns.types.append(type)
            columns.entries.append([])
            column = columns.names.count - 1
        }
        guard let column else { return }
        guard columns.types[column] == type else {
            mistakes.add(
                attribute.value.offset,
                "'\(attribute.key)' of the items before is \(columns.types[column].phrase); "
                    + "this is \(type.phrase)")
            return
        }
        columns.entries[column].append(
            TableRule.Entry(first: Int64(item.rawValue), second: 0, value: cell))
    }

    fileprivate mutating func addTables(_ columns: ItemColumns, at offset: Int) {
        for (index, column) in columns.names.enumerated() {
            let name = "item_" + column
            guard NameSyntax.isIdentifier(name), declarations.tablePositions[name] == nil else {
                mistakes.add(
                    offset,
                    "the items' '\(column)' would be the table '\(name)', "
                        + "which there is already or whose name is too long")
                continue
            }
            declarations.tablePositions[name] = declarations.tables.count
            declarations.tables.append(
                TableRule(
                    name: declarations.names.word(for: name), text: name, keys: [.name],
                    type: columns.types[index],
                    entries: columns.entries[index].sorted { $0.first < $1.first }))
        }
    }
}
