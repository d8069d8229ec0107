package import Ledger
package import Store

/// The ledger in service: decides commands, gathers what they come to into batches, and says from
/// when on a reply may be heard.
///
/// A state machine without clock, threads or sockets, so that a simulation runs it unchanged. One
/// thread owns it. Its user takes a batch with `takeBatch`, has it committed, and tells it by
/// `committed`; a reply is held until everything up to `head` as of the reply is `durable`.
package final class Engine {
    package var ledger: Ledger
    let source: any LedgerSource
    /// The newest commit: its sequence number is what is durable.
    package private(set) var logHead: LogHead
    package internal(set) var refusalCounts: [RefusalCode: UInt64] = [:]
    package internal(set) var duplicateCount: UInt64 = 0

    /// Rulebooks of the past, compiled when they were last asked for.
    var olderRules: [UInt32: Rulebook] = [:]

    var runs = ActiveRuns()
    var schedule = Schedule()

    private var spares: [EventBuffer] = []
    /// Oldest first.
    private var underWay: [BatchUnderWay] = []
    private var bytesUnderWay = 0
    /// Accounts up to this one have their keys stored, or under way to be.
    private var keyedAccounts: UInt32
    private var groupAnswers: [GroupEntry] = []
    private var groupDryRuns = 0
    private var groupKeyed = 0
    /// The newest event before the group.
    private var groupStart: SequenceNumber = 0
    /// The newest event before the open batch, which others' events may have begun.
    private var groupBatchStart: SequenceNumber = 0
    var checkpointing = Checkpointing.idle
    /// The slice of a checkpoint that is being filled, and what a row is written into.
    var slice = CheckpointWork()
    var rowWriter = ByteWriter(capacity: 4_096)
    package internal(set) var checkpointed: SequenceNumber
    var keyStorage: KeyStorage
    var idStorage = IDStorage()
    /// How many words, actors and rulebooks the last checkpoint stored, and the one under way will
    /// have.
    var stored: StoredCounts
    var storing: StoredCounts

    /// A batch that was taken and isn't known to be on disk.
    private struct BatchUnderWay {
        var last: SequenceNumber
        /// Accounts whose keys are stored with it.
        var keys: Range<UInt32>
    }

    /// One that is being written, and one that waits for it.
    private static let batchesUnderWayMax = 2

    private enum GroupEntry {
        case decided
        case known(SequenceNumber, Ledger.Repetition)
    }

    package enum WriteAnswer: Sendable {
        /// The receipt is filled; the reply waits until `head` is durable.
        case decided
        /// It needs events that aren't durable yet, or the batch is full: ask again after the next
        /// commit.
        case postponed
    }

    init(
        ledger: consuming Ledger, source: any LedgerSource, logHead: LogHead,
        checkpointed: SequenceNumber, stored: StoredCounts
    ) {
        keyStorage = KeyStorage(through: max(checkpointed, ledger.state.keyedThrough))
        keyedAccounts = ledger.state.accountCount
        self.ledger = ledger
        self.source = source
        self.logHead = logHead
        self.checkpointed = checkpointed
        self.stored = stored
        storing = stored
        source.durable = logHead.sequence
    }

    /// The newest event decided.
    package var head: SequenceNumber { ledger.state.head }
    /// When the newest event was decided.
    package var time: Instant { ledger.state.time }
    /// The newest event on disk.
    package var durable: SequenceNumber { logHead.sequence }
    /// Damage was found: nothing may be answered any more.
    package var fault: String? { source.fault }

    // MARK: Writes

    /// Decides one write.
    ///
    /// - Throws: the refusal; it has changed nothing.
    package func write(
        _ command: borrowing Command, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) throws(Refusal) -> WriteAnswer {
        do {
            if try mustWait(command) { return .postponed }
            switch try ledger.execute(command, from: peer, at: wall, into: &receipt) {
            case .decided: return .decided
            case .known(let sequence, let repetition):
                return try answerKnown(sequence, repetition, into: &receipt)
            }
        } catch {
            refusalCounts[error.code, default: 0] += 1
            throw error
        }
    }

    private func mustWait(_ command: borrowing Command) throws(Refusal) -> Bool {
        // Looked at once: each look at the ledger is checked for others under way.
        let load = ledger.load
        guard load.hasRoom else { return true }
        try checkRoom(load)
        guard case .reverse = command.verb else { return false }
        return command.subject > durable && command.subject <= head
    }

    /// Refuses with FULL where the disk can't take what is about to be decided.
    ///
    /// - Parameter bytesMore: what it takes beyond one event.
    package func checkRoom(bytesMore: Int = 0) throws(Refusal) {
        try checkRoom(ledger.load, bytesMore: bytesMore)
    }

    private func checkRoom(_ load: Ledger.Load, bytesMore: Int = 0) throws(Refusal) {
        guard hasRoom(load, bytesMore: bytesMore) else {
            throw Refusal(
                .full, [],
                "the disk is full: reads go on, and writes resume as soon as there is room")
        }
    }

    func hasRoom(bytesMore: Int) -> Bool { hasRoom(ledger.load, bytesMore: bytesMore) }

    private func hasRoom(_ load: Ledger.Load, bytesMore: Int) -> Bool {
        let bytes = load.bytes + bytesUnderWay + Limits.eventBytesMax + bytesMore
        return source.hasRoom(batchBytes: bytes, highestAccount: load.accounts + 64)
    }

    /// Answers a repeated command as the first time, from its event.
    private func answerKnown(
        _ sequence: SequenceNumber, _ repetition: Ledger.Repetition, into receipt: inout Receipt
    ) throws(Refusal) -> WriteAnswer {
        guard sequence <= durable else { return .postponed }
        let event = try storedEvent(sequence)
        guard event.fingerprint == repetition.fingerprint else {
            throw repetition.isOnce ? Refusal.onceReused(sequence) : Refusal.keyReused(sequence)
        }
        ledger.fill(&receipt, from: event, account: Self.subject(of: event))
        duplicateCount += 1
        return .decided
    }

    /// The account that a command with a KEY named first.
    private static func subject(of event: Event) -> AccountNumber {
        event.accounts.first?.account ?? .ledger
    }

    func storedEvent(_ sequence: SequenceNumber) throws(Refusal) -> Event {
        var event = Event()
        guard let bytes = source.storedEvent(sequence),
            (try? event.decode(bytes, bytes.indices)) != nil
        else {
            throw Refusal(
                .corrupt, [.init("event", "\(sequence)")],
                "event \(sequence) can't be read: stop and run stele verify")
        }
        return event
    }

    // MARK: Groups

    /// Begins a group: `writeInGroup` for each of its writes, then `endGroup` or `abandonGroup`.
    package func beginGroup() {
        groupAnswers.removeAll(keepingCapacity: true)
        groupDryRuns = 0
        groupKeyed = 0
        groupStart = head
        groupBatchStart = head - UInt64(ledger.buffer.count)
        ledger.beginGroup()
    }

    /// Decides one write of the group. Its receipt is final only once `endGroup` has answered.
    package func writeInGroup(
        _ command: borrowing Command, isLast: Bool, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) throws(Refusal) -> WriteAnswer {
        try checkRoom()
        if command.isDryRun { groupDryRuns += 1 }
        if !command.key.isEmpty { groupKeyed += 1 }
        let written = groupAnswers.count + 1
        guard groupDryRuns == 0 || groupDryRuns == written else {
            throw Refusal(.badArgument, [], "DRYRUN goes with all writes of a group or with none")
        }
        guard groupKeyed == 0 || groupKeyed == written else {
            throw Refusal(.badArgument, [], "all writes of a group carry a KEY or none does")
        }
        // What the group has done itself is at hand; what came before it has to be on disk.
        if command.verb == .reverse, command.subject > durable, command.subject <= groupStart {
            return .postponed
        }
        guard ledger.buffer.hasRoom else {
            if groupStart > groupBatchStart { return .postponed }
            throw Refusal(
                .tooBig, [.init("max", "\(Limits.batchEventsMax)")],
                "a group comes to at most \(Limits.batchEventsMax) events and "
                    + "\(Limits.batchBytesMax >> 20) MiB: make it smaller")
        }
        let answer = try ledger.executeInGroup(
            command, isLast: isLast, from: peer, at: wall, into: &receipt)
        switch answer {
        case .decided: groupAnswers.append(.decided)
        case .known(let sequence, let repetition):
            groupAnswers.append(.known(sequence, repetition))
        }
        return .decided
    }

    /// Ends the group. `receipts` are the writes' in order; those of a group that is known already
    /// become its first answers.
    ///
    /// - Throws: KEYREUSED, with the place among the writes of the one that is known and should not
    ///   be: all of the group are known from one group before, or none is.
    package func endGroup(_ receipts: inout [Receipt]) throws(GroupRefusal) -> WriteAnswer {
        var known: [SequenceNumber] = []
        var firstKnown = 0
        for (index, entry) in groupAnswers.enumerated() {
            guard case .known(let sequence, _) = entry else { continue }
            if known.isEmpty { firstKnown = index }
            known.append(sequence)
        }
        guard !known.isEmpty else {
            ledger.endGroup(groupDryRuns == 0 ? .kept : .dryRun)
            return .decided
        }
        ledger.endGroup(.refused)
        guard known.count == groupAnswers.count else {
            let isOwn = known[0] > groupStart
            throw GroupRefusal(
                index: firstKnown,
                refusal: isOwn ? Refusal.keyRepeated : Refusal.keyReusedInGroup(known[0]))
        }
        guard known.allSatisfy({ $0 <= durable }) else { return .postponed }
        for (index, entry) in groupAnswers.enumerated() {
            guard case .known(let sequence, let repetition) = entry else { continue }
            do throws(Refusal) {
                if index == 0 { try checkSameGroup(known) }
                _ = try answerKnown(sequence, repetition, into: &receipts[index])
            } catch {
                throw GroupRefusal(index: index, refusal: error)
            }
        }
        return .decided
    }

    package func abandonGroup() { ledger.endGroup(.refused) }

    /// Known one by one isn't enough: the events must have been committed as one.
    private func checkSameGroup(_ sequences: [SequenceNumber]) throws(Refusal) {
        guard sequences.count > 1, let first = sequences.min(), let last = sequences.max() else {
            return
        }
        for sequence in first...last {
            let place = try storedEvent(sequence).group
            let isInside =
                (sequence == first || place == .middle || place == .last)
                && (sequence == last || place == .first || place == .middle)
            guard isInside else { throw Refusal.keyReused(sequence) }
        }
    }

    // MARK: Batches

    /// What was decided since the last batch, to be committed behind it; `nil` if that is nothing, or too
    /// many are under way.
    package func takeBatch() -> PendingBatch? {
        guard underWay.count < Self.batchesUnderWayMax, !ledger.buffer.isEmpty else { return nil }
        let taken = ledger.takeBuffer(spare: spares.popLast() ?? EventBuffer())
        var batch = PendingBatch(first: taken.events.first)
        batch.body = taken.events.bytes
        batch.eventEnds = taken.events.ends
        batch.lastTime = UInt64(taken.events.lastTime.microseconds)
        let accounts = ledger.state.accountCount
        let keys = (keyedAccounts + 1)..<(accounts + 1)
        batch.newKeys = source.drawnKeys(keys)
        keyedAccounts = accounts
        batch.wipedAccounts = taken.wiped.map(\.rawValue)
        underWay.append(BatchUnderWay(last: batch.last, keys: keys))
        bytesUnderWay += batch.body.count
        return batch
    }

    /// Goes on with the batch that was taken last: nobody has begun to commit it, and nothing was decided
    /// since.
    package func takeBack(_ batch: consuming PendingBatch) {
        precondition(underWay.last?.last == batch.last, "the last one comes back first")
        keyedAccounts = underWay.removeLast().keys.lowerBound - 1
        bytesUnderWay -= batch.body.count
        let events = EventBuffer(
            bytes: batch.body, ends: batch.eventEnds, first: batch.first,
            lastTime: Instant(microseconds: Int64(batch.lastTime)))
        let wiped = batch.wipedAccounts.map { AccountNumber($0) }
        batch.body = []
        batch.eventEnds = []
        spares.append(ledger.takeBack(events, wiped: wiped))
    }

    /// The oldest batch under way is durable; its memory is used again.
    package func committed(_ batch: consuming PendingBatch, _ head: LogHead) {
        precondition(
            head.sequence == batch.last && underWay.first?.last == batch.last,
            "commits come in order")
        source.dropDrawnKeys(underWay.removeFirst().keys)
        bytesUnderWay -= batch.body.count
        logHead = head
        source.durable = head.sequence
        let (bytes, ends) = (batch.body, batch.eventEnds)
        batch.body = []
        batch.eventEnds = []
        spares.append(EventBuffer(bytes: bytes, ends: ends))
    }

    // MARK: Time

    /// Ends the holds whose time has come.
    package func tick(at wall: Instant) {
        source.retryRoom()
        keyStorage.mayTry = true
        idStorage.mayTry = true
        guard ledger.buffer.hasRoom else { return }
        ledger.expireHolds(at: wall)
    }
}

extension Refusal {
    static func keyReused(_ sequence: SequenceNumber) -> Refusal {
        Refusal(
            .keyReused, [.init("event", "\(sequence)")],
            "the KEY was used before, for another command: event \(sequence)")
    }

    static func onceReused(_ sequence: SequenceNumber) -> Refusal {
        Refusal(
            .keyReused, [.init("event", "\(sequence)")],
            "it was recorded before, with the same values of what it is known by once, and "
                + "otherwise differently: event \(sequence)")
    }

    static func keyReusedInGroup(_ sequence: SequenceNumber) -> Refusal {
        Refusal(
            .keyReused, [.init("event", "\(sequence)")],
            "event \(sequence) came of this command, but not all of the group are known: "
                + "say a group again as it was, or with new keys")
    }

    /// Not even the first use stands, so there is no event to name.
    static let keyRepeated = Refusal(
        .keyReused, [],
        "a command before it in the group has the same KEY or the same once: each takes its own")
}
