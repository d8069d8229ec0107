import Wire

/// The replies of a connection in the order of its requests: sent, ready to be sent, or held until
/// the batch that they speak of is on disk.
struct OutputBuffer {
    /// A run of replies that wait for the same batch.
    private struct Segment {
        var batch: UInt64
        /// Where it ends in `writer.bytes`.
        var end: Int
        var commands: Int
    }

    /// Replies are appended here.
    var writer = ReplyWriter()
    private var sent = 0
    private var ready = 0
    private var segments: [Segment] = []
    private(set) var heldCommands = 0

    /// Bytes not yet taken by the kernel.
    var count: Int { writer.bytes.count - sent }
    var heldCount: Int { writer.bytes.count - ready }
    var isEmpty: Bool { count == 0 }
    /// Whether so much waits for the disk that no more is to be added for now.
    var isThrottled: Bool {
        heldCommands >= ServerLimits.inFlightCommandsMax
            || heldCount >= ServerLimits.inFlightBytesMax
    }
    var hasReady: Bool { ready > sent }

    /// Marks everything appended since the last call: it waits for `batch`, 0 for none. A reply
    /// that waits for nothing still goes out after those before it.
    mutating func hold(for batch: UInt64, commands: Int = 1) {
        let end = writer.bytes.count
        if batch == 0, segments.isEmpty {
            ready = end
            return
        }
        heldCommands += commands
        if let last = segments.last, last.batch >= batch {
            segments[segments.count - 1].end = end
            segments[segments.count - 1].commands += commands
        } else {
            segments.append(Segment(batch: batch, end: end, commands: commands))
        }
    }

    /// Lets go of what waited for batches up to this one.
    mutating func release(upTo batch: UInt64) {
        var count = 0
        while count < segments.count, segments[count].batch <= batch {
            ready = segments[count].end
            heldCommands -= segments[count].commands
            count += 1
        }
        segments.removeFirst(count)
    }

    enum Progress: Equatable {
        case done
        /// The kernel takes no more for now.
        case blocked
        case failed
    }

    /// Sends what is ready, once.
    mutating func send(to descriptor: Int32, _ pool: inout BufferPool) -> (Progress, Int) {
        guard hasReady else { return (.done, 0) }
        switch Syscall.send(descriptor, writer.bytes, sent..<ready) {
        case .wouldBlock:
            return (.blocked, 0)
        case .failed:
            return (.failed, 0)
        case .bytes(let count):
            sent += count
            let isDone = sent == ready
            compact(&pool)
            return (isDone ? .done : .blocked, count)
        }
    }

    /// Takes memory for replies where there is none.
    mutating func prepare(_ pool: inout BufferPool) {
        if writer.bytes.capacity == 0 { writer.bytes = pool.takeOutput() }
    }

    /// Forgets what was sent: all of it at once when nothing is left, else only when it is most.
    private mutating func compact(_ pool: inout BufferPool) {
        if sent == writer.bytes.count {
            var old: [UInt8] = []
            swap(&old, &writer.bytes)
            pool.giveOutput(old)
        } else {
            guard sent >= ServerLimits.inputBufferBytes, sent * 2 >= writer.bytes.count else {
                return
            }
            writer.bytes.removeFirst(sent)
            for index in segments.indices { segments[index].end -= sent }
            ready -= sent
            sent = 0
            return
        }
        ready = 0
        sent = 0
    }
}
