import Engine
import Ledger
import Store
import Wire

// What the ledger tells by itself: notices of events, once those are on disk.

/// The events of a batch that has just become durable, kept for as long as it takes to tell them.
struct DurableEvents {
    var bytes: [UInt8]
    var ends: [UInt32]
}

extension Front {
    /// The batch's events, if anybody listens.
    func eventsToTell(_ batch: borrowing PendingBatch) -> DurableEvents? {
        guard !subscriptions.isEmpty else { return nil }
        return DurableEvents(bytes: batch.body, ends: batch.eventEnds)
    }

    /// Tells those who listen what the events' rulebooks have to say of them, in the log's order.
    func tell(_ events: DurableEvents) {
        var event = Event()
        var start = 0
        for end in events.ends.map(Int.init) {
            // Each event stands behind its length.
            var body = start
            while events.bytes[body] >= 0x80 { body += 1 }
            start = end
            do throws(DecodingError) {
                try event.decode(events.bytes, (body + 1)..<end)
            } catch {
                fatalError("an event that was just written can't be read: \(error)")
            }
            for notice in engine.notices(of: event) { tell(notice, of: event) }
        }
        for connection in tooSlow {
            counters.subscribersCutOff += 1
            close(connection)
        }
        tooSlow.removeAll()
    }

    private func tell(_ notice: Notice, of event: Event) {
        var account = Channel.account
        engine.appendID(of: notice.account, to: &account)
        let kind = Channel.notice + Array(notice.name.utf8)
        // Whoever listens to both hears it on both, as from any Redis.
        var message: [UInt8]?
        for channel in [account, kind] {
            subscriptions.listeners(channel) { connection, pattern in
                let text = message ?? self.message(notice, event)
                message = text
                send(text, on: channel, pattern, to: connection)
            }
        }
    }

    private func message(_ notice: Notice, _ event: Event) -> [UInt8] {
        var json = JSONValues()
        json.notice(notice, of: event, engine)
        return json.bytes
    }

    private func send(
        _ message: [UInt8], on channel: [UInt8], _ pattern: [UInt8]?, to connection: Connection
    ) {
        guard !connection.isClosed, !connection.isClosing, !connection.isTooSlow else { return }
        connection.output.prepare(&pool)
        connection.output.writer.push(pattern == nil ? 3 : 4)
        connection.output.writer.bulk(pattern == nil ? "message" : "pmessage")
        if let pattern { connection.output.writer.bulk(pattern) }
        connection.output.writer.bulk(channel)
        connection.output.writer.bulk(message)
        connection.output.hold(for: 0)
        counters.noticesTold += 1
        // Not closed here, in the middle of the list that it is on.
        if connection.output.count > ServerLimits.subscriberOutputBytesMax {
            connection.isTooSlow = true
            tooSlow.append(connection)
        }
        enqueueFlush(connection)
    }
}
