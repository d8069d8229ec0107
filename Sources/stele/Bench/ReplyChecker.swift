import Wire

/// Checks every answer to one kind of command: quickly if it has a shape that was right before, else by
/// taking it apart.
struct ReplyChecker {
    enum Verdict {
        /// More bytes must come first.
        case incomplete
        case right(end: Int)
        /// A refusal that may happen.
        case refused(end: Int)
        case wrong(end: Int, String)
        /// The stream can't be read on.
        case broken(String)
    }

    private let expected: ExpectedReply
    private var patterns: [ReplyPattern] = []
    private let limits = ReplyLimits()

    /// Shapes remembered: a receipt with and without a rung reached, and some more.
    private static let patternsMax = 8

    init(_ expected: ExpectedReply) { self.expected = expected }

    /// Checks the answer that begins at `start` of `bytes`, of which those up to `limit` have come.
    /// - Parameter sequence: the connection's newest sequence number; a write's answer raises it.
    mutating func check(
        _ bytes: Span<UInt8>, from start: Int, limit: Int, sequence: inout UInt64
    ) -> Verdict {
        for index in patterns.indices {
            var found = ReplyPattern.Found()
            let end = unsafe patterns[index].match(bytes.bytes, from: start, limit: limit, &found)
            guard let end else { continue }
            if !patterns[index].hasSequence {
                guard found.imbalance == 0 else {
                    return .wrong(end: end, "the balance doesn't add up")
                }
            } else {
                guard found.sequence > sequence else {
                    return .wrong(end: end, "sequence number \(found.sequence) after \(sequence)")
                }
                sequence = found.sequence
            }
            return .right(end: end)
        }
        return takeApart(bytes.extracting(start..<limit), from: start, sequence: &sequence)
    }

    private mutating func takeApart(
        _ bytes: Span<UInt8>, from start: Int, sequence: inout UInt64
    ) -> Verdict {
        do throws(ReplyFault) {
            guard let count = try ReplyReader.length(of: bytes, limits: limits) else {
                return .incomplete
            }
            let end = start + count
            let reply = try ReplyReader.parse(bytes.extracting(..<count), limits: limits)
            if let mistake = mistake(in: reply, sequence: &sequence) {
                if case .failure(let failure) = reply, mayBe(failure) { return .refused(end: end) }
                return .wrong(end: end, mistake)
            }
            if patterns.count < Self.patternsMax {
                patterns.append(ReplyPattern(reply, isProfile: expected == .profile))
            }
            return .right(end: end)
        } catch {
            return .broken(error.description)
        }
    }

    private func mayBe(_ failure: ReplyFailure) -> Bool {
        if case .receiptOrInsufficient = expected { return failure.code == "INSUFFICIENT" }
        return false
    }

    /// What is wrong with the answer, if anything.
    private func mistake(in reply: Reply, sequence: inout UInt64) -> String? {
        if case .failure(let failure) = reply { return failure.line }
        guard reply.pairs != nil else { return "not a map" }
        switch expected {
        case .profile:
            guard let balances = reply["balances"]?.pairs, reply["seq"]?.int64 != nil else {
                return "not a profile"
            }
            return balances.lazy.compactMap { balanceMistake(in: $0.value) }.first
        case .balance: return balanceMistake(in: reply)
        case .anyReceipt: return receiptMistake(in: reply, sequence: &sequence)
        case .receipt(let balance, let amount), .receiptOrInsufficient(let balance, let amount):
            if let mistake = receiptMistake(in: reply, sequence: &sequence) { return mistake }
            let change = reply["changes"]?[balance]?.int64
            guard change == amount else {
                return
                    "changed \(balance) by \(change.map(String.init) ?? "nothing"), not \(amount)"
            }
            return reply["balances"]?[balance]?.int64 == nil ? "no balance afterwards" : nil
        }
    }

    private func balanceMistake(in reply: Reply) -> String? {
        let parts = ["earned", "spent", "held", "available"].map { reply[$0]?.int64 }
        guard let earned = parts[0], let spent = parts[1], let held = parts[2],
            let available = parts[3]
        else { return "not a balance" }
        return earned &- spent &- held == available ? nil : "the balance doesn't add up"
    }

    private func receiptMistake(in reply: Reply, sequence: inout UInt64) -> String? {
        guard let number = reply["seq"]?.int64, number > 0 else { return "no sequence number" }
        guard reply["duplicate"]?.isTrue == false else { return "taken for a duplicate" }
        guard UInt64(number) > sequence else {
            return "sequence number \(number) after \(sequence)"
        }
        sequence = UInt64(number)
        return nil
    }
}
