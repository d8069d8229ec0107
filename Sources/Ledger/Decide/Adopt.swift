/// Gives words their numbers by the ledger's own words, and notes those that are new.
struct LedgerWords: WordAssigner, ~Copyable {
    var words: Words
    var new: [[UInt8]] = []

    init(_ words: Words) { self.words = words }

    mutating func word(for text: [UInt8]) -> Word {
        if let known = words.find(text, text.indices) { return known }
        words.append(text)
        new.append(text)
        return Word(UInt32(words.count))
    }
}

extension Ledger {
    /// The first event: who this ledger is.
    ///
    /// - Parameter id: 16 random bytes.
    package mutating func begin(id: [UInt8], at wall: Instant) {
        precondition(state.head == 0, "a ledger begins once")
        requested = Requested()
        requested.now = wall
        _ = state.source.drawKey(.ledger)
        var event = Event()
        event.kind = .genesis
        event.sequence = 1
        event.payload = .genesis(id: event.addText(id), format: 1)
        emitAlone(&event)
        state.rows[.ledger].tokenKey = state.source.tokenKey(.ledger)
    }

    /// Compiles a rulebook without adopting it.
    package func check(
        _ source: [UInt8], file: String, scrutiny: Scrutiny? = nil
    ) -> Result<Rulebook, Mistakes> {
        var words = LedgerWords(state.words)
        return Rulebook.compile(source: source, file: file, words: &words, scrutiny: scrutiny)
    }

    /// Brings a rulebook into force: its words, its head and its text in parts, in one group.
    ///
    /// - Parameters:
    ///   - source: at most `Limits.rulebookBytesMax` bytes.
    ///   - hash: SHA-256 of the source.
    /// - Returns: the rulebook's number.
    package mutating func adopt(
        _ source: [UInt8], hash: [UInt8], file: String, from peer: Peer, at wall: Instant,
        scrutiny: Scrutiny? = nil
    ) throws(Mistakes) -> UInt32 {
        var words = LedgerWords(state.words)
        let compiled = try Rulebook.compile(
            source: source, file: file, words: &words, scrutiny: scrutiny
        ).get()
        requested = Requested()
        requested.peer = peer
        requested.now = max(wall, state.time)
        group = .none
        hasGroupBegun = false
        pendingWords = words.new
        let actor = self.actor()
        emitPendingWords()
        let number = UInt32(state.rulebooks.count + 1)
        emitRules(number, source, hash, actor)
        bring(compiled, number)
        rulesSince = state.head
        return number
    }

    /// The number of the actor who asks, named by an event if it is new.
    private mutating func actor() -> UInt32 {
        let actor = Actor(uid: requested.peer.uid, role: requested.peer.role, by: requested.by)
        if let known = state.actorNumber(actor) { return known }
        let number = UInt32(state.actors.count + 1)
        emitName(.actor(number: number, actor), text: [])
        return number
    }

    private mutating func emitRules(
        _ number: UInt32, _ source: [UInt8], _ hash: [UInt8], _ actor: UInt32
    ) {
        var head = Event()
        head.kind = .rules
        head.actor = actor
        head.sequence = state.head + 1
        head.payload = .rulesHead(
            number: number, hash: head.addText(hash), length: source.count)
        emitSide(&head)
        var offset = 0
        while offset < source.count {
            let end = min(offset + Limits.rulebookPartBytesMax, source.count)
            var part = Event()
            part.kind = .rules
            part.actor = actor
            part.sequence = state.head + 1
            part.payload = .rulesPart(
                number: number, offset: offset, text: part.addText(source, offset..<end))
            if end == source.count { emitLast(&part) } else { emitSide(&part) }
            offset = end
        }
    }

    /// A rulebook of the log, compiled; `nil` if there is none of that number.
    package func compiled(_ number: UInt32) -> Rulebook? {
        guard let adopted = state.rulebooks.last(where: { $0.number == number && $0.isComplete })
        else { return nil }
        return try? check(adopted.text, file: "rulebook \(number)").get()
    }

    /// Compiles the rulebook that the log has in force: what start-up does after folding.
    package mutating func restoreRules() throws(Mistakes) {
        guard let adopted = state.rules else { return }
        var words = LedgerWords(state.words)
        let compiled = try Rulebook.compile(
            source: adopted.text, file: "rulebook \(adopted.number)", words: &words
        ).get()
        bring(compiled, adopted.number)
    }

    /// Puts a rulebook of the log in the place of the one before.
    private mutating func bring(_ compiled: Rulebook, _ number: UInt32) {
        boardsSince = datedBoards(compiled, number)
        rules = compiled
        rulesNumber = number
    }
}
