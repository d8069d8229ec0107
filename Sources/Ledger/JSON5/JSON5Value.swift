/// A value of a JSON5 document, and where in the source it begins (in bytes).
struct JSON5Value: Sendable {
    indirect enum Kind: Sendable {
        case null
        case bool(Bool)
        case number(Rational)
        case string(JSON5String)
        case array([JSON5Value])
        case object([JSON5Member])
        /// Wrong in a way that is reported already: whoever meets it says nothing more.
        case broken
    }

    let kind: Kind
    let offset: Int

    /// With its article, for messages.
    var phrase: String {
        switch kind {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text in quotes"
        case .array: "a list"
        case .object: "an object"
        case .broken: "something unreadable"
        }
    }

    var isBroken: Bool { if case .broken = kind { true } else { false } }
}

struct JSON5Member: Sendable {
    let key: String
    let keyOffset: Int
    let value: JSON5Value
}

/// A string's bytes (valid UTF-8), and where in the source each of them came from.
struct JSON5String: Sendable {
    let bytes: [UInt8]
    /// The first byte after the opening quote.
    let contentOffset: Int
    /// Where escapes made the source longer than the text: ascending.
    let shifts: [Shift]

    struct Shift: Sendable {
        /// From this byte of the text on …
        let index: Int
        /// … the source is so many bytes further.
        let by: Int
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Where in the source a byte of the text stands.
    func sourceOffset(of index: Int) -> Int {
        let shift = shifts.last { $0.index <= index }?.by ?? 0
        return contentOffset + index + shift
    }
}
