import Ledger
import Proof
import Secrets
import Store

/// One pass over a whole log that takes nothing for granted.
struct Verification: ~Copyable {
    /// A root that somebody else has kept.
    struct Witness {
        var sequence: UInt64
        var root: String
    }

    struct Verdict {
        /// The first thing wrong, if anything is.
        var mistake: String?
        /// How far the log was read: past a mistake in one of a batch's events, to the batch's end.
        var head: LogHead
        /// Events before the first thing wrong.
        var rightCount: UInt64
        var totals: Totals
    }

    private let ledger: OfflineLedger
    private let source: KeyedSource
    private let witness: Witness?
    private var folder: EventFolder
    private var head = LogHead.empty
    /// The tree as it grows, leaf by leaf, where a witness is to be met.
    private var witnessed = MerkleTree()

    init(_ ledger: OfflineLedger, witness: Witness?) {
        self.ledger = ledger
        self.witness = witness
        source = KeyedSource(ledger.directory.log, readsTexts: false)
        folder = EventFolder(source: source)
    }

    mutating func run(_ progress: inout Progress) throws(Failure) -> Verdict {
        let last = ledger.lastSequenceIfReadable()
        var mistake: String?
        while mistake == nil {
            let before = head.sequence
            mistake = mistakeInSome()
            if head.sequence == before { break }
            progress.update(
                count: Int(head.sequence),
                share: last.map { Double(head.sequence) / Double(max($0, 1)) })
            try Interrupt.check()
        }
        mistake = mistake ?? mistakeAtEnd()
        return Verdict(
            mistake: mistake, head: head,
            rightCount: folder.mistake.map { $0.sequence - 1 } ?? head.sequence,
            totals: Totals(&folder.state))
    }

    /// Goes on with a few batches, if there are any.
    private mutating func mistakeInSome() -> String? {
        do throws(StoreError) {
            try auditSome()
        } catch {
            return error.description
        }
        guard let (sequence, reason) = folder.mistake else { return nil }
        return "seq=\(sequence): \(reason)"
    }

    private mutating func auditSome() throws(StoreError) {
        var tree = witnessed
        let witness = self.witness
        let source = self.source
        var folder = EventFolder(source: source)
        swap(&folder, &self.folder)
        defer {
            swap(&folder, &self.folder)
            witnessed = tree
        }
        head = try ledger.reader.audit(from: head, batchCountMax: OfflineLedger.batchesAtOnce) {
            sequence, bytes in
            if folder.takeOnce(sequence, bytes),
                let mistake = Self.sealMistake(folder.event, source)
            {
                folder.fail(sequence, mistake)
            }
            guard let witness, sequence <= witness.sequence else { return }
            tree.append(leafHash: MerkleTree.leafHash(bytes))
            if sequence == witness.sequence, tree.root.hex != witness.root {
                folder.fail(sequence, "the root isn't the one given, but \(tree.root.hex)")
            }
        }
    }

    /// An account's key must open the id that the account was opened with, unless it is gone.
    private static func sealMistake(_ event: borrowing Event, _ source: KeyedSource) -> String? {
        guard case .opened(let id, _) = event.payload, let account = event.accounts.first?.account
        else { return nil }
        let sealed = Array(event.text[id.range])
        // FORGET may be wiping the key this very moment: it is looked at again.
        for _ in 1...2 {
            let key = source.key(of: account)
            if key.isAbsent { return nil }
            if key.unseal(sealed, sequence: event.sequence, field: 0) != nil { return nil }
        }
        return "the key of account \(account.rawValue) isn't the one that its id was sealed with"
    }

    /// What only the whole log can tell.
    private mutating func mistakeAtEnd() -> String? {
        if let witness, witness.sequence > head.sequence {
            return "the log ends at seq=\(head.sequence), before seq=\(witness.sequence)"
        }
        for rulebook in folder.state.rulebooks {
            guard rulebook.isComplete else { return "rulebook \(rulebook.number) is cut short" }
            guard SHA256.hash(rulebook.text).bytes == rulebook.hash else {
                return
                    "seq=\(rulebook.sequence): rulebook \(rulebook.number) isn't what its hash says"
            }
        }
        return keyMistake() ?? balanceMistake()
    }

    private mutating func keyMistake() -> String? {
        let ledgerKey = source.key(of: .ledger)
        if ledgerKey.isAbsent || !ledgerKey.isIntact { return "the ledger's own key is damaged" }
        var number: UInt32 = 1
        while number <= folder.state.accountCount {
            if let mistake = lastingMistake(ofKey: AccountNumber(number)) { return mistake }
            number += 1
        }
        return source.fault?.description
    }

    /// A daemon beside us may be forgetting the account: first the log says so, a moment later the
    /// key is wiped. So what looks wrong is looked at again, with what the log has said since.
    private mutating func lastingMistake(ofKey account: AccountNumber) -> String? {
        var mistake = mistake(ofKey: account)
        var looks = 0
        while mistake != nil, looks < Self.looksMax {
            looks += 1
            Clock.pause(milliseconds: 50)
            var before: UInt64
            repeat {
                before = head.sequence
                if let mistake = mistakeInSome() { return mistake }
            } while head.sequence != before
            mistake = self.mistake(ofKey: account)
        }
        return mistake
    }

    /// A second's worth: a commit and the flush of a key take far less.
    private static let looksMax = 20

    private mutating func mistake(ofKey account: AccountNumber) -> String? {
        let key = source.key(of: account)
        guard key.isIntact else { return "the key of account \(account.rawValue) is damaged" }
        switch (folder.state.isForgotten(account), key.isAbsent) {
        case (true, false): return "account \(account.rawValue) is forgotten, but its key is there"
        case (false, true):
            return "account \(account.rawValue) has no key: its texts can't be read"
        default: return nil
        }
    }

    private mutating func balanceMistake() -> String? {
        let totals = Totals(&folder.state)
        guard let currency = totals.currencies.first(where: { !$0.isBalanced }) else { return nil }
        return
            "\(currency.name): issued \(currency.issued) less burned \(currency.burned) isn't what "
            + "accounts hold, \(currency.balances.map(String.init) ?? "more than 64 bits")"
    }
}
