package import Ledger

extension ReplyWriter {
    /// The parts of a receipt that few have: rungs reached, items granted, what became claimable.
    mutating func gains(of receipt: borrowing Receipt, names: some Naming) {
        if !receipt.reached.isEmpty { reached(receipt, names: names) }
        if !receipt.granted.isEmpty {
            fragment(ReceiptKeys.granted)
            array(receipt.granted.count)
            for item in receipt.granted { bulk { names.appendText(of: item, to: &$0) } }
        }
        if !receipt.claimable.isEmpty { claimable(receipt, names: names) }
    }

    private mutating func reached(_ receipt: borrowing Receipt, names: some Naming) {
        fragment(ReceiptKeys.reached)
        array(receipt.reached.count)
        for rung in receipt.reached {
            let isOther = rung.account != receipt.account
            map(isOther ? 4 : 3)
            if isOther {
                fragment(ReceiptKeys.account)
                bulk { names.appendID(of: rung.account, to: &$0) }
            }
            fragment(ReceiptKeys.ladder)
            bulk { names.appendText(of: rung.ladder, to: &$0) }
            fragment(ReceiptKeys.from)
            self.rung(rung.from, of: rung.ladder, rules: receipt.rules, names: names)
            fragment(ReceiptKeys.to)
            self.rung(rung.to, of: rung.ladder, rules: receipt.rules, names: names)
        }
    }

    private mutating func claimable(_ receipt: borrowing Receipt, names: some Naming) {
        fragment(ReceiptKeys.claimable)
        array(receipt.claimable.count)
        let (account, rules) = (receipt.account, receipt.rules)
        for claim in receipt.claimable {
            bulk { text in
                if claim.account != account {
                    names.appendID(of: claim.account, to: &text)
                    text.append(UInt8(ascii: " "))
                }
                names.appendClaim(claim.offer, claim.values, rules: rules, to: &text)
            }
        }
    }

    /// A rung by its name on a named ladder, else as an integer.
    package mutating func rung(
        _ rung: Int64, of ladder: Word, rules: UInt32, names: some Naming
    ) {
        var isNamed = false
        let rollback = bytes.count
        bulk { isNamed = names.appendRung(rung, of: ladder, rules: rules, to: &$0) }
        guard !isNamed else { return }
        bytes.removeSubrange(rollback...)
        integer(rung)
    }

    /// An integer if it is one, else the text `p/q`.
    package mutating func rational(_ value: Rational) {
        guard value.denominator != 1 else { return integer(value.numerator) }
        bulk { $0.appendRational(value) }
    }
}

extension [UInt8] {
    /// Appends `currency[:facet]`.
    package mutating func appendBalance(_ balance: BalanceName, names: some Naming) {
        names.appendText(of: balance.currency, to: &self)
        guard balance.facet != .none else { return }
        append(UInt8(ascii: ":"))
        names.appendText(of: balance.facet, to: &self)
    }
}

enum ReceiptKeys {
    static let sequence = Fragment.bulk("seq")
    static let time = Fragment.bulk("time")
    static let duplicate = Fragment.bulk("duplicate")
    static let changes = Fragment.bulk("changes")
    static let balances = Fragment.bulk("balances")
    static let reached = Fragment.bulk("reached")
    static let granted = Fragment.bulk("granted")
    static let claimable = Fragment.bulk("claimable")
    static let explain = Fragment.bulk("explain")
    static let account = Fragment.bulk("account")
    static let ladder = Fragment.bulk("ladder")
    static let from = Fragment.bulk("from")
    static let to = Fragment.bulk("to")
}
