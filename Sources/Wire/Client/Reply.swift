/// One reply of the daemon, taken apart. Text stays bytes: what comes from outside may be anything.
package enum Reply: Sendable, Equatable {
    /// A short answer such as `OK` or `QUEUED`.
    case status([UInt8])
    case text([UInt8])
    case integer(Int64)
    /// A RESP3 double or big number, as it was written.
    case number([UInt8])
    case boolean(Bool)
    case null
    case failure(ReplyFailure)
    case array([Reply])
    case set([Reply])
    case push([Reply])
    /// Pairs in the order in which they were sent.
    case map([ReplyPair])
}

package struct ReplyPair: Sendable, Equatable {
    package var name: Reply
    package var value: Reply

    package init(name: Reply, value: Reply) {
        self.name = name
        self.value = value
    }
}

extension Reply {
    /// The text of a status, a text or a number; `nil` for everything else.
    package var string: String? {
        switch self {
        case .status(let bytes), .text(let bytes), .number(let bytes):
            String(decoding: bytes, as: UTF8.self)
        case .integer(let value): String(value)
        default: nil
        }
    }

    /// An integer, also where it was sent as text.
    package var int64: Int64? {
        if case .integer(let value) = self { return value }
        return string.flatMap { Int64($0) }
    }

    package var elements: [Reply]? {
        switch self {
        case .array(let elements), .set(let elements), .push(let elements): elements
        default: nil
        }
    }

    package var pairs: [ReplyPair]? {
        if case .map(let pairs) = self { return pairs }
        return nil
    }

    /// The value that stands under `name` in a map.
    package subscript(name: String) -> Reply? {
        pairs?.first { $0.name.string == name }?.value
    }

    package static func text(_ string: String) -> Reply { .text(Array(string.utf8)) }
}

/// An error reply: a stable code, `name=value` facts for programs, a sentence for people.
package struct ReplyFailure: Error, Sendable, Equatable {
    /// The whole line, as it was sent.
    package var line: String

    package init(_ line: String) { self.line = line }

    /// The first word: `INSUFFICIENT`, `NOPERM`, `ERR` …
    package var code: String {
        let word = line.prefix { $0 != " " }
        return String(word.hasSuffix(":") ? word.dropLast() : word)
    }

    /// The `name=value` pairs between the code and the sentence, in order.
    package var facts: [(name: String, value: String)] {
        parts.facts
    }

    /// What a person reads: the line without its code and facts.
    package var sentence: String {
        parts.sentence
    }

    /// Takes the line apart: words with a `=` follow the code, the last of them ends in `:`, the
    /// rest is the sentence; where there are none, the code ends in it. A line of another shape is a
    /// sentence as a whole.
    private var parts: (facts: [(name: String, value: String)], sentence: String) {
        let first = line.prefix { $0 != " " }
        var rest = line.dropFirst(first.count).drop { $0 == " " }
        let whole = String(rest)
        if first.hasSuffix(":") { return ([], whole) }
        var facts: [(name: String, value: String)] = []
        while true {
            var word = rest.prefix { $0 != " " }
            rest = rest.dropFirst(word.count).drop { $0 == " " }
            let isLast = word.hasSuffix(":")
            if isLast { word = word.dropLast() }
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                return ([], whole)
            }
            facts.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
            if isLast { return (facts, String(rest)) }
            if rest.isEmpty { return (facts, "") }
        }
    }
}
