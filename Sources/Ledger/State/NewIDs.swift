/// Ids that no checkpoint has stored yet, as they were sealed, in few pieces of memory: there may be
/// millions, and giving up an array for each takes long enough for clients to notice.
package struct NewIDs: Sendable {
    /// Where the ids lie of accounts that were opened one after another, from `first` on; `takenBack`
    /// where one was.
    private var starts: [UInt64] = []
    private var first = AccountNumber.ledger
    /// Those of other accounts: FORGET changes old ones.
    private var others: [(account: AccountNumber, start: UInt64)] = []
    private var places: [AccountNumber: Int] = [:]
    /// For each id the event that opened its account, its length and its bytes, none of them in two
    /// pieces. Pieces never move, and a copy of this shares all but the last with it.
    private var pieces: [[UInt8]] = []

    /// An id that is longer has a piece of its own.
    private static let pieceBits: UInt64 = 16
    /// The event's number and the length.
    private static let headSize = 12
    private static let takenBack = UInt64.max

    package subscript(account: AccountNumber) -> State.NewID? {
        get {
            if let index = index(account) { return id(starts[index]) }
            return places[account].flatMap { id(others[$0].start) }
        }
        set {
            if let newValue { set(account, newValue) } else { remove(account) }
        }
    }

    /// How many there were, some of which may have been taken back.
    package var entryCount: Int { starts.count + others.count }

    /// Whether all are of accounts opened one after another.
    package var isInOrder: Bool { others.isEmpty }

    /// The entry of an index; those of accounts opened since the last checkpoint come in order.
    package func entry(at index: Int) -> (account: AccountNumber, id: State.NewID)? {
        if index >= starts.count {
            let other = others[index - starts.count]
            return id(other.start).map { (other.account, $0) }
        }
        let account = AccountNumber(first.rawValue + UInt32(index))
        return id(starts[index]).map { (account, $0) }
    }

    /// The index among `starts`.
    private func index(_ account: AccountNumber) -> Int? {
        guard account >= first, !starts.isEmpty else { return nil }
        let index = Int(account.rawValue - first.rawValue)
        return index < starts.count ? index : nil
    }

    private func id(_ start: UInt64) -> State.NewID? {
        guard start != Self.takenBack else { return nil }
        let piece = pieces[Int(start >> Self.pieceBits)]
        let offset = Int(start & (1 << Self.pieceBits - 1))
        let count = Int(piece.span.word(at: offset + 8, count: 4))
        let bytes = offset + Self.headSize
        return State.NewID(
            opened: piece.span.word(at: offset), sealed: Array(piece[bytes..<(bytes + count)]))
    }

    private mutating func append(_ id: State.NewID) -> UInt64 {
        let size = Self.headSize + id.sealed.count
        if (pieces.last?.count ?? .max) > 1 << Self.pieceBits - size {
            pieces.append([])
            pieces[pieces.count - 1].reserveCapacity(1 << Self.pieceBits)
        }
        let last = pieces.count - 1
        let start = UInt64(last) << Self.pieceBits | UInt64(pieces[last].count)
        for byte in 0..<8 {
            pieces[last].append(UInt8(truncatingIfNeeded: id.opened >> UInt64(8 * byte)))
        }
        for byte in 0..<4 {
            pieces[last].append(UInt8(truncatingIfNeeded: id.sealed.count >> (8 * byte)))
        }
        pieces[last] += id.sealed
        return start
    }

    private mutating func set(_ account: AccountNumber, _ id: State.NewID) {
        let start = append(id)
        if let index = index(account) {
            starts[index] = start
        } else if let place = places[account] {
            others[place].start = start
        } else if !id.sealed.isEmpty, starts.isEmpty || account.rawValue == nextInOrder {
            if starts.isEmpty { first = account }
            starts.append(start)
        } else {
            places[account] = others.count
            others.append((account, start))
        }
    }

    private var nextInOrder: UInt32 { first.rawValue + UInt32(starts.count) }

    private mutating func remove(_ account: AccountNumber) {
        if let index = index(account) {
            dropLast(starts[index])
            starts[index] = Self.takenBack
            while starts.last == Self.takenBack { starts.removeLast() }
        } else if let place = places.removeValue(forKey: account) {
            dropLast(others[place].start)
            others[place].start = Self.takenBack
        }
    }

    /// Gives up the bytes of an id if they are the last: what is taken back was mostly the last to come.
    private mutating func dropLast(_ start: UInt64) {
        guard let id = id(start), Int(start >> Self.pieceBits) == pieces.count - 1 else { return }
        let offset = Int(start & (1 << Self.pieceBits - 1))
        let last = pieces.count - 1
        guard offset + Self.headSize + id.sealed.count == pieces[last].count else { return }
        pieces[last].removeLast(pieces[last].count - offset)
    }
}
