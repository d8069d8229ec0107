import Engine
import Ledger
import Store

// Batches on their way to the disk, and the replies that wait for them.

/// A batch that the committer has, or that waits for it.
struct GivenBatch {
    var number: UInt64
    var last: SequenceNumber
    /// Connections with replies that wait for it.
    var held: [Connection]
}

extension Front {
    /// Marks the replies written to a connection since the last call: they are sent when the newest
    /// event that they could have seen is on disk, and those before them were sent.
    ///
    /// - Parameter newest: that event; by default the newest one decided.
    func hold(_ connection: Connection, commands: Int = 1, newest: SequenceNumber? = nil) {
        let newest = newest ?? engine.head
        guard newest > engine.durable else {
            connection.output.hold(for: 0, commands: commands)
            return enqueueFlush(connection)
        }
        let index = given.firstIndex { newest <= $0.last }
        let batch = index.map { given[$0].number } ?? openBatch
        connection.output.hold(for: batch, commands: commands)
        guard connection.heldBatch < batch else { return }
        connection.heldBatch = batch
        if let index {
            given[index].held.append(connection)
        } else {
            heldByOpen.append(connection)
        }
    }

    /// Commits what was decided: by the committer, so that the next batch is decided meanwhile; or, if
    /// there is nobody to decide for, here. To wake another thread and be woken by it takes about as
    /// long as the disk does.
    func commit() throws(ServerFault) {
        guard isAlone, let batch = giveAway() else { return handOver() }
        let start = Syscall.monotonicMicroseconds()
        let outcome = log.run(batch)
        let end = Syscall.monotonicMicroseconds()
        if end - start > ServerLimits.slowCommitMicroseconds {
            // Whoever else comes should not wait for such a disk as well.
            slowDiskUntil = end / 1_000 + ServerLimits.slowDiskMilliseconds
        }
        try settle(outcome)
    }

    /// Whether one connection waits for little, and nothing else is to be done.
    private var isAlone: Bool {
        heldByOpen.count <= 1 && given.isEmpty && ready.isEmpty && !hasSlices
            && engine.ledger.buffer.count <= ServerLimits.loneEventsMax && now >= slowDiskUntil
    }

    /// Gives what was decided to the committer: if it is still busy with the batch before, it goes on with
    /// this one by itself, without waiting for this thread to wake.
    func handOver() {
        if let batch = giveAway() { committer.submit(batch) }
    }

    /// Goes on with the batch that was given away last, if the committer hasn't begun it: the more it
    /// writes at once the better.
    func takeBack() {
        guard given.count > 1, let batch = committer.withdraw(), let last = given.popLast() else {
            return
        }
        engine.takeBack(batch)
        openBatch = last.number
        heldByOpen = last.held
    }

    private func giveAway() -> PendingBatch? {
        guard let batch = engine.takeBatch() else { return nil }
        given.append(GivenBatch(number: openBatch, last: batch.last, held: heldByOpen))
        heldByOpen = []
        openBatch += 1
        return batch
    }

    func takeCommits() throws(ServerFault) {
        for outcome in committer.takeAnswers() { try settle(outcome) }
    }

    private func settle(_ outcome: CommitOutcome) throws(ServerFault) {
        switch outcome {
        case .failed(let error): throw .commit(error)
        case .committed(let batch, let head):
            let told = eventsToTell(batch)
            engine.committed(batch, head)
            counters.batches += 1
            let written = given.removeFirst()
            // The next batch is on its way before the replies to this one are sent.
            if given.isEmpty { handOver() }
            for connection in written.held where !connection.isClosed {
                connection.output.release(upTo: written.number)
                enqueueFlush(connection)
            }
            if let told { tell(told) }
            if !isWritingAhead { writeAhead() }
            resumeAfterCommit()
        }
    }

    /// Has the file filled behind the log's end, ahead of the commits.
    private func writeAhead() {
        isWritingAhead = log.wantsWriteAhead
        if isWritingAhead { aheadWriter.submit(()) }
    }

    func takeWrittenAhead() {
        _ = aheadWriter.takeAnswers()
        writeAhead()
    }

    /// Lets those go on that were told to ask again.
    func resumeWaiting() {
        for connection in waiting {
            connection.isWaiting = false
            enqueue(connection)
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private func resumeAfterCommit() {
        resumeWaiting()
        startReads()
        wakeBlockedReads()
        writeCheckpoint()
    }
}
