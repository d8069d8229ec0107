package import Ledger

/// Writes what a write answers: a map whose empty parts, but for `duplicate`, are left out.
///
/// Kept from receipt to receipt: what the last one began with, and names as replies have them, are
/// put together once.
package struct ReceiptWriter: ~Copyable {
    var names = ReplyNames()
    var opening = ReceiptOpening()
    /// Of plain commands.
    var reached = ReachedTexts()
    /// What is on its way to the reply.
    var stage = ByteWriter(capacity: 16_384)

    /// More than a name and a number ever take.
    private static let entrySize = 1_024

    package init() {}

    package mutating func write(
        _ receipt: borrowing Receipt, names source: some Naming, to reply: inout ReplyWriter
    ) {
        opening.prepare(ReceiptShape(receipt), isRESP3: reply.isRESP3)
        stage.raw(opening.text, opening.head)
        stage.integer(Int64(clamping: receipt.sequence))
        stage.raw(opening.text, opening.rest)
        if !receipt.changes.isEmpty { changes(receipt, source, &reply) }
        if receipt.hasGains {
            send(to: &reply)
            reply.gains(of: receipt, names: source)
        }
        if !receipt.explain.isEmpty { explain(receipt, source, &reply) }
        send(to: &reply)
    }

    private mutating func changes(
        _ receipt: borrowing Receipt, _ source: some Naming, _ reply: inout ReplyWriter
    ) {
        for index in 0..<receipt.changes.count {
            makeRoom(&reply)
            balanceKey(receipt.changes[index], of: receipt, source)
            stage.integer(receipt.changes[index].amount)
        }
        stage.raw(opening.text, opening.balances)
        for index in 0..<receipt.changes.count {
            makeRoom(&reply)
            balanceKey(receipt.changes[index], of: receipt, source)
            stage.integer(receipt.changes[index].after)
        }
    }

    /// `currency[:facet]`, the account before it if it isn't the command's own.
    private mutating func balanceKey(
        _ change: Receipt.Change, of receipt: borrowing Receipt, _ source: some Naming
    ) {
        if change.account.rawValue == receipt.account.rawValue, !receipt.isDryRun {
            return names.write(change.balance, source, to: &stage)
        }
        var key = ReplyWriter()
        key.bulk { text in
            if change.account != receipt.account {
                source.appendID(of: change.account, to: &text)
                text.append(UInt8(ascii: " "))
            }
            text.appendBalance(change.balance, names: source)
        }
        stage.raw(key.bytes)
    }

    private mutating func explain(
        _ receipt: borrowing Receipt, _ source: some Naming, _ reply: inout ReplyWriter
    ) {
        makeRoom(&reply)
        stage.raw(opening.text, opening.explain)
        for index in 0..<receipt.explain.count {
            makeRoom(&reply)
            let (name, value) = (receipt.explain[index].name, receipt.explain[index].value)
            if !receipt.isDryRun {
                names.write(BalanceName(currency: name), source, to: &stage)
            } else {
                var key = ReplyWriter()
                key.bulk { source.appendText(of: name, to: &$0) }
                stage.raw(key.bytes)
            }
            if let whole = value.whole, names.isNumbered(name, rules: receipt.rules, source) {
                stage.integer(whole)
                continue
            }
            send(to: &reply)
            // A stamp has its ladder's name, and is a rung.
            if let whole = value.whole {
                reply.rung(whole, of: name, rules: receipt.rules, names: source)
            } else {
                reply.rational(value)
            }
        }
    }

    mutating func makeRoom(_ reply: inout ReplyWriter) {
        if stage.capacity &- stage.count < Self.entrySize { send(to: &reply) }
    }

    mutating func send(to reply: inout ReplyWriter) {
        precondition(!stage.hasOverflowed, "a name and a number are short")
        stage.append(to: &reply.bytes)
        stage.reset()
    }
}

/// What decides what stands around a receipt's numbers.
struct ReceiptShape: Equatable {
    var time = Instant(microseconds: -1)
    var isDuplicate = false
    var changes = 0
    var explained = 0
    /// The map's.
    var parts = 0

    init() {}

    init(_ receipt: borrowing Receipt) {
        time = receipt.time
        isDuplicate = receipt.isDuplicate
        changes = receipt.changes.count
        explained = receipt.explain.count
        parts = receipt.partCount
    }
}

/// What stands around the numbers of a receipt: the same in the next one, more often than not.
struct ReceiptOpening {
    private var shape = ReceiptShape()
    private var isRESP3 = false
    /// What the ranges point into, and a block more, so that short ones are copied fast.
    private(set) var text: [UInt8] = []
    /// Up to the sequence number.
    private(set) var head = 0..<0
    /// From there to the first change.
    private(set) var rest = 0..<0
    /// Between the changes and the balances.
    private(set) var balances = 0..<0
    /// Before what is explained.
    private(set) var explain = 0..<0

    @inline(__always)
    mutating func prepare(_ shape: ReceiptShape, isRESP3: Bool) {
        guard shape != self.shape || isRESP3 != self.isRESP3 else { return }
        self.shape = shape
        self.isRESP3 = isRESP3
        build()
    }

    @inline(never)
    private mutating func build() {
        text = []
        var writer = ReplyWriter(isRESP3: isRESP3)
        writer.map(shape.parts)
        writer.fragment(ReceiptKeys.sequence)
        head = take(&writer)
        writer.fragment(ReceiptKeys.time)
        writer.time(shape.time)
        writer.fragment(ReceiptKeys.duplicate)
        writer.boolean(shape.isDuplicate)
        if shape.changes > 0 {
            writer.fragment(ReceiptKeys.changes)
            writer.map(shape.changes)
        }
        rest = take(&writer)
        writer.fragment(ReceiptKeys.balances)
        writer.map(shape.changes)
        balances = take(&writer)
        writer.fragment(ReceiptKeys.explain)
        writer.map(shape.explained)
        explain = take(&writer)
        text += [UInt8](repeating: 0, count: ByteWriter.blockSize)
    }

    private mutating func take(_ writer: inout ReplyWriter) -> Range<Int> {
        let start = text.count
        text += writer.bytes
        writer.bytes = []
        return start..<text.count
    }
}

extension Receipt {
    fileprivate var hasGains: Bool {
        !reached.isEmpty || !granted.isEmpty || !claimable.isEmpty
    }

    fileprivate var partCount: Int {
        3 + (changes.isEmpty ? 0 : 2) + (reached.isEmpty ? 0 : 1) + (granted.isEmpty ? 0 : 1)
            + (claimable.isEmpty ? 0 : 1) + (explain.isEmpty ? 0 : 1)
    }
}
