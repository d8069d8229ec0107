package import Ledger

/// What SUBSCRIBE may name: `account:<id>` and `notice:<name>`.
///
/// A subscriber waits for what may never come, so a channel that can't ever speak is refused.
package enum Channel {
    package static let account = Array("account:".utf8)
    package static let notice = Array("notice:".utf8)

    /// Why nothing can ever be told on a channel of this name; `nil` if something can.
    package static func refuse(_ bytes: [UInt8], _ range: ByteRange) -> Refusal? {
        if let id = rest(bytes, range, after: account), UTF8Text.isAccount(bytes, id) { return nil }
        if let name = rest(bytes, range, after: notice), UTF8Text.isName(bytes, name) { return nil }
        return Misspelt.bad(
            "channel", "a channel is account:<id> or notice:<name of a notice of the rulebook>")
    }

    /// Why nothing fits a pattern: it is longer than any channel or no text.
    package static func refusePattern(_ bytes: [UInt8], _ range: ByteRange) -> Refusal? {
        let text = String(validating: bytes[range.range], as: UTF8.self)
        guard range.count > 0, range.count <= patternBytesMax, let text,
            text.unicodeScalars.allSatisfy({ UTF8Text.isPrintable($0.value) })
        else {
            return Misspelt.bad(
                "pattern",
                "a pattern is 1 to \(patternBytesMax) bytes of printable UTF-8 without spaces")
        }
        return nil
    }

    /// Twice what the longest channel takes, so that all of it may be written with backslashes.
    package static let patternBytesMax = 2 * (8 + Limits.joinedNameBytesMax)

    private static func rest(
        _ bytes: [UInt8], _ range: ByteRange, after prefix: [UInt8]
    ) -> ByteRange? {
        guard range.count > prefix.count, bytes[range.range].starts(with: prefix) else {
            return nil
        }
        return ByteRange(start: range.start + prefix.count, count: range.count - prefix.count)
    }
}
