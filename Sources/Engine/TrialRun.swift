package import Ledger
package import Store

/// A history being decided again under other rules, out of the log, a bounded piece at a time.
///
/// Sendable: it goes to its thread and comes back through locked queues, so that who gets it sees all that
/// was done; and who submitted it doesn't touch it before the answer. No two threads use it at once.
package final class TrialRun: @unchecked Sendable {
    /// Gone once there is a result, so that whoever steps frees its memory too.
    private var trial: Trial?
    private var event = Event()
    private var bytes: [UInt8] = []
    /// The event from which on the log is read next, in the first pass or the second.
    private var next: SequenceNumber = 1
    private var isForeseen = false
    /// The newest event when it began: what comes later isn't told.
    private let end: SequenceNumber
    /// So many of those who gain and lose most are named for each currency.
    private let rowsMax: Int
    /// Who is told what the accounts are called: asked for once, before memory is freed.
    private let finished: ((StateNames) -> Void)?

    /// What came of it, once there is nothing more to do.
    package private(set) var result: TrialResult?
    /// Why it can't go on, if it can't.
    package private(set) var fault: String?

    /// Batches read in one go: a snapshot is held for a fraction of a second.
    private static let batchesAtOnce = 4

    /// - Parameters:
    ///   - file: what mistakes are reported under.
    ///   - finished: told what the numbers of the log itself stand for, at the end.
    package init(
        rules: [UInt8], file: String, scrutiny: Scrutiny? = nil, end: SequenceNumber, rowsMax: Int,
        finished: ((StateNames) -> Void)? = nil
    ) throws(Mistakes) {
        trial = try Trial(rules: rules, file: file, scrutiny: scrutiny)
        self.end = end
        self.rowsMax = rowsMax
        self.finished = finished
    }

    /// The newest event told, in the second pass.
    package var head: SequenceNumber { isForeseen ? next - 1 : 0 }

    /// How much of the work is done, of 1. The first pass only looks out for reversals.
    package var share: Double {
        let share = Double(next - 1) / Double(max(end, 1))
        return isForeseen ? 0.1 + 0.9 * share : 0.1 * share
    }

    /// Reads some batches more, in one bounded transaction; at the end compares.
    ///
    /// - Returns: whether there is more to do; if not, there is a result or a fault.
    package func step<Log: LogStorage>(_ reader: LogReader<Log>) -> Bool {
        guard next <= end else { return turn() }
        let start = next
        do {
            _ = try reader.fold(from: next, batchCountMax: Self.batchesAtOnce) { sequence, bytes in
                guard sequence <= end, fault == nil else { return false }
                next = sequence + 1
                return isForeseen ? take(sequence, bytes) : foresee(sequence, bytes)
            }
        } catch {
            fault = "\(error)"
        }
        if next == start { fault = fault ?? "log damaged: event \(next) is missing" }
        return fault == nil
    }

    /// From the first pass to the second, and from that to the result.
    private func turn() -> Bool {
        guard isForeseen else {
            isForeseen = true
            next = 1
            return true
        }
        result = trial?.result(rowsMax: rowsMax)
        if let names = trial?.recorded.names { finished?(names) }
        trial = nil
        return false
    }

    /// Which parts of the log are spoken of later: only reversals are decoded.
    private func foresee(_ sequence: SequenceNumber, _ span: Span<UInt8>) -> Bool {
        guard !span.isEmpty, span[0] & 0x1F == EventKind.reversal.rawValue else { return true }
        guard decode(sequence, span) else { return false }
        trial?.foresee(event)
        return true
    }

    private func take(_ sequence: SequenceNumber, _ span: Span<UInt8>) -> Bool {
        guard decode(sequence, span) else { return false }
        do throws(FoldError) {
            try trial?.take(event)
            return true
        } catch {
            fault = "log damaged: seq=\(sequence): \(error.reason)"
            return false
        }
    }

    private func decode(_ sequence: SequenceNumber, _ span: Span<UInt8>) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        for index in span.indices { bytes.append(span[index]) }
        do throws(DecodingError) {
            try event.decode(bytes, bytes.indices)
            return true
        } catch {
            fault = "log damaged: seq=\(sequence): it can't be decoded: \(error.reason)"
            return false
        }
    }
}
