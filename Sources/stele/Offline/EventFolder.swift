import Ledger

/// Decodes event after event and folds it into a state, until one is wrong. Its memory is used again.
struct EventFolder: ~Copyable {
    var state: State
    private(set) var event = Event()
    /// The first event that is wrong, and what is wrong with it.
    private(set) var mistake: (sequence: SequenceNumber, reason: String)?
    private var bytes: [UInt8] = []

    init(source: any StateSource) { state = State(source: source) }

    /// Reads the event into `event` and folds it. Returns whether all is right so far.
    mutating func take(_ sequence: SequenceNumber, _ span: Span<UInt8>) -> Bool {
        guard mistake == nil else { return false }
        bytes.removeAll(keepingCapacity: true)
        // The pointer is used within the call only.
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        do throws(DecodingError) {
            try event.decode(bytes, bytes.indices)
        } catch {
            fail(sequence, "\(error.reason) (byte \(error.offset) of the event)")
            return false
        }
        guard event.sequence == sequence else {
            fail(sequence, "it calls itself \(event.sequence)")
            return false
        }
        do throws(FoldError) {
            try state.fold(event)
        } catch {
            fail(error.sequence, error.reason)
            return false
        }
        return true
    }

    /// As `take`; besides, no idempotency key may have been used before.
    mutating func takeOnce(_ sequence: SequenceNumber, _ span: Span<UInt8>) -> Bool {
        let known = state.recentKeys.count
        guard take(sequence, span) else { return false }
        if state.recentKeys.count != known + event.once.count {
            fail(sequence, "it carries an idempotency key that was used before")
        }
        return mistake == nil
    }

    mutating func fail(_ sequence: SequenceNumber, _ reason: String) {
        mistake = mistake ?? (sequence, reason)
    }
}
