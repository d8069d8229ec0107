package import Ledger

extension ValueWriter {
    /// A notice: its name, its event, its account, and the fields that the rulebook gives it.
    package mutating func notice(_ notice: Notice, of event: Event, _ names: some Naming) {
        map { writer in
            writer.key("notice")
            writer.text(notice.name)
            writer.key("seq")
            writer.sequence(event.sequence)
            writer.key("account")
            writer.account(notice.account, names)
            writer.fields(notice.fields, rules: event.rules, names)
        }
    }

    /// Fields of a map that is being written.
    mutating func fields(_ fields: [Field], rules: UInt32, _ names: some Naming) {
        for field in fields {
            key(field.name)
            value(field.value, rules: rules, names)
        }
    }

    private mutating func value(_ value: Field.Value, rules: UInt32, _ names: some Naming) {
        switch value {
        case .number(let number): fraction(number)
        case .truth(let isTrue): truth(isTrue)
        case .text(let bytes): text { $0.append(contentsOf: bytes) }
        case .word(let word): self.word(word, names)
        case .account(let account): self.account(account, names)
        case .rung(let rung, let ladder): self.rung(rung, of: ladder, rules: rules, names)
        case .list(let values):
            list { writer in
                for value in values { writer.value(value, rules: rules, names) }
            }
        case .fields(let inner): map { $0.fields(inner, rules: rules, names) }
        }
    }
}
