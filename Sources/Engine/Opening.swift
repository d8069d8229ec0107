package import Ledger
package import Secrets
package import Store

/// Why a ledger can't be opened.
package enum OpeningError: Error, Sendable, CustomStringConvertible {
    case store(StoreError)
    /// An event can't be decoded, or does not follow from those before it.
    case event(SequenceNumber, String)
    /// The rulebook in force can't be compiled any more.
    case rules(Mistakes)

    package var description: String {
        switch self {
        case .store(let error): "\(error)"
        case .event(let sequence, let reason): "log damaged: seq=\(sequence): \(reason)"
        case .rules(let mistakes): "the rulebook in force does not compile: \(mistakes)"
        }
    }
}

/// A ledger's files under the engine that serves them.
package struct Opening<Log: LogStorage, Stored: StateStorage> {
    package var engine: Engine
    /// The committer's.
    package var writer: LogWriter
    /// Events folded at start.
    package var foldedCount: UInt64
    /// Whether the state was found damaged or missing, and built anew.
    package var wasRebuilt: Bool

    /// Opens a ledger: takes what the checkpoint has, if it can be trusted, and folds the rest of
    /// the log, every byte of which is checked on the way.
    ///
    /// - Parameters:
    ///   - readsAll: whether every entry of the state is read and checked first. Otherwise that is left to
    ///     `StateCheck`, while the ledger serves: each entry is checked when it is read, too, and one that
    ///     isn't there must be proven not to be.
    ///   - random: draws accounts' keys.
    ///   - progress: told the sequence number reached, now and then.
    package static func open(
        log: Log, state: StateStore<Stored>, readsAll: Bool = true,
        random: @escaping () throws(RandomnessUnavailable) -> AccountKey,
        progress: (SequenceNumber) -> Void
    ) throws -> Opening {
        let reader = LogReader(log)
        let mark = try trustedMark(state, readsAll: readsAll)
        let head = try reader.resume(from: mark ?? .empty)
        let source = StoredSource(log: log, state: state, random: random)
        source.durable = head.sequence
        var ledger = Ledger(source: source)
        var stored = StoredCounts()
        if let mark {
            stored = try restore(&ledger, mark, state, reader)
            ledger.state.keyedThrough = try keyedThrough(state, reader, since: mark)
            try source.noteStored(accountCount: ledger.state.accountCount)
        } else {
            try state.wipe()
            source.noteEmpty()
        }
        if readsAll || mark == nil { try state.storage.noteRead() }
        let from = mark?.sequence ?? 0
        let forgotten = try source.withKeyPages {
            // The tail has then come to so many accounts that their rows are had sooner all at once.
            if mark != nil, head.sequence - from >= UInt64(ledger.state.accountCount) / 2 {
                source.takeStoredRows(into: &ledger)
            }
            return try fold(&ledger, reader, from: from, progress)
        }
        // FORGET wipes a key once its event is durable: a death in between must not keep it.
        if !forgotten.isEmpty {
            try log.write(
                keys: forgotten.map {
                    KeySlot(account: $0.rawValue, bytes: AccountKey.absent.bytes)
                })
        }
        if let fault = source.fault { throw OpeningError.event(ledger.state.head, fault) }
        do {
            try ledger.restoreRules()
        } catch {
            throw OpeningError.rules(error)
        }
        let folded = ledger.state.head - from
        let engine = Engine(
            ledger: ledger, source: source, logHead: head, checkpointed: from, stored: stored)
        return Opening(
            engine: engine, writer: LogWriter(head: head), foldedCount: folded,
            wasRebuilt: mark == nil)
    }

    /// The tables that are few entries, all of which a start needs.
    private static var neededTables: [StateTable] { [.meta, .words, .actors, .rulebooks] }

    /// The checkpoint's mark, if the checksums of what was read are right; otherwise the state is dropped.
    private static func trustedMark(
        _ state: StateStore<Stored>, readsAll: Bool
    ) throws(StoreError) -> StateHead? {
        do {
            guard let mark = try state.head() else { return nil }
            _ = try state.keysMark()
            for table in readsAll ? StateTable.allCases : neededTables {
                try state.scan(table, from: []) { _, _ in true }
            }
            return mark
        } catch {
            // Whatever is wrong with it: it can be had again from the log.
            return nil
        }
    }

    /// The newest event whose keys are all stored: not before the mark, but perhaps behind it, and then the
    /// log must still be the one that was.
    private static func keyedThrough(
        _ state: StateStore<Stored>, _ reader: LogReader<Log>, since mark: StateHead
    ) throws(StoreError) -> SequenceNumber {
        guard let keyed = try state.keysMark(), keyed.sequence > mark.sequence else {
            return mark.sequence
        }
        try reader.check(keyed)
        return keyed.sequence
    }

    private static func restore(
        _ ledger: inout Ledger, _ mark: StateHead, _ state: StateStore<Stored>,
        _ reader: LogReader<Log>
    ) throws -> StoredCounts {
        var words: [[UInt8]] = []
        try state.scan(.words, from: []) { _, value in
            var reader = ByteReader([UInt8](bytes: value))
            guard let text = try? reader.bytes() else { return false }
            words.append(Array(reader.source[text.range]))
            return true
        }
        var actors: [Actor] = []
        try state.scan(.actors, from: []) { _, value in
            var reader = ByteReader([UInt8](bytes: value))
            guard let uid = try? reader.varint32(), let role = try? reader.u8(),
                let by = try? reader.varint32()
            else { return false }
            actors.append(Actor(uid: uid, role: Role(rawValue: role), by: AccountNumber(by)))
            return true
        }
        var heads: [(UInt32, SequenceNumber)] = []
        try state.scan(.rulebooks, from: []) { key, value in
            var reader = ByteReader([UInt8](bytes: value))
            guard let sequence = try? reader.varint() else { return false }
            guard let number = key.bigEndianNumber else { return false }
            heads.append((number, sequence))
            return true
        }
        var rulebooks: [State.AdoptedRules] = []
        for (number, sequence) in heads {
            rulebooks.append(try adopted(number, sequence, reader))
        }
        guard let counts = try state.value(in: .meta, forKey: Array("ledger".utf8)) else {
            throw StoreError.stateDamaged(table: .meta, key: Array("ledger".utf8))
        }
        var decoder = ByteReader(counts)
        let accountCount = try decoder.varint32()
        let ledgerID = Array(counts[try decoder.bytes().range])
        ledger.state.restore(
            head: mark.sequence, time: try time(of: mark.sequence, reader),
            ledgerID: ledgerID, accountCount: accountCount, words: words, actors: actors,
            rulebooks: rulebooks)
        return StoredCounts(
            words: words.count, actors: actors.count, rulebooks: rulebooks.count)
    }

    private static func time(
        of sequence: SequenceNumber, _ reader: LogReader<Log>
    ) throws -> Instant {
        guard let bytes = try reader.event(sequence) else {
            throw StoreError.batchMissing(sequence: sequence)
        }
        var event = Event()
        try event.decode(bytes, bytes.indices)
        return event.time
    }

    /// A rulebook's text, from the log.
    private static func adopted(
        _ number: UInt32, _ sequence: SequenceNumber, _ reader: LogReader<Log>
    ) throws -> State.AdoptedRules {
        var event = Event()
        guard let head = try reader.event(sequence) else {
            throw StoreError.batchMissing(sequence: sequence)
        }
        try event.decode(head, head.indices)
        guard case .rulesHead(number, let hash, let length) = event.payload else {
            throw OpeningError.event(sequence, "not the head of rulebook \(number)")
        }
        var rules = State.AdoptedRules(
            number: number, sequence: sequence, hash: Array(event.text[hash.range]), text: [],
            length: length)
        var next = sequence + 1
        while !rules.isComplete {
            guard let part = try reader.event(next) else {
                throw StoreError.batchMissing(sequence: next)
            }
            try event.decode(part, part.indices)
            guard case .rulesPart(number, _, let text) = event.payload else {
                throw OpeningError.event(next, "not a part of rulebook \(number)")
            }
            rules.text.append(contentsOf: event.text[text.range])
            next += 1
        }
        return rules
    }

    private static func fold(
        _ ledger: inout Ledger, _ reader: LogReader<Log>, from: SequenceNumber,
        _ progress: (SequenceNumber) -> Void
    ) throws -> [AccountNumber] {
        var next: UInt64? = from + 1
        var folder = BlockFolder()
        while let start = next {
            next = try reader.foldBlocks(from: start, batchCountMax: 64) { first, bytes, events in
                folder.fold(first, bytes, events, into: &ledger.state)
            }
            if let failure = folder.failure { throw OpeningError(failure) }
            progress(ledger.state.head)
        }
        return folder.forgotten
    }
}

extension OpeningError {
    init(_ failure: FoldFailure) {
        switch failure {
        case .undecodable(let sequence, let error):
            self = .event(sequence, "it can't be decoded: \(error.reason)")
        case .wrong(let error): self = .event(error.sequence, error.reason)
        }
    }
}

/// The first batch of a new ledger.
package enum Genesis {
    /// - Parameters:
    ///   - id: 16 random bytes.
    ///   - key: the ledger's own.
    package static func batch(id: [UInt8], key: AccountKey, at wall: Instant) -> PendingBatch {
        var ledger = Ledger(source: EmptySource())
        ledger.begin(id: id, at: wall)
        let events = ledger.takeBuffer(spare: EventBuffer()).events
        var batch = PendingBatch(first: events.first)
        batch.body = events.bytes
        batch.eventEnds = events.ends
        batch.lastTime = UInt64(events.lastTime.microseconds)
        batch.newKeys = [KeySlot(account: 0, bytes: key.bytes)]
        return batch
    }
}
