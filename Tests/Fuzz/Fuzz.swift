import Glibc
import Ledger

/// Every decoder meets whatever libFuzzer thinks of; the first byte chooses which one.
///
/// A decoder may refuse; it may not trap, hang, or accept bytes that it would not write itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let data = Array(input.dropFirst())
    switch choice % 2 {
    case 0: fuzzEvent(data)
    default: fuzzRow(data)
    }
    return 0
}

private func fuzzEvent(_ data: [UInt8]) {
    var event = Event()
    guard (try? event.decode(data, data.indices)) != nil else { return }
    var writer = ByteWriter(capacity: 1 << 16)
    event.encode(into: &writer)
    var again: [UInt8] = []
    writer.appendFramed(to: &again)
    precondition(Array(again.suffix(data.count)) == data, "an event has two encodings")
}

private func fuzzRow(_ data: [UInt8]) {
    _ = State.isRow(data)
}
