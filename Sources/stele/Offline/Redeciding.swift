import Ledger
import Store
import Wire

/// `verify --decide`: is every outcome in the log what the rules in force came to?
struct Redeciding {
    /// An outcome that isn't lawful, named while the names of the time are at hand.
    struct Finding {
        var sequence: UInt64
        var reason: String
        var recorded: Reply
        /// `nil` where nothing at all should have come of it.
        var decided: Reply?
    }

    private(set) var findings: [Finding] = []
    private(set) var count: UInt64 = 0
    private(set) var events: UInt64 = 0
    /// So many are kept in full, the rest are counted.
    private let findingsMax: Int
    private let ledger: OfflineLedger
    private let source: KeyedSource

    init(_ ledger: OfflineLedger, findingsMax: Int) {
        self.ledger = ledger
        self.findingsMax = findingsMax
        source = KeyedSource(ledger.directory.log, readsTexts: true)
    }

    /// Batches read in one go: deciding takes longer than folding, and a daemon's log grows while a
    /// snapshot is held.
    private static let batchesAtOnce = 4

    /// - Parameter last: the newest event to decide.
    mutating func run(upTo last: UInt64, _ progress: inout Progress) throws(Failure) {
        let reader = ledger.reader
        var recheck = Recheck { sequence in try? reader.event(sequence) }
        var event = Event()
        var mistake: String?
        var next: UInt64? = 1
        while let start = next, mistake == nil {
            do throws(StoreError) {
                next = try reader.fold(from: start, batchCountMax: Self.batchesAtOnce) {
                    sequence, bytes in
                    guard sequence <= last else { return false }
                    mistake = take(sequence, bytes, &event, &recheck)
                    return mistake == nil
                }
            } catch {
                throw Failure(error, path: ledger.directory.path)
            }
            events = recheck.head
            progress.update(count: Int(events), share: Double(events) / Double(max(last, 1)))
            try Interrupt.check()
        }
        if let mistake { throw Failure(code: .no, message: "log damaged: \(mistake)") }
    }

    private mutating func take(
        _ sequence: UInt64, _ span: Span<UInt8>, _ event: inout Event, _ recheck: inout Recheck
    ) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count)
        for index in span.indices { bytes.append(span[index]) }
        do throws(DecodingError) {
            try event.decode(bytes, bytes.indices)
        } catch {
            return "seq=\(sequence): \(error.reason)"
        }
        do throws(FoldError) {
            if let deviation = try recheck.take(event) { note(deviation, recheck.names) }
            return nil
        } catch {
            return "seq=\(sequence): \(error.reason)"
        }
    }

    private mutating func note(_ deviation: Deviation, _ names: StateNames) {
        count += 1
        guard findings.count < findingsMax else { return }
        let names = SnapshotNames(names, source)
        findings.append(
            Finding(
                sequence: deviation.sequence, reason: RetoldName.spelled(deviation.reason, names),
                recorded: Reply.made { $0.event(deviation.recorded, names) },
                decided: deviation.decided.map { event in Reply.made { $0.event(event, names) } }))
    }
}

// How the findings are shown.

extension Redeciding {
    func print(seconds: Double, to console: Console) {
        let style = console.style
        let rate = NumberFormat.rate(Double(events) / max(seconds, 1e-9))
        guard count > 0 else {
            console.output.line(
                style.good("decided again, all the same")
                    + "  \(NumberFormat.grouped(events)) events, \(rate) a second")
            return
        }
        for finding in findings { print(finding, console) }
        let more = count - UInt64(findings.count)
        console.output.line(
            style.bad("\(NumberFormat.grouped(count)) of \(NumberFormat.grouped(events)) events")
                + " aren't what the rules in force came to"
                + (more > 0 ? ", \(NumberFormat.grouped(more)) of them not shown" : ""))
    }

    private func print(_ finding: Finding, _ console: Console) {
        let style = console.style
        let printer = ReplyPrinter(console)
        console.output.line(
            style.bad("event \(finding.sequence)") + "  " + Escape.forTerminal(finding.reason))
        var table = Table(header: ["", "in the log", "decided again"], indent: 2)
        for name in Self.parts(of: finding) {
            let recorded = finding.recorded[name].map { printer.text($0, of: name) } ?? "–"
            let decided = finding.decided?[name].map { printer.text($0, of: name) } ?? "–"
            guard recorded != decided || name == "account" else { continue }
            table.rows.append([
                Table.Cell(name, dress: style.faint), Table.Cell(recorded), Table.Cell(decided),
            ])
        }
        table.print(to: console)
    }

    private static func parts(of finding: Finding) -> [String] {
        var names: [String] = []
        for pair in (finding.recorded.pairs ?? []) + (finding.decided?.pairs ?? []) {
            guard let name = pair.name.string, !names.contains(name), name != "memo" else {
                continue
            }
            names.append(name)
        }
        return names
    }

    /// Members for the object that verify prints.
    var json: [(String, String)] {
        [
            ("decided", String(events)), ("deviations", String(count)),
            (
                "deviating",
                JSONWriter.array(
                    findings.map {
                        JSONWriter.object([
                            ("seq", String($0.sequence)), ("reason", JSONWriter.string($0.reason)),
                            ("recorded", JSONWriter.reply($0.recorded)),
                            ("decided", $0.decided.map(JSONWriter.reply) ?? "null"),
                        ])
                    })
            ),
        ]
    }
}
