import Engine
import Ledger
import Store

// Batches on their way to the disk, and the replies that wait for them.

extension Front {
    /// Marks the replies written to a connection since the last call: they are sent when the newest
    /// event that they could have seen is on disk, and those before them were sent.
    ///
    /// - Parameter newest: that event; by default the newest one decided.
    func hold(_ connection: Connection, commands: Int = 1, newest: SequenceNumber? = nil) {
        let newest = newest ?? engine.head
        let isDurable = newest <= engine.durable
        let batch = isDurable ? 0 : newest > takenHead ? openBatch : openBatch - 1
        connection.output.hold(for: batch, commands: commands)
        if batch == 0 {
            enqueueFlush(connection)
        } else if connection.heldBatch < batch {
            connection.heldBatch = batch
            if batch == openBatch {
                heldByOpen.append(connection)
            } else {
                heldByWritten.append(connection)
            }
        }
    }

    /// Commits what was decided: by the committer, so that the next batch is decided meanwhile; or, if
    /// there is nobody to decide for, here. To wake another thread and be woken by it takes about as
    /// long as the disk does.
    func commit() throws(ServerFault) {
        guard isAlone, let job = takeJob() else { return handOver() }
        let start = Syscall.monotonicMicroseconds()
        let outcome = log.run(job)
        let end = Syscall.monotonicMicroseconds()
        if end - start > ServerLimits.slowCommitMicroseconds {
            // Whoever else comes should not wait for such a disk as well.
            slowDiskUntil = end / 1_000 + ServerLimits.slowDiskMilliseconds
        }
        try settle(outcome)
    }

    /// Whether one connection waits for little, and nothing else is to be done.
    private var isAlone: Bool {
        heldByOpen.count <= 1 && ready.isEmpty && !hasSlices
            && engine.ledger.buffer.count <= ServerLimits.loneEventsMax && now >= slowDiskUntil
    }

    /// Gives what was decided to the committer, unless it is still busy with the batch before.
    func handOver() {
        if let job = takeJob() { committer.submit(job) }
    }

    private func takeJob() -> CommitJob? {
        guard let writer, let batch = engine.takeBatch() else { return nil }
        self.writer = nil
        takenHead = engine.head
        openBatch += 1
        swap(&heldByOpen, &heldByWritten)
        counters.batches += 1
        return CommitJob(writer: writer, batch: batch)
    }

    func takeCommits() throws(ServerFault) {
        for outcome in committer.takeAnswers() { try settle(outcome) }
    }

    private func settle(_ outcome: CommitOutcome) throws(ServerFault) {
        switch outcome {
        case .failed(let error): throw .commit(error)
        case .committed(let batch, let writer):
            let told = eventsToTell(batch)
            engine.committed(batch, writer.head)
            self.writer = writer
            let written = openBatch - 1
            let released = heldByWritten
            heldByWritten.removeAll(keepingCapacity: true)
            // The next batch is on its way before the replies to this one are sent.
            handOver()
            for connection in released where !connection.isClosed {
                connection.output.release(upTo: written)
                enqueueFlush(connection)
            }
            if let told { tell(told) }
            resumeAfterCommit()
        }
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
