import Proof

extension BatchHeader {
    /// Where the event's bytes lie in the value, after checking the block that holds them.
    /// - Precondition: the batch holds that sequence number.
    package func event(
        _ sequence: UInt64, in value: Span<UInt8>
    ) throws(BatchDamage) -> Range<Int> {
        precondition(first <= sequence && sequence <= last, "the batch doesn't hold the event")
        let index = Int(sequence - first)
        let block = index / BatchLayout.blockEventCount
        let range = try checkedBlock(block, in: value)
        var offset = range.lowerBound
        for skipped in (block * BatchLayout.blockEventCount)..<index {
            offset = try eventRange(skipped, at: offset, blockEnd: range.upperBound, in: value)
                .upperBound
        }
        return try eventRange(index, at: offset, blockEnd: range.upperBound, in: value)
    }

    /// Lends every event from sequence number `start` on to `body`, each after its block was
    /// checked.
    /// - Returns: false if `body` did, and was called no more then.
    package func forEachEvent(
        in value: Span<UInt8>, from start: UInt64, _ body: (UInt64, Span<UInt8>) -> Bool
    ) throws(BatchDamage) -> Bool {
        guard start <= last else { return true }
        let firstIndex = start > first ? Int(start - first) : 0
        for block in (firstIndex / BatchLayout.blockEventCount)..<blockCount {
            let range = try checkedBlock(block, in: value)
            var offset = range.lowerBound
            for index in eventIndices(ofBlock: block) {
                let event = try eventRange(index, at: offset, blockEnd: range.upperBound, in: value)
                offset = event.upperBound
                guard index >= firstIndex else { continue }
                guard body(first + UInt64(index), value.extracting(event)) else { return false }
            }
            guard offset == range.upperBound else {
                throw BatchDamage(
                    .eventCutShort, sequence: first + UInt64(block * BatchLayout.blockEventCount),
                    offset: offset)
            }
        }
        return true
    }

    /// Lends the events from sequence number `start` on to `body`, those of a block together once that was
    /// checked: the number of the first, the value, and where in it each of them lies.
    /// - Returns: false if `body` did, and was called no more then.
    package func forEachBlock(
        in value: Span<UInt8>, from start: UInt64,
        _ body: (UInt64, Span<UInt8>, Span<Range<Int>>) -> Bool
    ) throws(BatchDamage) -> Bool {
        guard start <= last else { return true }
        let firstIndex = start > first ? Int(start - first) : 0
        var events: [Range<Int>] = []
        events.reserveCapacity(BatchLayout.blockEventCount)
        for block in (firstIndex / BatchLayout.blockEventCount)..<blockCount {
            let range = try checkedBlock(block, in: value)
            events.removeAll(keepingCapacity: true)
            let damage = findEvents(ofBlock: block, range, from: firstIndex, in: value, &events)
            let index = max(firstIndex, block * BatchLayout.blockEventCount)
            // What comes before the damage is undamaged.
            guard events.isEmpty || body(first + UInt64(index), value, events.span) else {
                return false
            }
            if let damage { throw damage }
        }
        return true
    }

    /// Adds where each event of a block lies, from that with the index `firstIndex` on; answers what is
    /// wrong with the one that it stops at.
    private func findEvents(
        ofBlock block: Int, _ range: Range<Int>, from firstIndex: Int, in value: Span<UInt8>,
        _ events: inout [Range<Int>]
    ) -> BatchDamage? {
        let indices = eventIndices(ofBlock: block)
        var damage: BatchDamage?
        var offset = range.lowerBound
        events.append(addingCapacity: indices.count) { (places: inout OutputSpan<Range<Int>>) in
            for index in indices {
                // Most lengths have one byte.
                let length = offset < range.upperBound ? Int(value[offset]) : 0x80
                var event = (offset &+ 1)..<(offset &+ 1 &+ length)
                if length >= 0x80 || event.upperBound > range.upperBound {
                    do throws(BatchDamage) {
                        event = try eventRange(
                            index, at: offset, blockEnd: range.upperBound, in: value)
                    } catch {
                        damage = error
                        return
                    }
                }
                offset = event.upperBound
                if index >= firstIndex { places.append(event) }
            }
        }
        if let damage { return damage }
        guard offset == range.upperBound else {
            return BatchDamage(
                .eventCutShort, sequence: first + UInt64(block * BatchLayout.blockEventCount),
                offset: offset)
        }
        return nil
    }

    /// Lends every event from sequence number `start` down to the batch's first one to `body`.
    /// - Returns: false if `body` did, and was called no more then.
    package func forEachEventBackward(
        in value: Span<UInt8>, from start: UInt64, _ body: (UInt64, Span<UInt8>) -> Bool
    ) throws(BatchDamage) -> Bool {
        guard start >= first else { return true }
        let lastIndex = start < last ? Int(start - first) : eventCount - 1
        for block in (0...(lastIndex / BatchLayout.blockEventCount)).reversed() {
            let range = try checkedBlock(block, in: value)
            var events: [Range<Int>] = []
            var offset = range.lowerBound
            for index in eventIndices(ofBlock: block) where index <= lastIndex {
                events.append(
                    try eventRange(index, at: offset, blockEnd: range.upperBound, in: value))
                offset = events[events.count - 1].upperBound
            }
            let blockFirst = first + UInt64(block * BatchLayout.blockEventCount)
            for (position, event) in events.enumerated().reversed() {
                guard body(blockFirst + UInt64(position), value.extracting(event)) else {
                    return false
                }
            }
        }
        return true
    }

    private func eventIndices(ofBlock block: Int) -> Range<Int> {
        let start = block * BatchLayout.blockEventCount
        return start..<min(start + BatchLayout.blockEventCount, eventCount)
    }

    private func checkedBlock(_ block: Int, in value: Span<UInt8>) throws(BatchDamage) -> Range<Int>
    {
        let range = blockRange(block, in: value)
        let entry = BatchLayout.headerSize + block * BatchLayout.blockEntrySize
        let digest = SHA256.hash(value.extracting(range))
        guard digest.word0.byteSwapped == value.u64(at: entry + 4),
            digest.word1.byteSwapped == value.u64(at: entry + 12)
        else {
            throw BatchDamage(
                .blockChanged, sequence: first + UInt64(block * BatchLayout.blockEventCount),
                offset: range.lowerBound)
        }
        return range
    }

    private func eventRange(
        _ index: Int, at offset: Int, blockEnd: Int, in value: Span<UInt8>
    ) throws(BatchDamage) -> Range<Int> {
        guard let length = value.varint(at: offset), length.value <= UInt64(eventSizeMax),
            length.end + Int(length.value) <= blockEnd
        else {
            throw BatchDamage(.eventCutShort, sequence: first + UInt64(index), offset: offset)
        }
        return length.end..<(length.end + Int(length.value))
    }
}
