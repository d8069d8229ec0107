import Ledger

/// What receipts say of rungs reached, kept for the next accounts that reach the same ones.
struct ReachedTexts: ~Copyable {
    private struct Entry {
        var rungs: [PlainRung] = []
        var text: [UInt8] = []
    }

    private static let slotCount = 256
    private var entries = [Entry](repeating: Entry(), count: slotCount)
    private var rules: UInt32 = 0
    private var isRESP3 = false

    /// The text of the rungs that a command moved.
    mutating func text(
        of commands: borrowing PlainCommands, _ index: Int, _ names: some Naming, isRESP3: Bool
    ) -> [UInt8] {
        see(rules: commands.rules, isRESP3: isRESP3)
        let first = commands.rung(index, 0)
        let mixed = UInt64(first.ladder.rawValue) &* 31 &+ UInt64(bitPattern: first.to)
        let slot = Int(truncatingIfNeeded: mixed % UInt64(Self.slotCount))
        if !isKnown(slot, commands, index) { enter(slot, commands, index, names) }
        return entries[slot].text
    }

    /// What is known was so under another rulebook, or for another protocol.
    private mutating func see(rules: UInt32, isRESP3: Bool) {
        guard rules != self.rules || isRESP3 != self.isRESP3 else { return }
        entries = [Entry](repeating: Entry(), count: Self.slotCount)
        (self.rules, self.isRESP3) = (rules, isRESP3)
    }

    private func isKnown(
        _ slot: Int, _ commands: borrowing PlainCommands, _ index: Int
    ) -> Bool {
        guard entries[slot].rungs.count == Int(commands[index].rungCount) else { return false }
        for place in entries[slot].rungs.indices
        where entries[slot].rungs[place] != commands.rung(index, place) { return false }
        return true
    }

    private mutating func enter(
        _ slot: Int, _ commands: borrowing PlainCommands, _ index: Int, _ names: some Naming
    ) {
        var receipt = Receipt()
        receipt.account = commands[index].number
        receipt.rules = rules
        receipt.reached = commands.reached(index)
        var writer = ReplyWriter(isRESP3: isRESP3)
        writer.gains(of: receipt, names: names)
        entries[slot].rungs = (0..<receipt.reached.count).map { commands.rung(index, $0) }
        entries[slot].text = writer.bytes
    }
}
