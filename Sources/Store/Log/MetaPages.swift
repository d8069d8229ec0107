/// The first two pages of an LMDB 0.9 file: each commit rewrites one of them, the newer leads to
/// everything else. LMDB itself checks neither enough to survive a damaged one.
struct MetaPages {
    /// One of the two; nil if it isn't one.
    let pages: [MetaPage?]
    let fileSize: Int

    init(of file: borrowing File) throws(StoreError) {
        fileSize = try file.size()
        let bytes = try file.read(count: MetaPage.pageSize + MetaPage.size, at: 0)
        pages = [0, 1].map { MetaPage(bytes.span, number: $0) }
    }

    /// Writes both pages anew as they are. A write that failed in the background, of which the process
    /// before has learnt, would leave them in the page cache alone, where no flush minds them.
    static func renew(in file: borrowing File) throws(StoreError) {
        for page in 0..<2 {
            let start = page * MetaPage.pageSize
            try file.write(try file.read(count: MetaPage.pageSize, at: start), at: start)
        }
    }

    /// The newer page, once both are found to be sound and the file long enough for what it leads
    /// to.
    func checked() throws(StoreError) -> MetaPage {
        guard let first = pages[0] else { throw .metaDamaged(.page(number: 0)) }
        guard let second = pages[1] else { throw .metaDamaged(.page(number: 1)) }
        let numbers = [first.transaction, second.transaction]
        // A fresh file has two zeros; after that commit n goes to page n & 1.
        let isSound =
            numbers == [0, 0]
            || (first.transaction % 2 == 0 && second.transaction % 2 == 1
                && first.transaction.distance(to: second.transaction).magnitude == 1)
        guard isSound else { throw .metaDamaged(.contradiction(transactions: numbers)) }
        let newer = first.transaction > second.transaction ? first : second
        guard newer.neededSize <= fileSize else {
            // Any access behind the file's end would be a SIGBUS.
            throw .truncated(size: fileSize, needed: newer.neededSize)
        }
        return newer
    }
}

/// What a meta page says, at the offsets of LMDB 0.9 on a 64-bit machine.
struct MetaPage: Equatable {
    let transaction: UInt64
    let lastPage: UInt64

    /// Debian's LMDB uses the machine's page size, on x86-64 and on the usual arm64 kernels this
    /// one.
    static let pageSize = 4096
    static let size = 152

    private static let flagsOffset = 10
    private static let metaFlag: UInt16 = 0x08
    private static let magicOffset = 16
    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let versionOffset = 20
    private static let version: UInt32 = 1
    private static let pageSizeOffset = 40
    private static let lastPageOffset = 136
    private static let transactionOffset = 144

    /// Nil unless page `number` of the file's first bytes is a meta page of the known version.
    init?(_ bytes: Span<UInt8>, number: Int) {
        let start = number * MetaPage.pageSize
        guard bytes.count >= start + MetaPage.size else { return nil }
        guard bytes.u64(at: start) == UInt64(number),
            bytes.u16(at: start + MetaPage.flagsOffset) == MetaPage.metaFlag,
            bytes.u32(at: start + MetaPage.magicOffset) == MetaPage.magic,
            bytes.u32(at: start + MetaPage.versionOffset) == MetaPage.version,
            bytes.u32(at: start + MetaPage.pageSizeOffset) == UInt32(MetaPage.pageSize)
        else { return nil }
        transaction = bytes.u64(at: start + MetaPage.transactionOffset)
        lastPage = bytes.u64(at: start + MetaPage.lastPageOffset)
        // Larger than any file: the product below stays within range.
        guard lastPage >= 1, lastPage < 1 << 40 else { return nil }
    }

    /// Bytes that the file must have.
    var neededSize: Int { (Int(lastPage) + 1) * MetaPage.pageSize }
}

/// Mending an LMDB file of which one meta page is damaged. Only while nobody has it open.
package enum MetaRepair {
    /// Makes the damaged one of the two meta pages a copy of the sound one, as the commit before
    /// it.
    /// - Returns: the page that was rewritten. If it was the newer one, the last commit is gone
    ///   with it; only comparing the log's head with what is known elsewhere can tell.
    /// - Throws: `.metaDamaged` if both are damaged, and if both are sound but contradict each
    ///   other.
    package static func repair(path: String) throws(StoreError) -> Int? {
        let file = try File(path, .readWrite)
        let meta = try MetaPages(of: file)
        let damaged: Int
        switch (meta.pages[0], meta.pages[1]) {
        case (nil, nil): throw .metaDamaged(.page(number: 0))
        case (nil, .some): damaged = 0
        case (.some, nil): damaged = 1
        case (.some, .some):
            _ = try meta.checked()
            return nil
        }
        try rewrite(page: damaged, from: 1 - damaged, in: file)
        return damaged
    }

    private static func rewrite(
        page damaged: Int, from sound: Int, in file: borrowing File
    ) throws(StoreError) {
        var bytes = try file.read(count: MetaPage.pageSize, at: sound * MetaPage.pageSize)
        guard let meta = MetaPage.init(soundPage: bytes, number: sound) else {
            throw .metaDamaged(.page(number: sound))
        }
        bytes.replace(u64: UInt64(damaged), at: 0)
        // The other one must stay the newer; what both lead to is the same.
        let older = meta.transaction == 0 ? 0 : meta.transaction - 1
        bytes.replace(u64: older, at: 144)
        try file.write(bytes, at: damaged * MetaPage.pageSize)
        try file.synchronize()
    }
}

extension MetaPage {
    fileprivate init?(soundPage bytes: [UInt8], number: Int) {
        let padding = [UInt8](repeating: 0, count: number * MetaPage.pageSize)
        self.init((padding + bytes).span, number: number)
    }
}

extension [UInt8] {
    fileprivate mutating func replace(u64 value: UInt64, at offset: Int) {
        for index in 0..<8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }
}
