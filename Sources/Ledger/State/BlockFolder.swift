/// What keeps an event from being folded.
package enum FoldFailure: Sendable {
    case undecodable(SequenceNumber, DecodingError)
    case wrong(FoldError)
}

extension FoldFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .undecodable(let sequence, let error):
            "seq=\(sequence): \(error.reason) (byte \(error.offset) of the event)"
        case .wrong(let error): "seq=\(error.sequence): \(error.reason)"
        }
    }
}

/// Folds the events of a log a block at a time: those that are flat all at once, the others one by one.
/// Its memory is used again.
package struct BlockFolder: ~Copyable {
    private var flat = FlatEvents()
    private var event = Event()
    private var bytes: [UInt8] = []
    package private(set) var failure: FoldFailure?
    /// Accounts that the folded events forgot.
    package private(set) var forgotten: [AccountNumber] = []

    package init() {}

    /// Folds events that follow each other, until one is wrong.
    ///
    /// - Parameters:
    ///   - first: the number of the first of them.
    ///   - events: where each lies in `bytes`.
    /// - Returns: false where an event can't be folded; `failure` says why.
    package mutating func fold(
        _ first: SequenceNumber, _ bytes: Span<UInt8>, _ events: Span<Range<Int>>,
        into state: inout State
    ) -> Bool {
        var start = 0
        while start < events.count {
            let end = min(events.count, start + flat.capacity)
            let sequence = first + UInt64(start)
            flat.removeAll()
            for index in start..<end {
                _ = flat.append(bytes, events[index], sequence + UInt64(index - start))
            }
            var index = 0
            while Self.foldFlat(flat, sequence, &index, into: &state, &failure),
                index < end - start
            {
                let range = events[start + index]
                foldOther(sequence + UInt64(index), bytes, range, into: &state)
                index += 1
            }
            if failure != nil { return false }
            start = end
        }
        return true
    }

    /// As above, of events that were taken in before.
    ///
    /// - Parameter stored: the bytes of an event that is flat but doesn't follow.
    package mutating func fold(
        _ taken: borrowing TakenEvents, into state: inout State,
        stored: (SequenceNumber) -> [UInt8]?
    ) -> Bool {
        var index = 0
        var other = 0
        while Self.foldFlat(taken.flat, taken.first, &index, into: &state, &failure),
            index < taken.flat.count
        {
            let sequence = taken.first + UInt64(index)
            if taken.flat.isFlat(index) {
                let bytes = stored(sequence) ?? []
                foldOther(sequence, bytes.span, bytes.indices, into: &state)
            } else {
                foldOther(sequence, taken.bytes.span, taken.others[other], into: &state)
                other += 1
            }
            index += 1
        }
        return failure == nil
    }

    /// Folds what is flat from `index` on; false once something was wrong.
    private static func foldFlat(
        _ flat: borrowing FlatEvents, _ first: SequenceNumber, _ index: inout Int,
        into state: inout State, _ failure: inout FoldFailure?
    ) -> Bool {
        guard failure == nil else { return false }
        do throws(FoldError) {
            index = try state.fold(flat, first: first, from: index)
            return true
        } catch {
            failure = .wrong(error)
            return false
        }
    }

    /// Folds an event that isn't flat or doesn't follow: the general way says which.
    private mutating func foldOther(
        _ sequence: SequenceNumber, _ bytes: Span<UInt8>, _ range: Range<Int>,
        into state: inout State
    ) {
        if state.foldOpening(bytes, range, sequence) { return }
        self.bytes.removeAll(keepingCapacity: true)
        for offset in range { self.bytes.append(bytes[offset]) }
        do throws(DecodingError) {
            try event.decode(self.bytes, self.bytes.indices)
        } catch {
            failure = .undecodable(sequence, error)
            return
        }
        do throws(FoldError) {
            guard event.sequence == sequence else {
                throw FoldError(sequence: sequence, reason: "it calls itself \(event.sequence)")
            }
            try state.fold(event)
        } catch {
            failure = .wrong(error)
            return
        }
        if event.payload == .account(.forgotten), let link = event.accounts.first {
            forgotten.append(link.account)
        }
    }
}

/// Events as one thread has decoded them, for another one to fold: what is flat, and the bytes of the
/// others.
package struct TakenEvents: ~Copyable, Sendable {
    fileprivate var flat: FlatEvents
    fileprivate var bytes: [UInt8] = []
    /// Where in `bytes` those lie that aren't flat.
    fileprivate var others: [Range<Int>] = []
    package private(set) var first: SequenceNumber = 0

    package init(capacity: Int) { flat = FlatEvents(capacity: capacity) }

    package var count: Int { flat.count }

    package mutating func removeAll() {
        flat.removeAll()
        bytes.clear()
        others.clear()
    }

    /// Takes events in that follow on those that are there.
    ///
    /// - Returns: false where there is no room for all of them; nothing has changed then.
    package mutating func take(
        _ first: SequenceNumber, _ bytes: Span<UInt8>, _ events: Span<Range<Int>>
    ) -> Bool {
        guard events.count <= flat.capacity - flat.count else { return false }
        if count == 0 { self.first = first }
        for index in 0..<events.count
        where !flat.append(bytes, events[index], first + UInt64(index)) {
            let start = self.bytes.count
            for offset in events[index] { self.bytes.append(bytes[offset]) }
            others.append(start..<self.bytes.count)
        }
        return true
    }
}
