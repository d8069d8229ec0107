package import Proof

/// What a batch says of itself, with the header and the index already found to be undamaged.
package struct BatchHeader: Equatable, Sendable {
    package let size: Int
    package let eventCount: Int
    package let first: UInt64
    package let lastTime: UInt64
    package let blockCount: Int
    package let subtreeCount: Int
    package let previous: Digest
    package let root: Digest
    package let identity: Digest

    package var last: UInt64 { first + UInt64(eventCount) - 1 }

    /// Reads and checks the header and the index of a batch; the events are checked as they are
    /// read.
    package init(checking value: Span<UInt8>) throws(BatchDamage) {
        try self.init(checkingHeaderOf: value)
        guard size == value.count else {
            throw BatchDamage(.wrongSize, sequence: first, offset: BatchLayout.sizeOffset)
        }
        let index = value.extracting(BatchLayout.headerSize..<bodyOffset)
        let expected = Digest(
            value.extracting(BatchLayout.indexHashOffset..<BatchLayout.reservedOffset))
        guard SHA256.hash(index) == expected else {
            throw BatchDamage(.indexChanged, sequence: first, offset: BatchLayout.headerSize)
        }
        try checkBlockOffsets(in: value)
    }

    /// Reads and checks the header alone, of bytes that may go on behind the batch.
    init(checkingHeaderOf value: Span<UInt8>) throws(BatchDamage) {
        typealias L = BatchLayout
        guard value.count >= L.headerSize else {
            throw BatchDamage(.cutShort, offset: value.count)
        }
        guard value.u32(at: 0) == L.magic else { throw BatchDamage(.notABatch, offset: 0) }
        let identity = Digest(value.extracting(L.identityOffset..<L.headerSize))
        guard SHA256.hash(value.extracting(0..<L.identifiedSize)) == identity else {
            throw BatchDamage(.headerChanged, offset: L.identityOffset)
        }
        let first = value.u64(at: L.firstOffset)
        guard value.u16(at: 4) == L.version, value.u16(at: 6) == L.headerSize else {
            throw BatchDamage(.unknownVersion, sequence: first, offset: 4)
        }
        size = Int(value.u32(at: L.sizeOffset))
        eventCount = Int(value.u32(at: L.eventCountOffset))
        self.first = first
        lastTime = value.u64(at: L.lastTimeOffset)
        blockCount = Int(value.u32(at: L.blockCountOffset))
        subtreeCount = Int(value.u32(at: L.subtreeCountOffset))
        previous = Digest(value.extracting(L.previousOffset..<L.rootOffset))
        root = Digest(value.extracting(L.rootOffset..<L.indexHashOffset))
        self.identity = identity
        let isConsistent =
            eventCount > 0 && first > 0 && first <= UInt64.max - UInt64(eventCount)
            && value.u64(at: L.lastOffset) == last
            && blockCount == L.blockCount(eventCount: eventCount)
            && subtreeCount == Int(last / 256 - (first - 1) / 256)
            && value.u64(at: L.reservedOffset) == 0 && bodyOffset + eventCount <= size
        guard isConsistent else {
            throw BatchDamage(.wrongSize, sequence: first, offset: L.sizeOffset)
        }
    }

    /// The offset of the first event's length.
    var bodyOffset: Int {
        BatchLayout.headerSize + blockCount * BatchLayout.blockEntrySize
            + subtreeCount * BatchLayout.subtreeRootSize
    }

    /// The stored root of a full subtree, from 0, and its number k (it ends with leaf 256·k − 1).
    package func subtreeRoot(_ index: Int, in value: Span<UInt8>) -> (number: UInt64, root: Digest)
    {
        let start =
            BatchLayout.headerSize + blockCount * BatchLayout.blockEntrySize
            + index * BatchLayout.subtreeRootSize
        let root = Digest(value.extracting(start..<(start + BatchLayout.subtreeRootSize)))
        return ((first - 1) / 256 + 1 + UInt64(index), root)
    }

    /// The bytes of a block of 64 events within the value.
    func blockRange(_ block: Int, in value: Span<UInt8>) -> Range<Int> {
        let start = bodyOffset + blockOffset(block, in: value)
        let end = block + 1 < blockCount ? bodyOffset + blockOffset(block + 1, in: value) : size
        return start..<end
    }

    private func blockOffset(_ block: Int, in value: Span<UInt8>) -> Int {
        Int(value.u32(at: BatchLayout.headerSize + block * BatchLayout.blockEntrySize))
    }

    /// The hash of the index only says that it is what was written, not that it makes sense.
    private func checkBlockOffsets(in value: Span<UInt8>) throws(BatchDamage) {
        var least = 0
        for block in 0..<blockCount {
            let offset = blockOffset(block, in: value)
            let isInOrder = block == 0 ? offset == 0 : offset > least
            guard isInOrder, bodyOffset + offset < size else {
                let entry = BatchLayout.headerSize + block * BatchLayout.blockEntrySize
                throw BatchDamage(.wrongSize, sequence: first, offset: entry)
            }
            least = offset
        }
    }
}
