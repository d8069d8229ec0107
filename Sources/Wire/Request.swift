package import Ledger

/// One request taken off the wire: its bytes and where its arguments lie in them.
///
/// A value is reused from request to request, so that reading one allocates nothing.
package struct Request: Sendable {
    /// The whole frame as it was sent.
    package var bytes: [UInt8] = []
    /// The arguments, the command's name first; they point into `bytes`.
    package var arguments: [ByteRange] = []

    package init() {}

    /// A request with these arguments, as a client would send it.
    package init(_ arguments: [[UInt8]]) {
        for argument in arguments {
            self.arguments.append(ByteRange(start: bytes.count, count: argument.count))
            bytes.append(contentsOf: argument)
        }
    }

    package init(_ arguments: [String]) {
        self.init(arguments.map { Array($0.utf8) })
    }

    package var count: Int { arguments.count }

    /// An argument as text; what isn't UTF-8 is replaced. Not for the hot path.
    package func text(_ index: Int) -> String {
        String(decoding: bytes[arguments[index].range], as: UTF8.self)
    }

    /// Whether an argument is this word in any case; `upper` is in upper case.
    package func argument(_ index: Int, is upper: String) -> Bool {
        let range = arguments[index]
        guard range.count == upper.utf8.count else { return false }
        var at = range.start
        for byte in upper.utf8 {
            guard bytes[at].uppercased == byte else { return false }
            at += 1
        }
        return true
    }
}

extension UInt8 {
    /// The letter in upper case, any other byte as it is.
    var uppercased: UInt8 { self >= 0x61 && self <= 0x7A ? self & 0xDF : self }
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}

/// Up to sixteen bytes as two integers, letters in upper case: names compare in two instructions.
struct FoldedName: Hashable, Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    /// `nil` if the name is empty or longer than any command's.
    init?(_ bytes: [UInt8], _ range: ByteRange) {
        guard range.count > 0, range.count <= 16 else { return nil }
        var shift: UInt64 = 0
        let end = range.start + range.count
        let middle = min(end, range.start + 8)
        for index in range.start..<middle {
            low |= UInt64(bytes[index].uppercased) << shift
            shift += 8
        }
        shift = 0
        for index in middle..<end {
            high |= UInt64(bytes[index].uppercased) << shift
            shift += 8
        }
    }

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes, ByteRange(start: 0, count: bytes.count))
    }
}
