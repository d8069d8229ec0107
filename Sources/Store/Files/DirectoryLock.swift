/// The lock that one process holds on a ledger's directory for as long as it lives. LMDB would let
/// two write, each with state in memory that the other doesn't see.
final class DirectoryLock: Sendable {
    private let file: File

    /// - Throws: `.held`, with what the holder wrote about itself.
    init(_ path: String, holder: String) throws(StoreError) {
        file = try File(path, .create)
        guard try file.lock() else {
            let text = try file.read(count: DirectoryLock.textSizeMax, at: 0)
            let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first
            throw .held(holder: line.map(String.init) ?? "another process")
        }
        let text = Array("pid \(Directory.processID) (\(holder))\n".utf8)
        try file.truncate(to: 0)
        try file.write(text, at: 0)
    }

    private static let textSizeMax = 256
}
