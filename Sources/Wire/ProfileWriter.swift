package import Ledger

/// What a profile is told by: names, and the rulebook in force.
package protocol ProfileNaming: Naming {
    var words: Words { get }
    var rules: Rulebook { get }
    var rulesNumber: UInt32 { get }

    /// The fields that the rulebook adds, of an account as it was at that time.
    func shownFields(_ view: AccountView, at time: Instant) -> [Field]
}

/// Writes what PROFILE answers: all there is to know of an account. Empty parts are there, empty.
///
/// What there is in between the numbers has been put together before, see `ProfileForm`; the account's
/// cells, which are in the order of their kinds, are gone through once for each part.
package struct ProfileWriter: ~Copyable {
    var form = ProfileForm(nil, at: Instant(microseconds: 0), isRESP3: true)
    /// The same in the other version of RESP.
    private var otherForm = ProfileForm(nil, at: Instant(microseconds: 0), isRESP3: false)
    private var time = Instant(microseconds: 0)
    var names = ReplyNames()
    /// Claims as CLAIM takes them; empty for those that aren't shown. Of one rulebook and season.
    private var claimTexts = KeptTexts()
    private var claimsOf: (rules: Rulebook?, season: Word?)
    /// What is on its way to the reply.
    var stage = ByteWriter(capacity: 16_384)
    var standings: [(goal: Int, standing: GoalStanding)] = []

    /// More than a name and what belongs to it ever take.
    private static let entrySize = 1_024

    package init() {}

    /// Whose profile it is.
    package struct Account {
        let number: AccountNumber
        /// The newest event.
        let last: SequenceNumber
        let isFrozen: Bool

        package init(_ number: AccountNumber, last: SequenceNumber, isFrozen: Bool) {
            self.number = number
            self.last = last
            self.isFrozen = isFrozen
        }
    }

    /// Writes one profile.
    ///
    /// - Parameter time: as of when it is told.
    package mutating func write(
        _ view: AccountView, at time: Instant, _ source: some ProfileNaming,
        to reply: inout ReplyWriter
    ) {
        begin(at: time, source.rules, isRESP3: reply.isRESP3)
        let account = Account(view.account, last: view.last, isFrozen: view.isFrozen)
        let shown = hasShown ? shown(account, view.cells.span, source) : Shown()
        write(account, view.cells.span, shown, source.words, to: &reply)
        finish(to: &reply)
    }

    /// From here on profiles are written as of this time.
    package mutating func begin(at time: Instant, _ rules: Rulebook, isRESP3: Bool) {
        self.time = time
        if form.isRESP3 != isRESP3 { swap(&form, &otherForm) }
        if !form.holds(rules, at: time) {
            form = ProfileForm(rules, at: time, isRESP3: isRESP3)
        }
    }

    /// Hands over what is still on its way.
    package mutating func finish(to reply: inout ReplyWriter) {
        precondition(!stage.hasOverflowed, "a part of a profile is short")
        stage.append(to: &reply.bytes)
        stage.reset()
    }

    /// Forgets the names that it has met: words that are taken back leave their numbers to others.
    package mutating func forgetNames() {
        names.forget()
        claimTexts.forget()
    }

    /// Writes a profile; `finish` comes after the last one.
    ///
    /// - Parameters:
    ///   - cells: the account's, in ascending order of keys.
    ///   - shown: what `shown` answers, where `hasShown`.
    package mutating func write(
        _ account: Account, _ cells: Span<Cell>, _ shown: Shown, _ words: Words,
        to reply: inout ReplyWriter
    ) {
        let balances = cells.range(of: .balance)
        makeRoom(&reply)
        stage.map(9 + shown.count + (account.isFrozen ? 1 : 0), isRESP3: form.isRESP3)
        stage.raw(form.texts, form.balances)
        stage.map(balances.count, isRESP3: form.isRESP3)
        for place in balances {
            makeRoom(&reply)
            names.write(cells[place].key.balance, words, to: &stage)
            form.balance.write(cells[place].value, to: &stage)
        }
        ladders(account, cells, balances, words, &reply)
        makeRoom(&reply)
        if form.goals.isEmpty, Self.isBare(cells) {
            stage.raw(form.texts, form.nothing)
        } else {
            streaks(cells, words, &reply)
            goals(cells, &reply)
            marks(cells, words, &reply)
            claims(cells, words, &reply)
            makeRoom(&reply)
        }
        if shown.count > 0 { fragment(shown.bytes, &reply) }
        makeRoom(&reply)
        stage.raw(form.texts, form.sequence)
        stage.number(Int64(clamping: account.last))
        if account.isFrozen {
            stage.raw(form.texts, form.frozen)
            stage.raw(form.texts, form.yes)
        }
    }

    /// Whether an account has nothing but balances and rungs: most do, under many a rulebook.
    @inline(__always)
    private static func isBare(_ cells: Span<Cell>) -> Bool {
        let count = cells.count
        guard count > 0 else { return true }
        return cells[count &- 1].key.rawValue < UInt64(CellKind.fact.rawValue) << 60
    }

    /// Facts and items.
    private mutating func marks(
        _ cells: Span<Cell>, _ words: Words, _ reply: inout ReplyWriter
    ) {
        entries(.fact, under: form.facts, cells, words, &reply) { writer, value in
            if value.b == 1 { writer.word(value.a, words) } else { writer.stage.integer(value.a) }
        }
        entries(.item, under: form.items, cells, words, &reply, isList: true) { _, _ in }
        entries(.equipped, under: form.equipped, cells, words, &reply) { writer, value in
            writer.word(value.a, words)
        }
    }

    /// Writes the names of an account's cells of one kind, each with what `tell` writes of its value.
    ///
    /// - Parameter isList: names alone are a list, not a map.
    @inline(__always)
    mutating func entries(
        _ kind: CellKind, under key: Range<Int>, _ cells: Span<Cell>, _ words: Words,
        _ reply: inout ReplyWriter, isList: Bool = false,
        tell: (inout ProfileWriter, CellValue) -> Void
    ) {
        makeRoom(&reply)
        let places = cells.range(of: kind)
        stage.raw(form.texts, key)
        if isList {
            stage.array(places.count)
        } else {
            stage.map(places.count, isRESP3: form.isRESP3)
        }
        for place in places {
            makeRoom(&reply)
            names.write(BalanceName(currency: cells[place].key.word), words, to: &stage)
            tell(&self, cells[place].value)
        }
    }

    @inline(__always)
    private mutating func word(_ number: Int64, _ words: Words) {
        let word = Word(UInt32(truncatingIfNeeded: number))
        names.write(BalanceName(currency: word), words, to: &stage)
    }

    @inline(__always)
    mutating func makeRoom(_ reply: inout ReplyWriter) {
        if stage.capacity &- stage.count < Self.entrySize { finish(to: &reply) }
    }

    // MARK: Claims

    /// What was taken, as CLAIM takes it.
    private mutating func claims(
        _ cells: Span<Cell>, _ words: Words, _ reply: inout ReplyWriter
    ) {
        makeRoom(&reply)
        let claims = cells.range(of: .claim)
        stage.raw(form.texts, form.claims)
        guard !claims.isEmpty else { return stage.array(0) }
        if claimsOf.rules !== form.rules || claimsOf.season != form.season?.name {
            claimTexts.forget()
            claimsOf = (form.rules, form.season?.name)
        }
        var count = 0
        for place in claims {
            let key = cells[place].key
            let isShown = claimTexts[key.rawValue].map { !$0.isEmpty }
            if isShown ?? !claim(key, words).isEmpty { count += 1 }
        }
        stage.array(count)
        for place in claims {
            makeRoom(&reply)
            let key = cells[place].key
            if let range = claimTexts[key.rawValue] {
                stage.raw(claimTexts.texts, range)
            } else {
                fragment(claim(key, words), &reply)
            }
        }
    }

    /// A claim's text; empty if it is none that is shown.
    @inline(never)
    private mutating func claim(_ key: CellKey, _ words: Words) -> [UInt8] {
        let values = words.text(Word(key.qualifier))
        var text = ReplyWriter()
        if let rules = form.rules, rules.isClaim(key.word, values: values, in: form.season) {
            text.bulk {
                rules.appendClaim(
                    key.word, Word(key.qualifier), offerText: words.text(key.word), values, to: &$0)
            }
        }
        claimTexts.keep(text.bytes, under: key.rawValue)
        return text.bytes
    }

    // MARK: What formulas come to

    /// Fields that the rulebook adds, as they are written.
    package struct Shown {
        var count = 0
        var bytes: [UInt8] = []

        package init() {}
    }

    /// Whether the rulebook adds any.
    package var hasShown: Bool { form.hasShown }

    package func shown(
        _ account: Account, _ cells: Span<Cell>, _ source: some ProfileNaming
    ) -> Shown {
        let fields = source.shownFields(seen(account, cells), at: time)
        var writer = ReplyWriter(isRESP3: form.isRESP3)
        writer.values { $0.fields(fields, rules: source.rulesNumber, source) }
        var shown = Shown()
        shown.count = fields.count
        shown.bytes = writer.bytes
        return shown
    }

    /// The account, for formulas.
    func seen(_ account: Account, _ cells: Span<Cell>) -> AccountView {
        var view = AccountView()
        view.account = account.number
        view.last = account.last
        view.isFrozen = account.isFrozen
        view.cells.reserveCapacity(cells.count)
        for place in cells.indices { view.cells.append(cells[place]) }
        return view
    }

    /// Bytes of any number.
    private mutating func fragment(_ bytes: [UInt8], _ reply: inout ReplyWriter) {
        guard bytes.count <= Self.entrySize else {
            finish(to: &reply)
            return reply.fragment(bytes)
        }
        stage.raw(bytes)
    }
}
