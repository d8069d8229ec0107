import LMDB

/// Events that will be committed at once, on their way from the thread that decides to the one
/// that writes.
package struct PendingBatch: Sendable {
    /// The sequence number of its first event.
    package var first: UInt64
    /// The events, each with its length before it as a varint.
    package var body: [UInt8] = []
    /// For each event the offset in `body` just behind it.
    package var eventEnds: [UInt32] = []
    /// When the last event was recorded, in microseconds since 1970.
    package var lastTime: UInt64 = 0
    /// Slots of the keys file that must be on disk before the events are.
    package var newKeys: [KeySlot] = []
    /// Accounts whose key is overwritten once the events are on disk.
    package var wipedAccounts: [UInt32] = []

    package init(first: UInt64) {
        self.first = first
    }

    package var count: Int { eventEnds.count }
    package var isEmpty: Bool { eventEnds.isEmpty }
    /// The sequence number of its last event; it must not be empty.
    package var last: UInt64 { first + UInt64(count) - 1 }

    /// Adds an event, writing its length before it.
    package mutating func append(event: Span<UInt8>, time: UInt64) {
        body.append(varint: UInt64(event.count))
        body.append(copying: event)
        endEvent(time: time)
    }

    /// Says that `body` has been given one more event, length first.
    package mutating func endEvent(time: UInt64) {
        eventEnds.append(UInt32(body.count))
        lastTime = time
    }

    /// Empties it for the events from `first` on, keeping its memory.
    package mutating func removeAll(first: UInt64) {
        self.first = first
        body.removeAll(keepingCapacity: true)
        eventEnds.removeAll(keepingCapacity: true)
        newKeys.removeAll(keepingCapacity: true)
        wipedAccounts.removeAll(keepingCapacity: true)
    }

    /// The most bytes that it takes as a value of the log.
    package var storedSizeMax: Int {
        BatchLayout.headerSize + body.count
            + BatchLayout.blockCount(eventCount: count) * BatchLayout.blockEntrySize
            + (count / 256 + 1) * BatchLayout.subtreeRootSize
    }
}

/// A slot of the keys file and what it is to hold.
package struct KeySlot: Equatable, Sendable {
    /// The account's number; 0 is the ledger's own.
    package var account: UInt32
    /// Its 32 bytes, eight in each, the first one lowest. Not an array: a batch may open thousands.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package init(account: UInt32, littleEndian words: (UInt64, UInt64, UInt64, UInt64)) {
        self.account = account
        self.words = words
    }

    package init(account: UInt32, bytes: [UInt8]) {
        precondition(bytes.count == KeySlot.size, "a slot has 32 bytes")
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
        self.init(account: account, littleEndian: (word(0), word(8), word(16), word(24)))
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(u64: words.0)
        bytes.append(u64: words.1)
        bytes.append(u64: words.2)
        bytes.append(u64: words.3)
    }

    package static let size = 32

    package static func == (a: KeySlot, b: KeySlot) -> Bool {
        a.account == b.account && a.words == b.words
    }
}
