import Engine
import Ledger
import Proof
import Wire

// RULES.

extension Front {
    func rules(_ query: Query, _ connection: Connection) throws(Refusal) -> Dispatched {
        switch query {
        case .rulesList: listRules(connection)
        case .rulesGet(let number): try getRules(number, connection)
        case .rulesCheck(let text): checkRules(Array(request.bytes[text.range]), connection)
        case .rulesDiff(let text):
            return try tryRules(Array(request.bytes[text.range]), connection)
        case .rulesPut(let text):
            let number = try adopt(Array(request.bytes[text.range]), from: connection.peer)
            values(on: connection) { writer in
                writer.map { writer in
                    writer.key("rules")
                    writer.number(Int64(number))
                    writer.key("seq")
                    writer.sequence(engine.head)
                }
            }
        default: preconditionFailure("not about rules")
        }
        return .answered
    }

    private func listRules(_ connection: Connection) {
        let inForce = engine.ledger.rulesNumber
        values(on: connection) { writer in
            writer.list { writer in
                for adopted in engine.ledger.state.rulebooks {
                    writer.map { writer in
                        writer.key("rules")
                        writer.number(Int64(adopted.number))
                        writer.key("seq")
                        writer.sequence(adopted.sequence)
                        writer.key("hash")
                        writer.text { $0.appendHex(adopted.hash) }
                        writer.key("bytes")
                        writer.number(Int64(adopted.length))
                        writer.key("in_force")
                        writer.truth(adopted.number == inForce)
                    }
                }
            }
        }
    }

    private func getRules(_ number: UInt32?, _ connection: Connection) throws(Refusal) {
        let wanted = number ?? engine.ledger.rulesNumber
        guard let adopted = engine.ledger.state.rulebooks.first(where: { $0.number == wanted })
        else {
            throw Refusal(
                .notFound, [.init("rules", "\(wanted)")],
                wanted == 0 ? "no rulebook was adopted yet" : "there is no rulebook \(wanted)")
        }
        connection.output.writer.verbatim(String(decoding: adopted.text, as: UTF8.self))
    }

    private func checkRules(_ source: [UInt8], _ connection: Connection) {
        let result = engine.ledger.check(
            source, file: "rulebook", scrutiny: ZoneFiles.scrutiny)
        values(on: connection) { $0.verdict(result) }
    }

    /// Brings a rulebook into force.
    private func adopt(_ source: [UInt8], from peer: Peer) throws(Refusal) -> UInt32 {
        guard engine.ledger.buffer.hasRoom else {
            throw Refusal(.busy, [], "the batch being gathered is full: try again")
        }
        try engine.checkRoom(bytesMore: 2 * source.count)
        if let current = engine.ledger.state.rules, current.text == source {
            throw Refusal(
                .taken, [.init("rules", "\(current.number)")],
                "this very rulebook is in force already")
        }
        do throws(Mistakes) {
            let number = try engine.ledger.adopt(
                source, hash: SHA256.hash(source.span).bytes, file: "rulebook", from: peer,
                at: wall, scrutiny: ZoneFiles.scrutiny)
            engine.fillBoards(at: wall)
            return number
        } catch {
            throw Self.refusal(of: error)
        }
    }

    static func refusal(of mistakes: Mistakes) -> Refusal {
        var facts = [Refusal.Fact("mistakes", "\(mistakes.list.count)")]
        if let first = mistakes.list.first {
            facts += [.init("line", "\(first.line)"), .init("column", "\(first.column)")]
        }
        let lines = mistakes.list.prefix(20).map { "\($0.line):\($0.column): \($0.message)" }
        return Refusal(.rules, facts, lines.joined(separator: "; "))
    }
}

extension [UInt8] {
    fileprivate mutating func appendHex(_ bytes: [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            append(digits[Int(byte >> 4)])
            append(digits[Int(byte & 15)])
        }
    }
}
