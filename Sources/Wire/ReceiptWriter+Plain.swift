package import Ledger

extension ReceiptWriter {
    /// Writes what a plain RECORD answers, as `write` does from its receipt; `finish` comes after the
    /// last one.
    ///
    /// - Parameter time: that of the event.
    package mutating func write(
        _ commands: borrowing PlainCommands, _ index: Int, time: Instant,
        names source: some Naming, to reply: inout ReplyWriter
    ) {
        let command = commands[index]
        guard isSimple(commands, index, command, source) else {
            send(to: &reply)
            return write(commands.receipt(index, time: time), names: source, to: &reply)
        }
        let (changes, shown) = (Int(command.changeCount), Int(command.shownCount))
        var shape = ReceiptShape()
        shape.time = time
        shape.changes = changes
        shape.explained = shown
        shape.parts = 5 + (shown > 0 ? 1 : 0) + (command.rungCount > 0 ? 1 : 0)
        opening.prepare(shape, isRESP3: reply.isRESP3)
        if stage.capacity &- stage.count < Self.recordSize { send(to: &reply) }
        stage.raw(opening.text, opening.head)
        stage.integer(Int64(clamping: command.sequence))
        stage.raw(opening.text, opening.rest)
        for place in 0..<changes {
            let change = commands.change(index, place)
            names.write(change.balance, source, to: &stage)
            stage.integer(change.amount)
        }
        stage.raw(opening.text, opening.balances)
        for place in 0..<changes {
            let change = commands.change(index, place)
            names.write(change.balance, source, to: &stage)
            stage.integer(change.after)
        }
        if command.rungCount > 0 { writeReached(commands, index, source, &reply) }
        guard shown > 0 else { return }
        stage.raw(opening.text, opening.explain)
        for place in 0..<shown {
            let entry = commands.shown(index, place)
            names.write(BalanceName(currency: entry.name), source, to: &stage)
            stage.integer(entry.value)
        }
    }

    private mutating func writeReached(
        _ commands: borrowing PlainCommands, _ index: Int, _ source: some Naming,
        _ reply: inout ReplyWriter
    ) {
        let text = reached.text(of: commands, index, source, isRESP3: reply.isRESP3)
        if stage.capacity &- stage.count < text.count + Self.recordSize { send(to: &reply) }
        stage.raw(text)
    }

    /// Hands over what is still on its way.
    package mutating func finish(to reply: inout ReplyWriter) { send(to: &reply) }

    /// More than a plain record's receipt ever takes, with twelve names and numbers.
    private static let recordSize = 4_096

    /// Whether it has nothing but numbers.
    @inline(__always)
    private mutating func isSimple(
        _ commands: borrowing PlainCommands, _ index: Int, _ command: PlainCommand,
        _ source: some Naming
    ) -> Bool {
        for place in 0..<Int(command.shownCount) {
            let name = commands.shown(index, place).name
            guard names.isNumbered(name, rules: commands.rules, source) else { return false }
        }
        return true
    }
}
