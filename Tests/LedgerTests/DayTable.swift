import Testing

@testable import Ledger

/// A table of what happens day by day, as a designer would write it down:
///
///     2026-01-05 10:00 | record ada act topic=a | +5 xp, daily 1 of 1
///
/// When it happened (recorded then, unless the row before was recorded later), the command, and all
/// that its event says. `2026-01-05 10:00 @ 2026-02-01 00:00` is recorded at the second time.
struct DayTable {
    private(set) var failures: [String] = []

    /// Runs the rows and reports those that come to something else.
    static func check(_ rulebook: String, _ rows: String) {
        var scenario = Scenario(rulebook: rulebook)
        scenario.now = instant("2000-01-01T00:00:00Z")
        for row in rows.split(separator: "\n") where row.contains("|") {
            let parts = row.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingPrefix(while: { $0 == " " })
            }.map { text in String(text.reversed().drop { $0 == " " }.reversed()) }
            let outcome = scenario.outcome(of: parts[1], when: parts[0])
            #expect(outcome == parts[2], "\(parts[0]) \(parts[1])")
        }
    }
}

/// A time as RFC 3339 writes it.
private func instant(_ text: String) -> Instant {
    let range = ByteRange(start: 0, count: text.utf8.count)
    guard let micros = TimeText.microseconds(Array(text.utf8), range) else {
        Issue.record("'\(text)' is no time")
        return Instant(microseconds: 0)
    }
    return Instant(microseconds: micros)
}

extension Scenario {
    /// Runs a command as of a time, and tells what came of it.
    mutating func outcome(of text: String, when: String) -> String {
        let times = when.split(separator: "@").map { time in
            let parts = time.split(separator: " ")
            return instant("\(parts[0])T\(parts[1])\(parts[1].utf8.count == 5 ? ":00" : "")Z")
        }
        now = max(now, times[times.count - 1])
        return outcome(of: text, at: times[0])
    }

    mutating func outcome(of text: String, at happened: Instant) -> String {
        var command = Script.command(text)
        if happened != now { command.at = happened }
        do {
            let answer = try ledger.execute(command, from: Self.peer, at: now, into: &receipt)
            if case .known(let sequence, _) = answer { return "known \(sequence)" }
        } catch {
            let facts = error.facts.map { " \($0.name)=\($0.value)" }.joined()
            return error.code.rawValue + facts
        }
        commit()
        var event = Event()
        guard let last = log.last, (try? event.decode(last, last.indices)) != nil else {
            return "no event"
        }
        let told = told(event)
        return told.isEmpty ? "nothing" : told.joined(separator: ", ")
    }

    /// All that an event says, but for limits and the values that a goal has counted.
    private mutating func told(_ event: Event) -> [String] {
        let words = ledger.state.words
        var told: [String] = []
        func whose(_ index: Int) -> String {
            index == 0 ? "" : "\(event.accounts[index].account.rawValue): "
        }
        for posting in event.postings {
            var text = whose(posting.account) + (posting.side == .spend ? "-" : "+")
            text += "\(posting.amount) \(words.string(posting.balance.currency))"
            if posting.balance.facet != .none { text += ":\(words.string(posting.balance.facet))" }
            if let why = posting.why {
                text += " (\(why.kind)"
                if why.word != .none { text += " \(words.string(why.word))" }
                text += why.number == 0 ? ")" : " \(why.number))"
            }
            told.append(text)
        }
        for mark in event.marks {
            if let text = self.told(mark) { told.append(whose(mark.account) + text) }
        }
        for rung in event.rungs {
            told.append(
                "\(whose(rung.account))\(words.string(rung.ladder)) \(rung.from) to \(rung.to)")
        }
        for shown in event.shown { told.append("\(words.string(shown.name)) = \(shown.value)") }
        return told
    }

    private func told(_ mark: Event.Mark) -> String? {
        let name = ledger.state.words.string(mark.key.word)
        let qualifier = ledger.state.words.string(Word(mark.key.qualifier))
        guard let value = mark.value else { return "no \(name)" }
        switch mark.key.kind {
        case .streak: return "\(name) \(value.a) of \(value.b)"
        case .goal:
            return value.c == 0 ? "\(name) at \(value.a)" : "\(name) at \(value.a) done \(value.c)"
        case .item: return "\(value.a) \(name)"
        case .fact: return "\(name) is \(value.a)"
        case .claim: return qualifier.isEmpty ? "took \(name)" : "took \(name) \(qualifier)"
        case .limit, .goalMember: return nil
        default: return "\(name) marked"
        }
    }
}
