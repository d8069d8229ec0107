import Engine
import Ledger
import Wire

// A connection's turn: receive, carry out, send.

extension Front {
    /// Carries out requests of a connection, as many as a turn may have.
    ///
    /// - Parameter isNewcomer: it was silent until now. If it says much at once it queues up with those
    ///   that go on: short questions needn't wait for it.
    func turn(_ connection: Connection, isNewcomer: Bool) {
        guard connection.isRunnable else { return listen(connection) }
        var left = ServerLimits.turnCommandsMax
        let full = connection.output.count + ServerLimits.turnReplyBytesMax
        var wantsMore = true
        var progress = PlainDesk.Progress()
        while wantsMore, connection.isRunnable {
            guard left > 0, connection.output.count < full else {
                enqueue(connection)
                break
            }
            let isAllRead = connection.input.isEmpty
            if isAllRead, !connection.mayReceive { break }
            guard !connection.isThrottled, !isOverloaded else {
                counters.throttlings += 1
                putOff(connection)
                break
            }
            if setAside(connection) { break }
            guard !isAllRead else {
                wantsMore = receive(connection)
                if isNewcomer, connection.input.count > ServerLimits.shortInputBytesMax {
                    enqueue(connection)
                    break
                }
                continue
            }
            let plain = carryOutPlain(connection, left, &progress)
            guard plain == 0 else {
                left -= plain
                continue
            }
            guard let writes = carryOutWrites(connection, left) else { break }
            guard writes == 0 else {
                left -= writes
                continue
            }
            switch connection.input.parse(into: &request) {
            case .complete(let next):
                left -= 1
                connection.partialSince = 0
                wantsMore = carryOut(connection, next)
            case .malformed(let fault):
                counters.malformedFrames += 1
                connection.output.prepare(&pool)
                connection.output.writer.malformed(fault)
                connection.isClosing = true
                hold(connection)
                connection.input.drop(&pool)
            case .incomplete:
                wantsMore = receive(connection)
            }
        }
        settle(connection)
    }

    /// A peer whose XREAD waits may leave in the meantime: only receiving tells.
    private func listen(_ connection: Connection) {
        if connection.pause == .events, connection.input.count < ServerLimits.inputBufferBytes {
            _ = receive(connection)
            if connection.hasEnded { return close(connection) }
        }
        settle(connection)
    }

    /// Whether replies that wait for the disk fill the memory set aside for them.
    private var isOverloaded: Bool {
        outputTotal - toldTotal >= ServerLimits.inFlightBytesTotalMax
            && engine.head > engine.durable
    }

    /// Receives once; returns whether something may have come.
    private func receive(_ connection: Connection) -> Bool {
        guard connection.mayReceive else { return false }
        let (reception, count) = connection.input.receive(from: connection.rawDescriptor, &pool)
        counters.bytesReceived += UInt64(count)
        connection.mayReceive = reception == .more
        if reception == .ended { connection.hasEnded = true }
        return count > 0
    }

    /// Carries one request out; returns whether the connection goes on with the next. Unless the
    /// request has to be asked again, its bytes are done with.
    private func carryOut(_ connection: Connection, _ next: Int) -> Bool {
        connection.output.prepare(&pool)
        connection.lastActiveAt = now
        let head = engine.head
        let bytes = request.bytes.count
        let outcome = dispatch(connection)
        pay(connection, events: Int(clamping: engine.head - head), bytes: bytes)
        switch outcome {
        case .answered:
            connection.input.advance(to: next)
            hold(connection)
            return true
        case .answeredAsOf(let newest):
            connection.input.advance(to: next)
            hold(connection, newest: newest)
            return true
        case .answersLater:
            connection.input.advance(to: next)
            return false
        case .askAgain:
            putOff(connection)
            return false
        }
    }

    /// Until the next commit.
    func putOff(_ connection: Connection) {
        connection.isWaiting = true
        waiting.append(connection)
    }

    /// What a turn leaves behind: memory given back, clocks set, totals counted.
    private func settle(_ connection: Connection) {
        guard !connection.isClosed else { return }
        let isAllRead = connection.input.rest(&pool)
        countInput(connection)
        guard !connection.isClosed else { return }
        countOutput(connection)
        let isOurTurn = connection.isQueued || connection.isWaiting || !connection.isRunnable
        if isAllRead || isOurTurn {
            connection.partialSince = 0
        } else if connection.partialSince == 0, !connection.mayReceive {
            connection.partialSince = now
        }
        if connection.hasEnded || connection.isClosing { enqueueFlush(connection) }
    }

    private func countInput(_ connection: Connection) {
        let input = connection.inputBytes
        inputTotal += input - connection.countedInput
        connection.countedInput = input
        if inputTotal > ServerLimits.inFlightBytesTotalMax, input > 0 {
            counters.inputOverflows += 1
            close(connection)
        }
    }

    private func countOutput(_ connection: Connection) {
        let output = connection.output.count
        outputTotal += output - connection.countedOutput
        connection.countedOutput = output
        let told = connection.subscriptions == nil ? 0 : output
        // What waits for a listener to read it holds nobody else up.
        toldTotal += told - connection.countedTold
        connection.countedTold = told
        if output > ServerLimits.outputBytesMax {
            counters.outputOverflows += 1
            close(connection)
        }
    }

    // MARK: Sending

    /// Sends what is ready: all that is short, and of the rest as much as the loop has time for before it
    /// looks who else has come.
    func flush() {
        var left = ServerLimits.flushBytesMax
        var kept = 0
        let all = flushing.indices
        for index in all {
            let connection = flushing[index]
            if left <= 0, connection.output.count > ServerLimits.shortOutputBytesMax,
                !connection.isClosed
            {
                flushing[kept] = connection
                kept += 1
                continue
            }
            connection.isFlushQueued = false
            if !connection.isClosed { left -= flush(connection) }
        }
        flushing.removeSubrange(kept..<all.upperBound)
        while outputTotal > ServerLimits.outputBytesTotalMax, let largest = largestOutput() {
            counters.outputOverflows += 1
            close(largest)
        }
    }

    private func largestOutput() -> Connection? {
        table.all.max { $0.output.count < $1.output.count }
    }

    /// - Returns: how many bytes were sent.
    private func flush(_ connection: Connection) -> Int {
        let (progress, sent) = connection.output.send(to: connection.rawDescriptor, &pool)
        counters.bytesSent += UInt64(sent)
        countOutput(connection)
        switch progress {
        case .failed:
            close(connection)
            return sent
        case .blocked:
            if sent > 0 || connection.stalledSince == 0 { connection.stalledSince = now }
        case .done: connection.stalledSince = 0
        }
        let isOver =
            connection.isClosing
            || (connection.hasEnded && connection.pause == .none && !connection.isQueued
                && !connection.mayReceive && !connection.isThrottled)
        if isOver, connection.output.isEmpty { close(connection) }
        return sent
    }

    // MARK: Ends

    func close(_ connection: Connection) {
        guard !connection.isClosed else { return }
        outputTotal -= connection.countedOutput
        connection.countedOutput = 0
        toldTotal -= connection.countedTold
        connection.countedTold = 0
        inputTotal -= connection.countedInput
        connection.countedInput = 0
        table.remove(connection)
        connection.close()
        connection.input.drop(&pool)
        subscriptions.removeAll(connection)
        if !blockedReads.isEmpty { blockedReads.removeAll { $0 === connection } }
    }

    /// Closes who began a request and doesn't finish it, and who doesn't read its replies.
    func closeStuck() {
        for connection in Array(table.all) {
            if connection.partialSince != 0,
                now - connection.partialSince >= Int64(ServerLimits.partialFrameSeconds) * 1_000
            {
                counters.partialFramesTimedOut += 1
                close(connection)
            } else if connection.stalledSince != 0,
                now - connection.stalledSince >= Int64(ServerLimits.writeStallSeconds) * 1_000
            {
                counters.writeStallsTimedOut += 1
                close(connection)
            }
        }
    }
}
