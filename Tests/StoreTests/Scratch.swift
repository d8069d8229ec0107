import Glibc
import Proof
import Store
import Synchronization

/// A directory of a test's own, removed with what is in it when the test lets go of it.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/stele-store-XXXXXX".utf8CString)
        // mkdtemp replaces the six letters in place.
        path = unsafe template.withUnsafeMutableBufferPointer {
            unsafe String(cString: mkdtemp($0.baseAddress!))
        }
    }

    deinit { shell("rm -rf '\(path)'") }

    /// The ledger's directory, not there yet.
    var ledger: String { path + "/ledger" }
}

/// A program that is being started has our locks open until it runs: no ledger is opened meanwhile.
private let starting = Mutex(())

@discardableResult
func shell(_ command: String) -> Int32 {
    starting.withLock { _ in unsafe system(command) }
}

/// The whole file.
func contents(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { return [] }
    defer { unsafe fclose(file) }
    unsafe fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: unsafe ftell(file))
    unsafe rewind(file)
    let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe fread($0.baseAddress, 1, $0.count, file)
    }
    return Array(bytes[..<count])
}

func replaceContents(_ path: String, _ bytes: [UInt8]) {
    let file = unsafe fopen(path, "w")
    unsafe bytes.withUnsafeBytes { _ = unsafe fwrite($0.baseAddress, 1, $0.count, file) }
    unsafe fclose(file)
}

func overwrite(_ path: String, _ bytes: [UInt8], at offset: Int) {
    let file = unsafe fopen(path, "r+")
    unsafe fseek(file, offset, SEEK_SET)
    unsafe bytes.withUnsafeBytes { _ = unsafe fwrite($0.baseAddress, 1, $0.count, file) }
    unsafe fclose(file)
}

/// The bytes of the event with that number in every test: between 1 and 70 of them.
func eventBytes(_ sequence: UInt64) -> [UInt8] {
    (0..<(sequence % 70 + 1)).map { UInt8(truncatingIfNeeded: sequence &* 31 &+ $0) }
}

func pendingBatch(first: UInt64, count: Int) -> PendingBatch {
    var batch = PendingBatch(first: first)
    for sequence in first..<(first + UInt64(count)) {
        batch.append(event: eventBytes(sequence).span, time: 1_000_000 + sequence)
    }
    return batch
}

/// The first batch of a test's ledger: three events and the ledger's key.
func genesisBatch() -> PendingBatch {
    var batch = pendingBatch(first: 1, count: 3)
    batch.newKeys = [KeySlot(account: 0, bytes: [UInt8](repeating: 9, count: 32))]
    return batch
}

func openLedger(
    _ scratch: Scratch, logMapSize: Int = 1 << 30, mayCreate: Bool = true
) throws(StoreError) -> DataDirectory {
    try starting.withLock { (_) throws(StoreError) in
        try DataDirectory.open(
            scratch.ledger,
            settings: .init(logMapSize: logMapSize, stateMapSize: 1 << 30, mayCreate: mayCreate)
        ) { () throws(StoreError) in genesisBatch() }
    }
}

/// Appends batches of these many events and returns the head.
@discardableResult
func extend(_ ledger: DataDirectory, by counts: [Int]) throws(StoreError) -> LogHead {
    var writer = LogWriter(head: try LogReader(ledger.log).resume())
    for count in counts {
        try writer.append(
            pendingBatch(first: writer.head.sequence + 1, count: count), to: ledger.log)
    }
    return writer.head
}

/// What an operation throws, nil if nothing.
func storeError<R: ~Copyable>(_ operation: () throws(StoreError) -> R) -> StoreError? {
    do throws(StoreError) {
        _ = try operation()
        return nil
    } catch {
        return error
    }
}
