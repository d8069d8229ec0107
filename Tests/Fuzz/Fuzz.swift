import Ledger
import Proof
import Rows
import Store
import Wire

/// Every decoder meets whatever libFuzzer thinks of; the first byte chooses which one.
///
/// A decoder may refuse. It may not trap, hang, or take bytes that its encoder would not write.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let data = Array(input.dropFirst())
    switch choice % 8 {
    case 0: fuzzEvent(data)
    case 1: fuzzRow(data)
    case 2: fuzzRulebook(data)
    case 3: fuzzRequests(data)
    case 4: fuzzReplies(data)
    case 5: fuzzBatch(data)
    case 6: fuzzRows(data, CSVDecoder())
    default: fuzzRows(data, JSONLinesDecoder())
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

/// A stored row, taken in and written again.
private func fuzzRow(_ data: [UInt8]) {
    guard State.isRow(data) else { return }
    var state = State(source: OneRow(data))
    precondition(state.encodeRow(.ledger) == data, "a row has two encodings")
}

/// A state in which there is one row, account 0's.
private final class OneRow: StateSource {
    private let row: [UInt8]

    init(_ row: [UInt8]) { self.row = row }

    func storedRow(_ account: AccountNumber) -> [UInt8]? { row }
    func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    func storedKey(_ token: Token) -> SequenceNumber? { nil }
    func tokenKey(_ account: AccountNumber) -> TokenKey { .absent }
    func drawKey(_ account: AccountNumber) -> TokenKey { .absent }
    func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] { text }
    func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? { nil }
    func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? { nil }
    func storedID(_ account: AccountNumber) -> (opened: SequenceNumber, sealed: [UInt8])? { nil }
}

private struct Words: WordAssigner {
    var last: UInt32 = 0

    mutating func word(for text: [UInt8]) -> Word {
        last += 1
        return Word(last)
    }
}

private func fuzzRulebook(_ data: [UInt8]) {
    var words = Words()
    switch Rulebook.compile(source: data, file: "fuzz.json5", words: &words) {
    case .success: break
    case .failure(let mistakes): precondition(!"\(mistakes)".isEmpty, "wrong, but nothing is said")
    }
}

/// A connection's bytes: requests until one is incomplete or malformed, each taken apart.
private func fuzzRequests(_ data: [UInt8]) {
    var request = Request()
    var command = Command()
    var at = 0
    while case .complete(let next) = RequestParser.parse(
        data, from: at, to: data.count, into: &request)
    {
        precondition(next > at, "a request without bytes")
        at = next
        guard request.count > 0 else { continue }
        guard let name = CommandTable.lookup(request.bytes, request.arguments[0]) else { continue }
        if name.isWrite {
            _ = try? WriteParser.parse(name, &request, into: &command)
        } else if name.isQuery {
            _ = try? QueryParser.parse(name, request)
        }
    }
}

/// Replies mean the same at once and in two pieces.
private func fuzzReplies(_ data: [UInt8]) {
    let cut = data.count / 2
    precondition(replies([data[...]]) == replies([data[..<cut], data[cut...]]), "a cut matters")
}

private func replies(_ pieces: [ArraySlice<UInt8>]) -> Int {
    var reader = ReplyReader()
    var count = 0
    for piece in pieces {
        reader.append(piece)
        do throws(ReplyFault) {
            while try reader.next() != nil { count += 1 }
        } catch {
            return -1 - count
        }
    }
    return count
}

/// Rows mean the same at once and byte by byte.
private func fuzzRows(_ data: [UInt8], _ decoder: some RowDecoder) {
    var next = 0
    let bytewise = ByteSource(pieceBytes: 1) { buffer in
        guard next < data.count else { return .bytes(0) }
        buffer[0] = data[next]
        next += 1
        return .bytes(1)
    }
    let whole = values(ByteSource(data), decoder)
    let pieced = values(bytewise, decoder)
    precondition(whole == pieced, "a cut matters")
}

private func values(_ source: consuming ByteSource, _ decoder: some RowDecoder) -> [[UInt8]] {
    var decoder = decoder
    var row = Row()
    var values: [[UInt8]] = []
    while true {
        do throws(RowFault) {
            guard try decoder.next(&row, from: &source) else { return values }
            for index in 0..<row.count {
                values.append(Array(row.names[index].utf8))
                values.append(Array(row[index]))
            }
        } catch {
            values.append(Array("\(error)".utf8))
            if error.isFinal { return values }
        }
    }
}

/// A batch whose hashes are right whatever it says, so that what lies behind them is reached.
private func fuzzBatch(_ data: [UInt8]) {
    guard data.count >= 184 else { return }
    var value = data
    value.replaceSubrange(152..<184, with: SHA256.hash(Array(value[..<152])).bytes)
    guard let header = try? BatchHeader(checking: value.span) else { return }
    _ = try? header.forEachEvent(in: value.span, from: 0) { _, _ in true }
}
