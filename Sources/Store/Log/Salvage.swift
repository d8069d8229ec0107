import Proof

/// Finding the batches in a file whose trees LMDB can't follow any more: each says itself where it
/// begins, how long it is, and which one came before it.
package struct Salvage: Sendable {
    /// Every intact batch found, in the order of the log; of copies of one batch only the first.
    package private(set) var batches: [FoundBatch] = []
    /// Places where a batch begins whose index or events aren't what they were.
    package private(set) var damages: [FoundDamage] = []
    private let path: String

    /// Scans all of the file, which nobody may be writing.
    package init(path: String) throws(StoreError) {
        self.path = path
        let file = try File(path, .read)
        let size = try file.size()
        var known: Set<Digest> = []
        for start in stride(from: 0, to: size, by: Salvage.windowSize) {
            let window = try file.read(
                count: Salvage.windowSize + BatchLayout.headerSize, at: start)
            for index in Salvage.headerIndices(in: window.span) {
                try examine(window, index, at: start + index, in: file, size: size, &known)
            }
        }
        batches.sort { ($0.header.first, $0.offset) < ($1.header.first, $1.offset) }
        damages.removeAll { known.contains($0.header.identity) }
    }

    /// Takes the batch whose header seems to begin at `index` of `window`, if it is one that isn't
    /// known.
    private mutating func examine(
        _ window: [UInt8], _ index: Int, at offset: Int, in file: borrowing File, size: Int,
        _ known: inout Set<Digest>
    ) throws(StoreError) {
        let head = window.span.extracting(index..<(index + BatchLayout.headerSize))
        let header: BatchHeader
        do throws(BatchDamage) {
            header = try BatchHeader(checkingHeaderOf: head)
        } catch {
            // Pages that were given up and partly used again hold many such.
            return
        }
        guard !known.contains(header.identity) else { return }
        // The file may end, or hold something else, before the batch does.
        let value = try file.read(count: min(header.size, size - offset), at: offset)
        do throws(BatchDamage) {
            try Salvage.check(value)
            known.insert(header.identity)
            batches.append(FoundBatch(offset: offset, header: header))
        } catch {
            damages.append(FoundDamage(offset: offset, header: header, damage: error))
        }
    }

    /// The longest run of batches from the first event on in which each names the one before it.
    package var chain: [FoundBatch] {
        var next: [Digest: [Int]] = [:]
        for (index, batch) in batches.enumerated() {
            next[batch.header.previous, default: []].append(index)
        }
        // From the back, since what follows a batch lies behind it in this order.
        var reach = batches.map(\.header.last)
        var successor = [Int?](repeating: nil, count: batches.count)
        for index in batches.indices.reversed() {
            let header = batches[index].header
            for candidate in next[header.identity] ?? []
            where batches[candidate].header.first == header.last + 1
                && reach[candidate] > reach[index]
            {
                reach[index] = reach[candidate]
                successor[index] = candidate
            }
        }
        let starts = batches.indices.filter {
            batches[$0].header.first == 1 && batches[$0].header.previous == .zero
        }
        var chain: [FoundBatch] = []
        var current = starts.max { reach[$0] < reach[$1] }
        while let index = current {
            chain.append(batches[index])
            current = successor[index]
        }
        return chain
    }

    /// Writes the chain as a new log into `directory`, which must be empty, and flushes it.
    /// - Returns: the sequence number of its last event.
    package func rebuild(in directory: String) throws(StoreError) -> UInt64 {
        let chain = chain
        let file = try File(path, .read)
        try write(chain, of: file, in: directory)
        try File(directory + "/data.mdb", .readWrite).synchronize()
        try Directory.synchronize(directory)
        return chain.last?.header.last ?? 0
    }

    private func write(
        _ chain: [FoundBatch], of file: borrowing File, in directory: String
    ) throws(StoreError) {
        let builder = try LogBuilder(directory)
        for batch in chain {
            let value = try file.read(count: batch.header.size, at: batch.offset)
            let nothing: [UInt8] = []
            try builder.append(head: value.span, body: nothing.span, first: batch.header.first)
        }
    }

    private static func check(_ value: [UInt8]) throws(BatchDamage) {
        let header = try BatchHeader(checking: value.span)
        _ = try header.forEachEvent(in: value.span, from: header.first) { _, _ in true }
    }

    /// Where in the window a header's magic lies, with a header's room behind it. Values begin at
    /// even offsets of a page.
    private static func headerIndices(in window: Span<UInt8>) -> [Int] {
        var indices: [Int] = []
        let end = min(windowSize, window.count - BatchLayout.headerSize + 1)
        for index in stride(from: 0, to: max(end, 0), by: 2)
        where window[index] == firstMagicByte && window.u32(at: index) == BatchLayout.magic {
            indices.append(index)
        }
        return indices
    }

    private static let windowSize = 1 << 20
    private static let firstMagicByte = UInt8(truncatingIfNeeded: BatchLayout.magic)
}

/// An intact batch and where in the file it lies.
package struct FoundBatch: Equatable, Sendable {
    package let offset: Int
    package let header: BatchHeader
}

/// A batch whose header is intact and whose rest isn't.
package struct FoundDamage: Sendable {
    package let offset: Int
    package let header: BatchHeader
    package let damage: BatchDamage
}
