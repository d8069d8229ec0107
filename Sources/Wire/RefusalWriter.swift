package import Ledger

extension ReplyWriter {
    /// Writes a refusal as an error: `CODE name=value …: sentence`.
    ///
    /// - Parameter command: the number, from 1, of the refused command of a group; it becomes the
    ///   first pair.
    package mutating func refusal(_ refusal: Refusal, command: Int? = nil) {
        bytes.append(UInt8(ascii: "-"))
        bytes.append(contentsOf: refusal.code.rawValue.utf8)
        if let command { bytes.append(contentsOf: " command=\(command)".utf8) }
        for fact in refusal.facts {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: fact.name.utf8)
            bytes.append(UInt8(ascii: "="))
            bytes.appendEscaped(fact.value, isFact: true)
        }
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        bytes.appendEscaped(refusal.sentence)
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Writes why a peer's bytes are no request; the connection is closed after it.
    package mutating func malformed(_ fault: Malformed) {
        error("ERR Protocol error: \(fault.rawValue)")
    }

    /// Clients that probe for commands look for these words.
    package mutating func unknownCommand(_ request: Request) {
        error("ERR unknown command '\(Misspelt.quoted(request.bytes, request.arguments[0]))'")
    }

    package mutating func wrongArity(_ name: String) {
        error("ERR wrong number of arguments for '\(name)' command")
    }
}
