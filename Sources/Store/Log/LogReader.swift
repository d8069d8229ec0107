import LMDB
import Proof

/// Reads a log, checking what it reads before anybody sees it. Each call is one snapshot, which
/// the counts and sizes that it takes keep short.
package struct LogReader<Storage: LogStorage>: Sendable {
    let storage: Storage

    package init(_ storage: Storage) {
        self.storage = storage
    }

    /// The sequence number of the last event in the log, 0 if it is empty.
    package func lastSequence() throws(StoreError) -> UInt64 { try lastHeader()?.last ?? 0 }

    /// The header of the last batch; nil if the log is empty.
    package func lastHeader() throws(StoreError) -> BatchHeader? {
        var last: BatchHeader? = nil
        try scanChecked(from: .max, .backward) { (header, _) throws(BatchDamage) in
            last = header
            return false
        }
        return last
    }

    /// The bytes of an event; nil behind the log's end.
    package func event(_ sequence: UInt64) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8]? = nil
        try scanChecked(from: sequence, .backward) { (header, value) throws(BatchDamage) in
            guard header.first <= sequence, sequence <= header.last else { return false }
            bytes = [UInt8](copying: value.extracting(try header.event(sequence, in: value)))
            return false
        }
        return bytes
    }

    /// The events from sequence number `start` on, or back from it, as many as the limits allow; at
    /// least one if there is one.
    package func page(
        from start: UInt64, _ direction: ScanDirection, countMax: Int, byteMax: Int
    ) throws(StoreError) -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        var byteCount = 0
        func take(_ sequence: UInt64, _ bytes: Span<UInt8>) -> Bool {
            guard events.isEmpty || byteCount + bytes.count <= byteMax else { return false }
            events.append(LoggedEvent(sequence: sequence, bytes: [UInt8](copying: bytes)))
            byteCount += bytes.count
            return events.count < countMax
        }
        try scanChecked(from: start, direction) { (header, value) throws(BatchDamage) in
            switch direction {
            case .forward: try header.forEachEvent(in: value, from: start, take)
            case .backward: try header.forEachEventBackward(in: value, from: start, take)
            }
        }
        return events
    }

    /// Lends each event from sequence number `start` on to `body`, out of at most `batchCountMax`
    /// batches.
    /// - Returns: the sequence number to go on from; nil at the log's end, or when `body` returned
    ///   false.
    package func fold(
        from start: UInt64, batchCountMax: Int, _ body: (UInt64, Span<UInt8>) -> Bool
    ) throws(StoreError) -> UInt64? {
        try foldBatches(from: start, countMax: batchCountMax) {
            (header, value) throws(BatchDamage) in
            try header.forEachEvent(in: value, from: start, body)
        }
    }

    /// As `fold`, with the events of a block together: the number of the first, the batch's value, and where
    /// in it each of them lies. For whoever reads all of a log.
    package func foldBlocks(
        from start: UInt64, batchCountMax: Int,
        _ body: (UInt64, Span<UInt8>, Span<Range<Int>>) -> Bool
    ) throws(StoreError) -> UInt64? {
        try foldBatches(from: start, countMax: batchCountMax) {
            (header, value) throws(BatchDamage) in
            try header.forEachBlock(in: value, from: start, body)
        }
    }

    private func foldBatches(
        from start: UInt64, countMax: Int,
        _ body: (BatchHeader, Span<UInt8>) throws(BatchDamage) -> Bool
    ) throws(StoreError) -> UInt64? {
        var next: UInt64? = nil
        var count = 0
        try scanChecked(from: start, .forward) { (header, value) throws(BatchDamage) in
            guard count < countMax else {
                next = header.first
                return false
            }
            count += 1
            return try body(header, value)
        }
        return next
    }

    /// Scans with each header and index checked, and the place in the log that each batch claims.
    func scanChecked(
        from sequence: UInt64, _ direction: ScanDirection,
        _ body: (BatchHeader, Span<UInt8>) throws(BatchDamage) -> Bool
    ) throws(StoreError) {
        var damage: BatchDamage? = nil
        var expected: UInt64? = nil
        try storage.scan(from: sequence, direction) { first, value in
            do throws(BatchDamage) {
                let header = try BatchHeader(checking: value)
                guard header.first == first else {
                    throw BatchDamage(.wrongKey, sequence: first, offset: BatchLayout.firstOffset)
                }
                let isNext =
                    switch direction {
                    case .forward: expected == nil || header.first == expected
                    case .backward: expected == nil || header.last == expected
                    }
                guard isNext else {
                    throw BatchDamage(.wrongOrder, sequence: first, offset: BatchLayout.firstOffset)
                }
                expected = direction == .forward ? header.last + 1 : header.first - 1
                return try body(header, value)
            } catch {
                damage = error
                if error.sequence == nil { damage?.sequence = first }
                return false
            }
        }
        if let damage { throw .batchDamaged(damage) }
    }
}

/// An event as the log has it.
package struct LoggedEvent: Equatable, Sendable {
    package var sequence: UInt64
    package var bytes: [UInt8]
}
