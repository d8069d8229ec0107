/// The open batch: encoded events back to back, each with its length before it, as they will be
/// stored.
package struct EventBuffer: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Where each event ends in `bytes`.
    package private(set) var ends: [UInt32] = []
    package private(set) var first: SequenceNumber = 0
    package private(set) var lastTime = Instant(microseconds: 0)

    /// A place to go back to.
    package struct Position: Sendable {
        fileprivate var byteCount: Int
        fileprivate var eventCount: Int
        fileprivate var lastTime: Instant
    }

    package init() {}

    /// A buffer that reuses the memory of one that was taken apart.
    package init(bytes: [UInt8], ends: [UInt32]) {
        self.bytes = bytes
        self.ends = ends
        reset()
    }

    /// A buffer with the events that one had.
    ///
    /// - Parameter lastTime: when the last of them was decided.
    package init(
        bytes: [UInt8], ends: [UInt32], first: SequenceNumber, lastTime: Instant
    ) {
        self.bytes = bytes
        self.ends = ends
        self.first = first
        self.lastTime = lastTime
    }

    package var count: Int { ends.count }
    package var isEmpty: Bool { ends.isEmpty }

    /// Whether a command's events certainly fit beside those that are there.
    package var hasRoom: Bool {
        count < Limits.batchEventsMax && bytes.count < Limits.batchBytesMax
    }

    package var position: Position {
        Position(byteCount: bytes.count, eventCount: ends.count, lastTime: lastTime)
    }

    /// Where in `bytes` what came after the position begins.
    package func start(after position: Position) -> Int { position.byteCount }

    /// The bytes of the event with that number, without the length before them; `nil` if it isn't here.
    package func event(_ sequence: SequenceNumber) -> [UInt8]? {
        guard sequence >= first, sequence - first < UInt64(count) else { return nil }
        let index = Int(sequence - first)
        var reader = ByteReader(bytes, (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index]))
        return (try? reader.bytes()).map { Array(bytes[$0.range]) }
    }

    /// Drops the events after the position.
    package mutating func goBack(to position: Position) {
        bytes.removeLast(bytes.count - position.byteCount)
        ends.removeLast(ends.count - position.eventCount)
        lastTime = position.lastTime
    }

    package mutating func append(
        _ writer: borrowing ByteWriter, _ sequence: SequenceNumber, _ time: Instant
    ) {
        if isEmpty { first = sequence }
        precondition(sequence == first + UInt64(count), "events follow each other without gaps")
        writer.appendFramed(to: &bytes)
        ends.append(UInt32(bytes.count))
        lastTime = time
    }

    package mutating func reset() {
        bytes.clear()
        ends.clear()
        first = 0
        lastTime = Instant(microseconds: 0)
    }
}
