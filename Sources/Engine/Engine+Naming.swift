package import Ledger

extension Engine: Naming {
    package func appendText(of word: Word, to text: inout [UInt8]) {
        text.append(contentsOf: ledger.text(of: word))
    }

    package func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        text.append(contentsOf: ledger.id(of: account))
    }

    package func appendRung(
        _ rung: Int64, of ladder: Word, rules number: UInt32, to text: inout [UInt8]
    ) -> Bool {
        guard let name = rulebook(number).ladder(ladder)?.name(of: rung) else { return false }
        text.append(contentsOf: ledger.state.words.text(name))
        return true
    }

    package func hasNamedRungs(_ ladder: Word, rules number: UInt32) -> Bool {
        rulebook(number).ladder(ladder).map { !$0.names.isEmpty } ?? false
    }

    package func appendClaim(
        _ offer: Word, _ values: Word, rules number: UInt32, to text: inout [UInt8]
    ) {
        rulebook(number).appendClaim(
            offer, values, offerText: ledger.text(of: offer), ledger.text(of: values), to: &text)
    }

    /// A rulebook by number, compiled; the one in force where that number isn't known.
    package func rulebook(_ number: UInt32) -> Rulebook {
        if number == ledger.rulesNumber { return ledger.rules }
        if let compiled = olderRules[number] { return compiled }
        let compiled = ledger.compiled(number) ?? ledger.rules
        olderRules[number] = compiled
        return compiled
    }
}

// What reads name, resolved.
extension Engine {
    /// The account of an id, or of `~<number>`; `nil` if it was never seen.
    package func account(_ bytes: [UInt8], _ range: Range<Int>) -> AccountNumber? {
        guard let first = range.first, bytes[first] == UInt8(ascii: "~") else {
            return ledger.state.find(bytes, range)
        }
        let text = String(decoding: bytes[range.dropFirst()], as: UTF8.self)
        guard let number = UInt32(text), number >= 1, number <= ledger.state.accountCount,
            String(number) == text
        else { return nil }
        return AccountNumber(number)
    }

    package func view(_ account: AccountNumber?) -> AccountView {
        guard let account else { return AccountView() }
        return ledger.state.view(account)
    }

    package func last(_ account: AccountNumber) -> SequenceNumber { ledger.state.last(account) }

    /// The newest event that an answer could have seen which tells of this account and of the rules.
    package func newest(of account: AccountNumber) -> SequenceNumber {
        max(ledger.rulesSince, last(account))
    }

    /// The balance that `currency[:facet]` names.
    ///
    /// - Throws: UNDECLARED for a currency that no rulebook had. A facet that no event ever
    ///   named gives a balance that nobody has.
    package func balance(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(Refusal) -> BalanceName {
        let colon = bytes[range].firstIndex(of: UInt8(ascii: ":")) ?? range.upperBound
        let words = ledger.state.words
        guard let currency = words.find(bytes, range.lowerBound..<colon),
            isCurrency(currency)
        else {
            let text = String(decoding: bytes[range.lowerBound..<colon], as: UTF8.self)
            throw Refusal(
                .undeclared, [.init("currency", text)], "the rulebook declares no currency \(text)")
        }
        guard colon < range.upperBound else { return BalanceName(currency: currency) }
        let facet = words.find(bytes, (colon + 1)..<range.upperBound)
        return BalanceName(currency: currency, facet: facet ?? Word.unmet)
    }

    /// Refuses a balance that the rules don't let be, unless the account has one from earlier rules: a
    /// divided currency as a whole, a facet that isn't listed.
    package func checkAllowed(
        _ balance: BalanceName, _ text: @autoclosure () -> String, of account: AccountNumber?
    ) throws(Refusal) {
        guard let rule = ledger.rules.currency(balance.currency), !rule.allows(facet: balance.facet)
        else { return }
        if let account, ledger.state.value(account, CellKey(balance)) != nil { return }
        let name = text()
        throw Refusal(
            .undeclared, [.init("balance", name)],
            balance.facet == .none
                ? "\(name) is divided: name a facet of it, as in \(name):<facet>"
                : "the rulebook has no balance \(name)")
    }

    /// Whether the rulebook has the currency, or had it when it was last posted: what accounts have
    /// doesn't go away with the rules.
    package func isCurrency(_ word: Word) -> Bool {
        ledger.rules.currencyPosition(word) != nil
            || ledger.state.value(.ledger, CellKey(.balance, word)) != nil
    }

    /// The actors that stand for an account named by BY.
    package func actors(by account: AccountNumber) -> [UInt32] {
        ledger.state.actors.indices
            .filter { ledger.state.actors[$0].by == account }
            .map { UInt32($0 + 1) }
    }
}
