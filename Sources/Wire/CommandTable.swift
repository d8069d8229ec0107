package import Ledger

/// The one table of commands.
package enum CommandTable {
    /// Indexed by `CommandName.rawValue`.
    package static let specs: [CommandSpec] = CommandName.allCases.map(spec)

    /// Likewise: who may say a command at all, for the check that every command passes.
    static let roles: [Role] = specs.map(\.roles)

    package static func spec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .award, .spend, .transfer, .hold, .settle, .release, .record, .claim, .fact,
            .reverse, .migrate, .run, .freeze, .unfreeze, .forget:
            WriteSpecs.spec(name)
        case .balance, .profile, .history, .event, .why, .offers, .top, .rank, .stats, .xrange,
            .xrevrange, .xread, .xlen,
            .xinfo, .rules, .projection, .info:
            ReadSpecs.spec(name)
        default:
            ConnectionSpecs.spec(name)
        }
    }

    /// Finds a command by what a client wrote, in any case.
    package static func lookup(_ bytes: [UInt8], _ range: ByteRange) -> CommandName? {
        guard let folded = FoldedName(bytes, range) else { return nil }
        return index.find(folded)
    }

    package static func lookup(_ name: String) -> CommandName? {
        let bytes = Array(name.utf8)
        return lookup(bytes, ByteRange(start: 0, count: bytes.count))
    }

    private static let index = NameIndex(specs.map(\.name))
}

/// Finds a command's number by its folded name: open addressing over a table at most a quarter full.
private struct NameIndex: Sendable {
    private var names: [FoldedName?]
    private var values: [UInt8]
    private static let slots = 256

    init(_ list: [String]) {
        names = Array(repeating: nil, count: Self.slots)
        values = Array(repeating: 0, count: Self.slots)
        precondition(list.count * 4 <= Self.slots, "too many commands for the index")
        for (value, text) in list.enumerated() {
            guard let name = FoldedName(text) else {
                preconditionFailure("a command's name is too long")
            }
            var slot = Self.slot(name)
            while names[slot] != nil { slot = (slot + 1) % Self.slots }
            names[slot] = name
            values[slot] = UInt8(value)
        }
    }

    func find(_ name: FoldedName) -> CommandName? {
        var slot = Self.slot(name)
        while let found = names[slot] {
            if found == name { return CommandName(rawValue: values[slot]) }
            slot = (slot + 1) % Self.slots
        }
        return nil
    }

    /// The top bits of a product depend on all bits of the name.
    private static func slot(_ name: FoldedName) -> Int {
        let mixed = (name.low ^ name.high &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return Int(mixed >> 56)
    }
}
