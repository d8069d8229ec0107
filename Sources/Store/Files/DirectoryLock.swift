/// The lock that one process holds on a ledger's directory for as long as it lives. LMDB would let
/// two write, each with state in memory that the other doesn't see.
package final class DirectoryLock: Sendable {
    private let file: File

    /// - Throws: `.held`, with what the holder wrote about itself.
    init(_ path: String, holder: String) throws(StoreError) {
        file = try File(path, .create)
        try DirectoryLock.take(file)
        let text = Array("pid \(Directory.processID) (\(holder))\n".utf8)
        try file.truncate(to: 0)
        try file.write(text, at: 0)
    }

    private init(taken file: consuming File) {
        self.file = file
    }

    /// Keeps everybody from writing a ledger's directory, in which nothing is written: it may be damaged,
    /// a copy, or on a medium that can't be written.
    ///
    /// - Returns: `nil` where there is no file to lock: no daemon ever used that directory.
    /// - Throws: `.held`, with what the holder wrote about itself.
    package static func quiet(_ directory: String) throws(StoreError) -> DirectoryLock? {
        let path = LedgerPaths(directory: directory).lock
        guard try Directory.entry(path) != nil else { return nil }
        let file = try File(path, .read)
        try take(file)
        return DirectoryLock(taken: file)
    }

    private static func take(_ file: borrowing File) throws(StoreError) {
        guard try file.lock() else {
            let text = try file.read(count: textSizeMax, at: 0)
            let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first
            throw .held(holder: line.map(String.init) ?? "another process")
        }
    }

    private static let textSizeMax = 256
}
