/// Reads values out of pages of an LMDB 0.9 file that its trees don't lead to. Nothing in them is
/// trusted: they may hold anything, also parts of what they once were.
struct LeafPages: ~Copyable {
    private let file: File
    /// In ascending order.
    private let pages: [Int]

    init(_ path: String, pages: [Int]) throws(StoreError) {
        file = try File(path, .read)
        self.pages = pages
    }

    /// Lends each value that a leaf has under the 8 bytes of `key`, until one is taken.
    func values(under key: UInt64, _ take: (Span<UInt8>) -> Bool) throws(StoreError) {
        var index = 0
        while index < pages.count {
            let start = index
            while index < pages.count, index - start < Self.pagesAtOnce,
                pages[index] == pages[start] + (index - start)
            {
                index += 1
            }
            let bytes = try file.read(
                count: (index - start) * Self.size, at: pages[start] * Self.size)
            for offset in stride(from: 0, to: bytes.count - Self.size + 1, by: Self.size) {
                let number = pages[start] + offset / Self.size
                let page = bytes.span.extracting(offset..<(offset + Self.size))
                if try lend(page, number, key, take) { return }
            }
        }
    }

    private func lend(
        _ page: Span<UInt8>, _ number: Int, _ key: UInt64, _ take: (Span<UInt8>) -> Bool
    ) throws(StoreError) -> Bool {
        guard Self.isPage(page, number, Self.leafFlag) else { return false }
        let end = Int(page.u16(at: Self.lowerOffset))
        guard end <= Self.size else { return false }
        for place in stride(from: Self.headSize, to: end - 1, by: 2) {
            guard let node = LeafNode(page, at: Int(page.u16(at: place))), node.key == key else {
                continue
            }
            if node.isInPage {
                if take(page.extracting(node.value)) { return true }
            } else if let value = try overflow(page.u64(at: node.value.lowerBound), node.size),
                take(value.span)
            {
                return true
            }
        }
        return false
    }

    /// A value that lies in pages of its own.
    private func overflow(_ number: UInt64, _ size: Int) throws(StoreError) -> [UInt8]? {
        guard let number = Int(exactly: number), number < 1 << 40,
            size <= UnreachedBatches.bytesAddedMax
        else { return nil }
        let bytes = try file.read(count: Self.headSize + size, at: number * Self.size)
        guard bytes.count == Self.headSize + size,
            Self.isPage(bytes.span, number, Self.overflowFlag)
        else { return nil }
        return Array(bytes[Self.headSize...])
    }

    private static func isPage(_ bytes: Span<UInt8>, _ number: Int, _ flag: UInt16) -> Bool {
        bytes.u64(at: 0) == UInt64(number) && bytes.u16(at: flagsOffset) == flag
    }

    private static let size = MetaPage.pageSize
    private static let pagesAtOnce = 64
    private static let headSize = 16
    private static let flagsOffset = 10
    private static let leafFlag: UInt16 = 0x02
    private static let overflowFlag: UInt16 = 0x04
    private static let lowerOffset = 12
}

/// An entry of a leaf page.
private struct LeafNode {
    /// As it lies under eight bytes, most significant first.
    let key: UInt64
    /// Of the value, wherever it lies.
    let size: Int
    let isInPage: Bool
    /// The value, or the number of its first page.
    let value: Range<Int>

    /// Nil unless all of it lies in the page, with a key of 8 bytes.
    init?(_ page: Span<UInt8>, at offset: Int) {
        // u16 size, low and high half · u16 flags · u16 size of the key · key · value.
        let start = offset + 16
        guard start <= page.count, page.u16(at: offset + 6) == 8 else { return nil }
        let flags = page.u16(at: offset + 4)
        guard flags & ~Self.overflowFlag == 0 else { return nil }
        size = Int(page.u16(at: offset)) | Int(page.u16(at: offset + 2)) << 16
        isInPage = flags == 0
        value = start..<(start + (isInPage ? size : 8))
        guard value.upperBound <= page.count else { return nil }
        key = page.u64(at: offset + 8).byteSwapped
    }

    private static let overflowFlag: UInt16 = 0x01
}
