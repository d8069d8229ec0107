import Ledger
import Store

/// Folds a whole log on two cores: one thread reads it, checks its hashes and decodes, the other one folds.
struct Replay: ~Copyable {
    private var state: State
    private var folder = BlockFolder()
    private let ledger: OfflineLedger

    /// Events handed over at a time: some microseconds of waking a thread are nothing beside them, and
    /// they fit a core's cache.
    private static let pieceCount = 4_096
    private static let pieceCountMax: UInt32 = 6

    init(_ ledger: OfflineLedger) {
        self.ledger = ledger
        state = State(
            source: KeyedSource(ledger.directory.log, readsTexts: false), keepsIDs: false)
        // Nobody asks for tokens, of which there may be more than there is memory.
        state.keyedThrough = .max
    }

    /// - Parameter progress: told the number of the newest event folded.
    mutating func run(_ progress: (UInt64) -> Void) throws(Failure) {
        let full = Relay<Piece>(capacity: Self.pieceCountMax)
        let empty = Relay<Piece>(capacity: Self.pieceCountMax)
        for _ in 0..<Self.pieceCountMax { empty.put(Piece(Self.pieceCount)) }
        let reading = Reading(ledger.reader, from: empty, to: full)
        let thread: Background
        do throws(SystemFault) {
            thread = try Background { reading.run() }
        } catch {
            throw Failure(code: .no, message: error.description)
        }
        defer {
            // Whichever of the two stops first, the other one must not wait for it.
            empty.close()
            full.close()
            thread.join()
        }
        let reader = ledger.reader
        while let piece = full.take() {
            if let error = piece.error { throw Failure(error, path: ledger.directory.path) }
            let isRight = folder.fold(piece.events, into: &state) { sequence in
                (try? reader.event(sequence)) ?? nil
            }
            guard isRight else { break }
            progress(state.head)
            try Interrupt.check()
            empty.put(piece)
        }
        if let failure = folder.failure {
            throw Failure(code: .no, message: "log damaged: \(failure)")
        }
    }
}

extension Replay {
    var totals: Totals {
        mutating get { Totals(&state) }
    }
}

/// Events on their way from one thread to the other, which pass it to and fro.
private final class Piece: @unchecked Sendable {
    // Sendable: it goes to and fro through relays, which are locked, and who has put it into one has no
    // reference left that it uses.
    var events: TakenEvents
    /// What kept the log from being read on: there are no events then.
    var error: StoreError?

    init(_ count: Int) { events = TakenEvents(capacity: count) }
}

/// The half of the work that ends with decoded events.
private final class Reading: @unchecked Sendable {
    // Sendable: whoever makes it hands it to one thread, and keeps nothing of it but the relays, which any
    // thread may use.
    private let reader: LogReader<LMDBLog>
    private let empty: Relay<Piece>
    private let full: Relay<Piece>
    private var piece: Piece?

    init(_ reader: LogReader<LMDBLog>, from empty: Relay<Piece>, to full: Relay<Piece>) {
        self.reader = reader
        self.empty = empty
        self.full = full
    }

    func run() {
        nextPiece()
        var next: UInt64? = 1
        while let start = next, piece != nil {
            do throws(StoreError) {
                next = try reader.foldBlocks(
                    from: start, batchCountMax: OfflineLedger.batchesAtOnce, take)
            } catch {
                // What was read before it comes first.
                handOver()
                piece?.error = error
                break
            }
        }
        handOver()
        full.close()
    }

    private func take(
        _ first: UInt64, _ bytes: Span<UInt8>, _ events: Span<Range<Int>>
    ) -> Bool {
        while let piece {
            if piece.events.take(first, bytes, events) { return true }
            handOver()
        }
        return false
    }

    private func handOver() {
        guard let piece, piece.events.count > 0 || piece.error != nil else { return }
        full.put(piece)
        nextPiece()
    }

    private func nextPiece() {
        piece = empty.take()
        piece?.events.removeAll()
    }
}
