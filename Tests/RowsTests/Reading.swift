@testable import Rows

/// All that a decoder makes of some bytes.
struct Reading: Equatable {
    var names: [String] = []
    /// With their lines.
    var rows: [[String]] = []
    var faults: [RowFault] = []

    init(_ bytes: [UInt8], _ decoder: some RowDecoder, pieceBytes: Int? = nil) {
        var source = pieceBytes.map { inPieces(bytes, of: $0) } ?? ByteSource(bytes)
        var decoder = decoder
        var row = Row()
        while faults.last?.isFinal != true {
            do throws(RowFault) {
                guard try decoder.next(&row, from: &source) else { break }
                names = row.names
                rows.append((0..<row.count).map { String(decoding: row[$0], as: UTF8.self) })
            } catch {
                faults.append(error)
            }
        }
    }
}

private func inPieces(_ bytes: [UInt8], of count: Int) -> ByteSource {
    var next = 0
    return ByteSource(pieceBytes: count) { buffer in
        let end = min(next + count, bytes.count)
        buffer.replaceSubrange(0..<(end - next), with: bytes[next..<end])
        defer { next = end }
        return .bytes(end - next)
    }
}

/// The golden bytes cut short everywhere, and with each byte changed to each other one.
func damaged(_ golden: String) -> [[UInt8]] {
    let bytes = Array(golden.utf8)
    var all = (0...bytes.count).map { Array(bytes[..<$0]) }
    for index in bytes.indices {
        for value in 0...255 {
            var changed = bytes
            changed[index] = UInt8(value)
            all.append(changed)
        }
    }
    return all
}

/// What was read, written anew with every value in quotes.
func csv(_ reading: Reading) -> [UInt8] {
    ([reading.names] + reading.rows).map { row in
        row.map {
            "\""
                + $0.split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }.joined().utf8.map { $0 }
}

/// Random numbers that a seed repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
