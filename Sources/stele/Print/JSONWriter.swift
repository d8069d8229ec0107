import Wire

/// Writes JSON (RFC 8259), compact and in the order given.
enum JSONWriter {
    static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { string($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
    }

    static func array(_ elements: [String]) -> String {
        "[" + elements.joined(separator: ",") + "]"
    }

    /// A reply as JSON: maps become objects, numbers too long for JSON stay text.
    static func reply(_ reply: Reply) -> String {
        switch reply {
        case .status(let bytes), .text(let bytes): string(String(decoding: bytes, as: UTF8.self))
        case .integer(let value): String(value)
        case .number(let bytes): string(String(decoding: bytes, as: UTF8.self))
        case .boolean(let value): value ? "true" : "false"
        case .null: "null"
        case .failure(let failure): failureObject(failure)
        case .array(let elements), .set(let elements), .push(let elements):
            array(elements.map(self.reply))
        case .map(let pairs):
            object(pairs.map { ($0.name.string ?? self.reply($0.name), self.reply($0.value)) })
        }
    }

    /// `{"error":{"code":…,"facts":{…},"message":…}}`.
    static func failureObject(_ failure: ReplyFailure) -> String {
        object([
            (
                "error",
                object([
                    ("code", string(failure.code)),
                    ("facts", object(failure.facts.map { ($0.name, string($0.value)) })),
                    ("message", string(failure.sentence)),
                ])
            )
        ])
    }
}
