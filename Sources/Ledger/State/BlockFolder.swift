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
        var index = 0
        while index < events.count {
            let sequence = first + UInt64(index)
            let end = take(sequence, bytes, events, from: index)
            state.bringNear(&flat)
            do throws(FoldError) {
                index += try state.fold(flat, first: sequence)
            } catch {
                failure = .wrong(error)
                return false
            }
            if index == end, end == events.count || flat.isFull { continue }
            // What isn't flat, or doesn't follow: the general way says which.
            guard foldOne(first + UInt64(index), bytes, events[index], into: &state) else {
                return false
            }
            index += 1
        }
        return true
    }

    /// Takes flat events in, as far as they follow each other; answers where they end.
    private mutating func take(
        _ sequence: SequenceNumber, _ bytes: Span<UInt8>, _ events: Span<Range<Int>>,
        from start: Int
    ) -> Int {
        flat.removeAll()
        var index = start
        while index < events.count,
            flat.append(bytes, events[index], sequence + UInt64(index - start))
        {
            index += 1
        }
        return index
    }

    private mutating func foldOne(
        _ sequence: SequenceNumber, _ span: Span<UInt8>, _ range: Range<Int>,
        into state: inout State
    ) -> Bool {
        bytes.clear()
        for index in range { bytes.append(span[index]) }
        do throws(DecodingError) {
            try event.decode(bytes, bytes.indices)
        } catch {
            failure = .undecodable(sequence, error)
            return false
        }
        do throws(FoldError) {
            guard event.sequence == sequence else {
                throw FoldError(sequence: sequence, reason: "it calls itself \(event.sequence)")
            }
            try state.fold(event)
        } catch {
            failure = .wrong(error)
            return false
        }
        if event.payload == .account(.forgotten), let link = event.accounts.first {
            forgotten.append(link.account)
        }
        return true
    }
}
