import Ledger
import Wire

/// One peer: what it has sent, what it is to get, and what it said about itself.
///
/// A class for its identity: it is in the table, in queues and in lists of what waits for a batch.
final class Connection {
    /// Why it isn't read at the moment.
    enum Pause: Equatable {
        case none
        /// An answer comes from the log.
        case answer
        /// XREAD BLOCK waits for events.
        case events
    }

    /// CLIENT ID: never used twice.
    let id: UInt64
    let slot: Int
    let generation: UInt32
    /// Meaningless once closed.
    private(set) var rawDescriptor: Int32 = -1
    private var descriptor: FileDescriptor?
    let peer: Peer
    let pid: Int32
    let door: Door
    let connectedAt: Int64

    var input = InputBuffer()
    var output = OutputBuffer()
    var transaction = Transaction()
    var pause = Pause.none
    var blocked: BlockedRead?
    var pending: PendingAnswer?
    /// What it listens to; `nil` if it doesn't.
    var subscriptions: Subscriptions.Own?
    /// To be cut off: it doesn't read what it is told.
    var isTooSlow = false

    var name: [UInt8] = []
    var library: [UInt8] = []
    var libraryVersion: [UInt8] = []
    var lastCommand = CommandName.ping
    var lastActiveAt: Int64

    /// The kernel may have bytes for us.
    var mayReceive = true
    /// The peer has closed its side: what it sent is still answered.
    var hasEnded = false
    /// To be closed when its last reply has been sent.
    var isClosing = false
    private(set) var isClosed = false
    var isQueued = false
    var isFlushQueued = false
    /// It has more for us, which we have put off: for the disk, or for its user's next share.
    var isWaiting = false
    /// The last batch on whose list it is.
    var heldBatch: UInt64 = 0
    /// Its output as last counted into the total of all.
    var countedOutput = 0
    var countedInput = 0
    /// Likewise, of one that listens.
    var countedTold = 0

    /// When an unfinished request began, and when replies began to be stuck; 0 if they aren't.
    var partialSince: Int64 = 0
    var stalledSince: Int64 = 0

    init(
        id: UInt64, slot: Int, generation: UInt32, peer: Peer, pid: Int32, door: Door, now: Int64
    ) {
        self.id = id
        self.slot = slot
        self.generation = generation
        self.peer = peer
        self.pid = pid
        self.door = door
        connectedAt = now
        lastActiveAt = now
    }

    /// Whether its requests may be carried out now.
    var isRunnable: Bool { pause == .none && !isClosing && !isClosed }

    /// What it holds of a request or a group beyond an ordinary buffer.
    var inputBytes: Int {
        transaction.byteCount + max(0, input.capacity - ServerLimits.inputBufferBytes)
    }

    /// Whether so much of it waits for the disk that it isn't read for now.
    var isThrottled: Bool { output.isThrottled }

    func open(_ descriptor: consuming FileDescriptor) {
        rawDescriptor = descriptor.rawValue
        self.descriptor = consume descriptor
    }

    /// Closes the socket at once, though queues may still know the connection.
    func close() {
        isClosed = true
        descriptor = nil
        blocked = nil
        pending = nil
    }

    /// As good as new, for RESET.
    func reset() {
        transaction = Transaction()
        name = []
        output.writer.isRESP3 = false
    }
}

/// What was queued since MULTI.
struct Transaction {
    enum Entry {
        case write(Command)
        case query(Query, Request)
        /// PING or ECHO: answered in its place.
        case echo(Request)
    }

    var isOpen = false
    /// A command could not be queued: EXEC refuses.
    var isBroken = false
    var entries: [Entry] = []
    var byteCount = 0
}

/// An XREAD BLOCK that has found nothing yet.
struct BlockedRead {
    var read: StreamRead
    var request: Request
    /// In monotonic milliseconds; `nil` for ever.
    var deadline: Int64?
}
