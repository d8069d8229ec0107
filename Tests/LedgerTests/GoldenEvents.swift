@testable import Ledger

/// One event of each kind and payload, and with each part: what the log's format is held to.
enum GoldenEvents {
    static let all: [(name: String, event: Event)] = [
        ("genesis", genesis), ("name-word", word), ("name-actor", actor), ("rules-head", rulesHead),
        ("rules-part", rulesPart), ("account-opened", opened), ("account-frozen", changed(.frozen)),
        ("account-unfrozen", changed(.unfrozen)), ("account-forgotten", changed(.forgotten)),
        ("award-plain", award), ("award-everything", everything), ("spend", spend),
        ("claim", claim), ("migration", migration), ("fact", fact), ("transfer", transfer),
        ("hold-placed", hold(.placed)), ("hold-settled", hold(.settled)),
        ("hold-released", hold(.released)), ("hold-expired", hold(.expired)),
        ("reversal", reversal), ("job", job), ("job-progress", jobProgress),
        ("board-marks", boardMarks), ("many-accounts", manyAccounts),
        ("extremes", extremes),
    ]

    private static func event(_ kind: EventKind, _ sequence: SequenceNumber) -> Event {
        var event = Event()
        event.kind = kind
        event.sequence = sequence
        event.time = Instant(microseconds: 1_700_000_000_000_000 + Int64(sequence))
        return event
    }

    private static func link(_ account: UInt32, _ previous: SequenceNumber) -> Event.Link {
        Event.Link(account: AccountNumber(account), previous: previous)
    }

    private static var genesis: Event {
        var event = event(.genesis, 1)
        event.payload = .genesis(id: event.addText(Array(0..<16)), format: 1)
        return event
    }

    private static var word: Event {
        var event = event(.name, 2)
        event.group = .first
        event.payload = .word(number: 7, text: event.addText(Array("character_xp".utf8)))
        return event
    }

    private static var actor: Event {
        var event = event(.name, 3)
        event.group = .middle
        event.payload = .actor(
            number: 2, Actor(uid: 1_000, role: [.game, .operate], by: AccountNumber(300)))
        return event
    }

    private static var rulesHead: Event {
        var event = event(.rules, 4)
        event.actor = 1
        event.payload = .rulesHead(
            number: 3, hash: event.addText(Array(32..<64)), length: 70_000)
        return event
    }

    private static var rulesPart: Event {
        var event = event(.rules, 5)
        event.group = .last
        event.payload = .rulesPart(
            number: 3, offset: 60_000, text: event.addText(Array("{ edition: 1 }".utf8)))
        return event
    }

    private static var opened: Event {
        var event = event(.account, 6)
        event.accounts = [link(12, 0)]
        event.payload = .opened(
            id: event.addText(Array("sealed".utf8)), parent: AccountNumber(11))
        return event
    }

    private static func changed(_ change: Event.AccountChange) -> Event {
        var event = event(.account, 200)
        event.accounts = [link(12, 6)]
        event.payload = .account(change)
        return event
    }

    private static func posting(
        _ account: Int, _ side: Side, _ amount: Int64, facet: UInt32 = 0, why: Event.Why? = nil
    ) -> Event.Posting {
        Event.Posting(
            account: account, balance: BalanceName(currency: Word(5), facet: Word(facet)),
            side: side, amount: amount, why: why)
    }

    private static var award: Event {
        var event = event(.award, 300)
        event.rules = 1
        event.actor = 1
        event.accounts = [link(12, 299)]
        event.postings = [posting(0, .earn, 25)]
        return event
    }

    private static var everything: Event {
        var event = event(.award, 400)
        event.group = .last
        event.at = Instant(microseconds: 1_600_000_000_000_000)
        event.rules = 2
        event.actor = 9
        event.accounts = [link(12, 300), link(13, 0)]
        event.causeKind = .action
        event.causeName = Word(20)
        event.causeOf = 17
        event.inputs = [
            Event.Input(name: Word(21), value: .int(-5)),
            Event.Input(name: Word(22), value: .bool(true)),
            Event.Input(name: Word(23), value: .name(event.addText(Array("intro".utf8)))),
            Event.Input(name: Word(24), value: .account(AccountNumber(13))),
            Event.Input(name: Word(25), value: .text(event.addText(Array("hidden".utf8)))),
            Event.Input(name: Word(26), value: .list(count: 2)),
            Event.Input(name: .none, value: .int(1)),
            Event.Input(name: .none, value: .int(2)),
        ]
        event.fingerprint = 0x0123_4567_89AB_CDEF
        event.once = [
            Event.OnceToken(account: AccountNumber(12), token: Token(low: 0x1111, high: 0x2222))
        ]
        event.after = [25, -1]
        event.postings = [
            posting(
                0, .earn, 25, facet: 6, why: Event.Why(kind: .rung, word: Word(27), number: -3)),
            posting(1, .spend, 3), posting(1, .hold, -2), posting(0, .receive, 1),
        ]
        event.marks = marks
        event.rungs = [
            Event.Rung(account: 1, ladder: Word(28), season: Word(29), from: -1, to: 130)
        ]
        event.shown = [Event.Shown(name: Word(39), value: Rational(5))]
        event.memo = event.addText(Array("a sealed memo".utf8))
        return event
    }

    private static var marks: [Event.Mark] {
        let keys: [CellKey] = [
            CellKey(.fact, Word(30)), CellKey(.item, Word(31)), CellKey(.claim, Word(32), 4),
            CellKey(.streak, Word(33)), CellKey(.goal, Word(34)),
            CellKey(.goalMember, Word(34), 35), CellKey(.limit, Word(36)),
            CellKey(.hold, sequence: 399), CellKey(.equipped, Word(37)),
            CellKey(.unlock, Word(38), 1), CellKey(.reversed, sequence: 1 << 40),
        ]
        return keys.enumerated().map { index, key in
            Event.Mark(
                account: index % 2, key: key,
                value: index == 1 ? nil : CellValue(Int64(index), -1, 1 << 33))
        }
    }

    private static var spend: Event {
        var event = event(.spend, 500)
        event.accounts = [link(12, 400)]
        event.causeName = Word(40)
        event.postings = [posting(0, .spend, 7)]
        return event
    }

    private static var claim: Event {
        var event = event(.claim, 501)
        event.accounts = [link(12, 500)]
        event.causeKind = .offer
        event.causeName = Word(41)
        return event
    }

    private static var migration: Event {
        var event = event(.migration, 502)
        event.accounts = [link(12, 501)]
        event.causeKind = .migration
        event.causeName = Word(42)
        event.postings = [posting(0, .earn, 1 << 40)]
        return event
    }

    private static var fact: Event {
        var event = event(.fact, 503)
        event.accounts = [link(12, 502)]
        event.marks = [
            Event.Mark(account: 0, key: CellKey(.fact, Word(43)), value: CellValue(44, 1))
        ]
        return event
    }

    private static var transfer: Event {
        var event = event(.transfer, 504)
        event.accounts = [link(12, 503), link(14, 77)]
        event.postings = [posting(0, .spend, 9), posting(1, .receive, 9)]
        return event
    }

    private static func hold(_ change: Event.HoldChange) -> Event {
        var event = event(.hold, 505)
        event.accounts = [link(12, 504)]
        event.causeKind = change == .expired ? .ledger : .raw
        event.postings = [posting(0, .hold, change == .placed ? 4 : -4)]
        event.payload = .hold(change, change == .placed ? 505 : 440)
        return event
    }

    private static var reversal: Event {
        var event = event(.reversal, 506)
        event.accounts = [link(12, 505)]
        event.causeOf = 500
        event.postings = [posting(0, .spend, -7)]
        event.payload = .reversal(of: 500, amount: 7)
        return event
    }

    private static var job: Event {
        var event = event(.job, 507)
        event.causeKind = .job
        event.causeName = Word(45)
        event.payload = .job(period: event.addText(Array("2026-W02".utf8)), nil)
        return event
    }

    private static var jobProgress: Event {
        var event = event(.job, 508)
        event.causeKind = .job
        event.causeName = Word(45)
        event.causeOf = 400
        let period = event.addText(Array("2026-W02".utf8))
        var progress = JobProgress()
        progress.key = 1 << 30 | 20_458
        progress.last = AccountNumber(1_000_000)
        progress.cursor = AccountNumber(700)
        (progress.accounts, progress.paid, progress.skipped, progress.failed) = (690, 600, 88, 2)
        progress.failures = [
            JobFailure(account: AccountNumber(5), code: event.addText(Array("FROZEN".utf8))),
            JobFailure(account: AccountNumber(300), code: event.addText(Array("OVERFLOW".utf8))),
        ]
        event.payload = .job(period: period, progress)
        return event
    }

    private static var boardMarks: Event {
        var event = event(.fact, 509)
        event.accounts = [link(12, 506)]
        event.marks = [
            Event.Mark(
                account: 0, key: CellKey(.board, Word(46)), value: CellValue(-70, 3, 509)),
            Event.Mark(
                account: 0, key: CellKey(Word(47), windowDay: 20_458),
                value: CellValue(9, 0, -509)),
            Event.Mark(account: 0, key: CellKey(.board, Word(48), 49), value: nil),
        ]
        return event
    }

    /// Indexes beyond what a posting's and a mark's first byte hold.
    private static var manyAccounts: Event {
        var event = event(.award, 600)
        event.accounts = (1...20).map { link($0, SequenceNumber($0)) }
        event.postings = [0, 14, 15, 19].map { posting($0, .earn, 1) }
        event.marks = [6, 7, 19].map {
            Event.Mark(account: $0, key: CellKey(.item, Word(50)), value: CellValue(1))
        }
        return event
    }

    private static var extremes: Event {
        var event = event(.award, (1 << 60) - 1)
        event.time = Instant(microseconds: 1 << 55)
        event.rules = .max
        event.actor = .max
        event.accounts = [link(.max, 0)]
        event.postings = [posting(0, .earn, .max), posting(0, .spend, .min)]
        event.after = []
        return event
    }
}
