package import Ledger

/// Appends RESP replies to a flat buffer, in the version that the peer asked for.
///
/// RESP2 has no maps, nulls of their own, booleans, doubles or pushes: it gets flat arrays, null
/// bulk strings, 0 and 1, texts and arrays.
package struct ReplyWriter: Sendable {
    package var bytes: [UInt8] = []
    package var isRESP3 = false
    private var scratch: [UInt8] = []

    package init(isRESP3: Bool = false) {
        self.isRESP3 = isRESP3
    }

    // MARK: Aggregates: write the header, then the elements.

    package mutating func array(_ count: Int) { header("*", count) }

    /// A map of `count` pairs.
    package mutating func map(_ count: Int) {
        if isRESP3 { header("%", count) } else { header("*", count * 2) }
    }

    /// Begins an array or a map of which it will turn out how much it holds.
    ///
    /// - Returns: its place, for `close`.
    mutating func open(isMap: Bool) -> Int {
        let place = bytes.count
        header(isMap && isRESP3 ? "%" : "*", 0)
        return place
    }

    /// - Parameter count: items, or pairs of them.
    mutating func close(_ place: Int, isMap: Bool, count: Int) {
        let count = isMap && !isRESP3 ? 2 * count : count
        let digit = place + 1
        if count < 10 {
            bytes[digit] += UInt8(truncatingIfNeeded: count)
        } else {
            var digits: [UInt8] = []
            digits.appendDecimal(UInt64(count))
            bytes.replaceSubrange(digit...digit, with: digits)
        }
    }

    package mutating func set(_ count: Int) { header(isRESP3 ? "~" : "*", count) }

    package mutating func push(_ count: Int) { header(isRESP3 ? ">" : "*", count) }

    // MARK: Texts

    /// A simple string. `text` must be ours: printable, without a line end.
    package mutating func simple(_ text: String) {
        bytes.append(UInt8(ascii: "+"))
        bytes.append(contentsOf: text.utf8)
        lineEnd()
    }

    package mutating func ok() { fragment(Fragment.ok) }

    package mutating func bulk(_ text: String) {
        let text = text.utf8
        header("$", text.count)
        bytes.append(contentsOf: text)
        lineEnd()
    }

    package mutating func bulk(_ text: [UInt8]) {
        header("$", text.count)
        bytes.append(contentsOf: text)
        lineEnd()
    }

    package mutating func bulk(_ buffer: [UInt8], _ range: ByteRange) {
        header("$", range.count)
        bytes.append(contentsOf: buffer[range.range])
        lineEnd()
    }

    /// A bulk string of what `fill` appends.
    package mutating func bulk(_ fill: (inout [UInt8]) -> Void) {
        scratch.removeAll(keepingCapacity: true)
        fill(&scratch)
        header("$", scratch.count)
        bytes.append(contentsOf: scratch)
        lineEnd()
    }

    /// A text meant to be shown as it is, with its line ends.
    package mutating func verbatim(_ text: String) {
        guard isRESP3 else { return bulk(text) }
        header("=", text.utf8.count + 4)
        bytes.append(contentsOf: "txt:".utf8)
        bytes.append(contentsOf: text.utf8)
        lineEnd()
    }

    /// Encoded bytes as they are.
    package mutating func fragment(_ encoded: [UInt8]) { bytes.append(contentsOf: encoded) }

    // MARK: Scalars

    package mutating func integer(_ value: Int64) {
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDecimal(value)
        lineEnd()
    }

    /// A sequence number or a count; RESP integers are signed.
    package mutating func integer(_ value: UInt64) { integer(Int64(clamping: value)) }

    package mutating func integer(_ value: Int) { integer(Int64(value)) }

    package mutating func boolean(_ value: Bool) {
        if isRESP3 {
            fragment(value ? Fragment.yes : Fragment.no)
        } else {
            integer(value ? 1 : 0)
        }
    }

    package mutating func double(_ value: Double) {
        guard isRESP3 else { return bulk("\(value)") }
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: "\(value)".utf8)
        lineEnd()
    }

    package mutating func null() { fragment(isRESP3 ? Fragment.null : Fragment.nullBulk) }

    /// The absence of an array: what a blocking read answers when its time is up.
    package mutating func nullArray() { fragment(isRESP3 ? Fragment.null : Fragment.nullArray) }

    /// An instant as RFC 3339 text with microseconds.
    package mutating func time(_ instant: Instant) {
        fragment(Fragment.timeHeader)
        bytes.appendTime(instant)
        lineEnd()
    }

    /// Nested values.
    package mutating func values(_ body: (inout RESPValues) -> Void) {
        // Not both at once: what is in two hands is copied.
        var values = RESPValues(self)
        self = ReplyWriter()
        body(&values)
        self = values.reply
    }

    // MARK: Errors

    /// An error line. Line ends and other control characters in `line` are escaped, whoever wrote
    /// them: a reply can't be split in two.
    package mutating func error(_ line: String) {
        bytes.append(UInt8(ascii: "-"))
        bytes.appendEscaped(line)
        lineEnd()
    }

    // MARK: Parts

    private mutating func header(_ type: Unicode.Scalar, _ count: Int) {
        bytes.append(UInt8(ascii: type))
        if count < 10 {
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: count))
        } else {
            bytes.appendDecimal(Int64(count))
        }
        lineEnd()
    }

    private mutating func lineEnd() {
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}

/// Replies, and keys of replies, that are always the same.
package enum Fragment {
    package static let ok = Array("+OK\r\n".utf8)
    package static let queued = Array("+QUEUED\r\n".utf8)
    package static let pong = Array("+PONG\r\n".utf8)
    static let yes = Array("#t\r\n".utf8)
    static let no = Array("#f\r\n".utf8)
    static let null = Array("_\r\n".utf8)
    static let nullBulk = Array("$-1\r\n".utf8)
    static let nullArray = Array("*-1\r\n".utf8)
    static let timeHeader = Array("$27\r\n".utf8)

    /// A bulk string, encoded.
    package static func bulk(_ text: String) -> [UInt8] {
        Array("$\(text.utf8.count)\r\n\(text)\r\n".utf8)
    }
}
