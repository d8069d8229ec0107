package import Ledger

extension ValueWriter {
    /// What is wrong in a rulebook: what RULES CHECK answers.
    package mutating func mistakes(_ mistakes: Mistakes) {
        map { writer in
            writer.key("valid")
            writer.truth(false)
            writer.key("mistakes")
            writer.list { writer in
                for mistake in mistakes.list {
                    writer.map { writer in
                        writer.key("line")
                        writer.number(Int64(mistake.line))
                        writer.key("column")
                        writer.number(Int64(mistake.column))
                        writer.key("message")
                        writer.text(mistake.message)
                    }
                }
            }
        }
    }

    /// What RULES CHECK answers.
    package mutating func verdict(_ checked: Result<Rulebook, Mistakes>) {
        switch checked {
        case .failure(let mistakes): self.mistakes(mistakes)
        case .success:
            map { writer in
                writer.key("valid")
                writer.truth(true)
            }
        }
    }

    /// What other rules would have made of the history: what RULES DIFF answers.
    package mutating func trial(_ result: TrialResult, _ names: some Naming) {
        map { writer in
            writer.key("valid")
            writer.truth(true)
            writer.key("same")
            writer.truth(result.isSame)
            writer.key("seq")
            writer.sequence(result.head)
            writer.key("commands")
            writer.map { writer in
                for (name, count) in [
                    ("same", result.same), ("changed", result.changed),
                    ("refused", result.refused),
                ] {
                    writer.key(name)
                    writer.sequence(count)
                }
            }
            writer.key("accounts")
            writer.map { writer in
                for (name, count) in [
                    ("all", result.accounts), ("differ", result.accountsDiffering),
                    ("balances", result.accountsWithOtherBalances),
                    ("rungs", result.accountsWithOtherRungs),
                ] {
                    writer.key(name)
                    writer.number(Int64(count))
                }
            }
            writer.key("refused")
            writer.lines(result.refusals, names)
            writer.key("changed")
            writer.lines(result.changes, names)
            writer.key("currencies")
            writer.list { writer in
                for currency in result.currencies { writer.currency(currency, names) }
            }
            writer.key("ladders")
            writer.list { writer in for ladder in result.ladders { writer.ladder(ladder) } }
        }
    }

    private mutating func lines(_ lines: [TrialResult.Line], _ names: some Naming) {
        list { writer in
            for line in lines {
                writer.map { writer in
                    if let code = line.code {
                        writer.key("code")
                        writer.text(code.rawValue)
                    }
                    writer.key("command")
                    writer.text(line.command)
                    writer.key("count")
                    writer.sequence(line.count)
                    writer.key("first")
                    writer.sequence(line.first)
                    if !line.reason.isEmpty {
                        writer.key("reason")
                        writer.text(RetoldName.spelled(line.reason, names))
                    }
                }
            }
        }
    }

    private mutating func currency(_ currency: TrialResult.Currency, _ names: some Naming) {
        map { writer in
            writer.key("currency")
            writer.text(currency.name)
            writer.key("before")
            writer.sum(currency.before)
            writer.key("after")
            writer.sum(currency.after)
            writer.key("gaining")
            writer.number(Int64(currency.gaining))
            writer.key("losing")
            writer.number(Int64(currency.losing))
            writer.key("gains")
            writer.changes(currency.gains, names)
            writer.key("losses")
            writer.changes(currency.losses, names)
        }
    }

    private mutating func changes(_ changes: [TrialResult.Change], _ names: some Naming) {
        list { writer in
            for change in changes {
                writer.map { writer in
                    writer.key("account")
                    writer.account(change.account, names)
                    writer.key("before")
                    writer.sum(change.before)
                    writer.key("after")
                    writer.sum(change.after)
                    writer.key("change")
                    writer.sum(change.difference)
                }
            }
        }
    }

    private mutating func ladder(_ ladder: TrialResult.Ladder) {
        map { writer in
            writer.key("ladder")
            writer.text(ladder.name)
            writer.key("rises")
            writer.number(Int64(ladder.rises))
            writer.key("falls")
            writer.number(Int64(ladder.falls))
            writer.key("rungs")
            writer.list { writer in
                for row in ladder.rows {
                    writer.map { writer in
                        writer.key("rung")
                        writer.text(row.rungs)
                        writer.key("before")
                        writer.number(Int64(row.before))
                        writer.key("after")
                        writer.number(Int64(row.after))
                    }
                }
            }
        }
    }

    /// As a text where it leaves 64 bits: a sum over facets may.
    private mutating func sum(_ value: Int128) {
        if let number = Int64(exactly: value) { self.number(number) } else { text("\(value)") }
    }
}
