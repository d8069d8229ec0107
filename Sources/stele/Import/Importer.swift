import Rows
import Wire

/// Sends the rows of a file to the daemon, a window of them at a time, and counts the answers.
///
/// Memory doesn't grow with the file: at most `windowMax` commands are unanswered at any moment.
struct Importer<Decoder: RowDecoder> {
    private let connection: DaemonConnection
    private let plan: ImportPlan
    private let windowMax: Int
    private var decoder: Decoder
    /// The lines whose commands are unanswered, oldest first.
    private var waiting: LineQueue
    /// Whether a row has shown that the columns wanted are there.
    private var hasReadRow = false
    var summary: ImportSummary

    /// What is sent at once: enough to be worth a system call.
    private static var sendBytes: Int { 1 << 16 }

    init(_ connection: DaemonConnection, plan: ImportPlan, windowMax: Int, decoder: Decoder) {
        self.connection = connection
        self.plan = plan
        self.windowMax = windowMax
        self.decoder = decoder
        waiting = LineQueue(capacity: windowMax)
        summary = ImportSummary()
        if case .migrate = plan.verb { summary.tally = ChangeTally() }
    }

    mutating func run(
        _ source: inout ByteSource, size: Int?, progress: inout Progress
    ) throws(Failure) {
        var row = Row()
        while summary.stopped == nil, try nextCommand(&row, from: &source) {
            if waiting.isFull || connection.queuedBytes >= Self.sendBytes {
                try connection.flush()
                // Half a window is left unanswered, so that the daemon has work meanwhile.
                try settle(downTo: windowMax / 2)
            }
            let share = size.map { Double(source.bytesRead) / Double(max($0, 1)) }
            progress.update(count: summary.rows, share: share)
            if Interrupt.isRequested { summary.stopped = "interrupted after line \(row.line)" }
        }
        try connection.flush()
        try settle(downTo: 0)
        if let fault = source.fault { summary.stopped = fault }
    }

    /// Queues the command of the next row that makes one. Returns whether there was any.
    private mutating func nextCommand(
        _ row: inout Row, from source: inout ByteSource
    ) throws(Failure) -> Bool {
        var isRead = false
        do throws(RowFault) {
            guard try decoder.next(&row, from: &source) else { return false }
            isRead = true
            summary.rows += 1
            if !hasReadRow, let column = plan.missingColumn(among: row.names) {
                throw RowFault(line: row.line, column: 0, message: column, isFinal: true)
            }
            hasReadRow = true
            connection.enqueue(try plan.command(for: row))
            waiting.push(row.line)
        } catch {
            if error.isFinal {
                guard error.column > 0 else { throw missingColumn(error.message, names: row.names) }
                // A file that can't be read to its end has no mistake in its last line.
                guard source.fault == nil else { return false }
                summary.stopped = "line \(error.line), column \(error.column): \(error.message)"
                summary.refuse(line: error.line, code: "UNREADABLE", message: error.message)
            } else {
                if !isRead { summary.rows += 1 }
                summary.refuse(line: error.line, code: "UNREADABLE", message: error.message)
            }
        }
        return true
    }

    private func missingColumn(_ column: String, names: [String]) -> Failure {
        .usage(
            "the file has no column '\(column)'",
            hint: Suggestion.sentence(for: column, among: names)
                ?? "It has: \(names.joined(separator: ", ")).")
    }

    /// Reads answers until no more than `count` commands lack theirs.
    private mutating func settle(downTo count: Int) throws(Failure) {
        while waiting.count > count {
            guard let reply = try connection.receive() else { continue }
            try take(reply)
            while waiting.count > 0, let reply = try connection.next() { try take(reply) }
        }
    }

    private mutating func take(_ reply: Reply) throws(Failure) {
        let line = waiting.pop()
        guard case .failure(let failure) = reply else {
            guard reply.pairs != nil else {
                throw Failure(code: .noDaemon, message: "an unexpected answer for line \(line)")
            }
            if reply["duplicate"]?.isTrue == true {
                summary.duplicates += 1
            } else {
                summary.imported += 1
                summary.tally?.add(reply)
            }
            return
        }
        if case .migrate = plan.verb, failure.code == "TAKEN" {
            summary.duplicates += 1
            return
        }
        summary.refuse(line: line, code: failure.code, message: failure.sentence)
        switch failure.code {
        case "NOPERM", "NOAUTH":
            summary.isNotPermitted = true
            summary.stopped = summary.stopped ?? "not permitted; is this the socket for it?"
        case "FULL", "LOADING", "BUSY", "CORRUPT", "READONLY":
            // Rows that follow would meet the same: better to stop and be run again.
            summary.stopped = summary.stopped ?? "the daemon said \(failure.code) at line \(line)"
        default: break
        }
    }
}

/// Line numbers, first in, first out, in a ring of fixed size.
struct LineQueue {
    private var ring: [Int]
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) { ring = [Int](repeating: 0, count: max(1, capacity)) }

    var isFull: Bool { count == ring.count }

    mutating func push(_ line: Int) {
        precondition(!isFull, "more commands were sent than the window holds")
        ring[(head + count) % ring.count] = line
        count += 1
    }

    mutating func pop() -> Int {
        precondition(count > 0, "an answer came that nobody waits for")
        defer {
            head = (head + 1) % ring.count
            count -= 1
        }
        return ring[head]
    }
}
