import Ledger
import Rows
import Wire

/// A JSON Lines file of an older system's accounts, from which each is brought over when it is first
/// touched. Of each line only its account's hash and its place are kept: 16 bytes.
///
/// Belongs to the front thread. A line is read again when it is wanted, so the file stays as it is
/// while the daemon runs.
final class LegacyFile: LegacySource {
    struct Options {
        var path: String
        var migration: String
        /// The field that says whose a line is.
        var accountField: String
    }

    private struct Entry {
        var hash: UInt64
        var offset: UInt64
    }

    let options: Options
    private let descriptor: FileDescriptor
    /// Ascending by hash, lines of one account in the file's order.
    private var entries: [Entry] = []
    /// Lines that are no object or name no account.
    private(set) var unreadableCount = 0
    private(set) var migratedCount: UInt64 = 0
    private(set) var refusedCount: UInt64 = 0
    var count: Int { entries.count }

    init(_ options: Options) throws(SystemFault) {
        self.options = options
        descriptor = try Syscall.openFile(options.path)
        try index()
    }

    private func index() throws(SystemFault) {
        var offset: UInt64 = 0
        var line: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var position: UInt64 = 0
        while true {
            let count = try Syscall.readFile(descriptor, into: &piece, at: position)
            if count == 0 { break }
            position += UInt64(count)
            for byte in piece[..<count] {
                guard byte == UInt8(ascii: "\n") else {
                    // A line that is longer than any command only has to be passed over.
                    if line.count <= RowLimits.rowBytesMax { line.append(byte) }
                    offset += 1
                    continue
                }
                add(line, at: offset - UInt64(line.count))
                line.removeAll(keepingCapacity: true)
                offset += 1
            }
        }
        add(line, at: offset - UInt64(line.count))
        entries.sort { ($0.hash, $0.offset) < ($1.hash, $1.offset) }
    }

    private func add(_ line: [UInt8], at offset: UInt64) {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
        guard let row = Self.row(line), let account = account(of: row) else {
            unreadableCount += 1
            return
        }
        entries.append(Entry(hash: Self.hash(account), offset: offset))
    }

    private static func row(_ line: [UInt8]) -> Row? {
        guard line.count <= RowLimits.rowBytesMax else { return nil }
        var row = Row()
        var parser = JSONObjectParser(line, allowsLists: true)
        do throws(JSONFault) {
            try parser.parse(into: &row)
        } catch {
            return nil
        }
        return row
    }

    private func account(of row: Row) -> [UInt8]? {
        row.names.firstIndex(of: options.accountField).map { Array(row[$0]) }
            .flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func hash(_ account: [UInt8]) -> UInt64 {
        var hash = SipHash(key: .checksum, isWide: false)
        hash.append(account)
        return hash.finish64()
    }

    // MARK: Bringing over

    func migration(of id: [UInt8]) throws(Refusal) -> Command? {
        let hash = Self.hash(id)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        while low < entries.count, entries[low].hash == hash {
            let row = try read(entries[low].offset)
            if account(of: row) == id { return try command(row, id) }
            low += 1
        }
        return nil
    }

    private func read(_ offset: UInt64) throws(Refusal) -> Row {
        var line = [UInt8](repeating: 0, count: RowLimits.rowBytesMax + 1)
        var filled = 0
        do throws(SystemFault) {
            filled = try Syscall.readFile(descriptor, into: &line, at: offset)
        } catch {
            throw changed("\(error)")
        }
        line.removeLast(line.count - filled)
        if let end = line.firstIndex(of: UInt8(ascii: "\n")) { line.removeSubrange(end...) }
        guard let row = Self.row(line) else { throw changed("its lines aren't where they were") }
        return row
    }

    private func changed(_ why: String) -> Refusal {
        Refusal(
            .corrupt, [.init("offset", "legacy")],
            "\(options.path) can't be read as it was when the daemon started: \(why)")
    }

    private func command(_ row: Row, _ id: [UInt8]) throws(Refusal) -> Command {
        var words = [Array("MIGRATE".utf8), Array(options.migration.utf8), id]
        for (index, name) in row.names.enumerated()
        where name != options.accountField && !row[index].isEmpty {
            words.append(Array(name.utf8) + [UInt8(ascii: "=")] + row[index])
        }
        var request = Request(words)
        var command = Command()
        try WriteParser.parse(.migrate, &request, into: &command)
        return command
    }

    func note(isRefused: Bool) {
        if isRefused { refusedCount += 1 } else { migratedCount += 1 }
    }
}
