package import Ledger

extension Engine {
    /// What there is to tell of an event, by the rulebook that decided it.
    package func notices(of event: Event) -> [Notice] {
        guard event.rules > 0 else { return [] }
        let rules = rulebook(event.rules)
        guard !rules.parts.notices.isEmpty else { return [] }
        return rules.notices(of: event, words: ledger.state.words)
    }

    /// The fields that PROFILE has besides, of an account as it was at that time.
    package func shownFields(_ view: AccountView, at time: Instant) -> [Field] {
        ledger.rules.shownFields(view, at: time, words: ledger.state.words)
    }
}
