import Engine
import Ledger
import Secrets
import Store

/// `stele rebuild`: makes the stored state anew from nothing but the log, and compares.
enum RebuildCommand {
    static let declaration = LocalCommand(
        name: "rebuild", grammar: "--data DIR",
        summary: "Makes the stored state anew from the log, and proves it equal to the old",
        options: [OfflineCommands.dataOption],
        details: """
              Brings the stored state up to the log's end, forgets it, folds the whole log from its
              first event, stores what comes of that, and compares the two entry by entry (by their
              hashes, table by table). The daemon must be stopped; beside a running one use
              PROJECTION REBUILD. A rebuild that is cut short does no harm: what is missing is folded
              at the next start.
              Ends with 1 if the old state wasn't what the log says; the new one is.
            """,
        examples: ["stele rebuild --data stele-data"],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let path = try OfflineCommands.directory(arguments)
        let store = try open(path)
        let log = store.directory.log
        let console = context.console
        let old = try printOfOld(store, console)
        let new: StateFingerprint
        do {
            try store.state.wipe()
            new = try bringUp(store, console, "rebuilding")
        } catch {
            throw failure(error, path: path)
        }
        let last = (try? LogReader(log).lastSequence()) ?? 0
        return report(old, new, events: last, console)
    }

    /// The print of the state that is there, once it has seen the whole log; `nil` if there is none
    /// that can be read.
    private static func printOfOld(
        _ store: Opened, _ console: Console
    ) throws(Failure) -> StateFingerprint? {
        do {
            guard try store.state.head() != nil else { return nil }
            return try bringUp(store, console, "bringing up")
        } catch StoreError.stateDamaged {
            return nil
        } catch {
            throw failure(error, path: store.directory.path)
        }
    }

    private static func failure(_ error: any Error, path: String) -> Failure {
        if let error = error as? StoreError { return Failure(error, path: path) }
        return Failure(code: .no, message: "\(error)")
    }

    private struct Opened {
        var directory: DataDirectory
        var state: StateStore<LMDBState>
    }

    private static func open(_ path: String) throws(Failure) -> Opened {
        do throws(StoreError) {
            let settings = DataDirectory.Settings(mayCreate: false, holder: "stele rebuild")
            let directory = try DataDirectory.open(path, settings: settings) {
                () throws(StoreError) in
                throw .missing(path: path)
            }
            guard let state = directory.state else { throw .missing(path: path) }
            return Opened(directory: directory, state: StateStore(state, checksum: checksum))
        } catch {
            throw Failure(error, path: path)
        }
    }

    static let checksum: StateChecksum = { SipHash.checksum(key: $0, value: $1) }

    /// Entries that are written at a time: nobody waits for anything else.
    static let sliceSize = 100_000

    /// Stores what has changed.
    static func store(
        _ engine: Engine, in state: StateStore<LMDBState>
    ) throws(StoreError) {
        engine.beginCheckpoint()
        while engine.isCheckpointing {
            guard let work = engine.checkpointSlice(of: sliceSize) else { continue }
            try work.write(to: state)
            engine.checkpointWritten(work.part)
        }
    }

    /// Folds what the stored state hasn't seen, stores all of it, and takes its print.
    private static func bringUp(
        _ store: Opened, _ console: Console, _ title: String
    ) throws -> StateFingerprint {
        let last = try LogReader(store.directory.log).lastSequence()
        var progress = Progress(title, unit: "events", console: console)
        let opening = try Opening.open(
            log: store.directory.log, state: store.state,
            random: KeyDraw().draw,
            progress: { sequence in
                progress.update(
                    count: Int(sequence), share: Double(sequence) / Double(max(last, 1)))
            })
        try Self.store(opening.engine, in: store.state)
        progress.finish()
        return try StateFingerprint(store.state)
    }

    private static func report(
        _ old: StateFingerprint?, _ new: StateFingerprint, events: UInt64, _ console: Console
    ) -> ExitCode {
        let differences = old.map(new.differences)
        let isEqual = differences?.isEmpty ?? true
        if console.isJSON {
            console.output.line(
                JSONWriter.object([
                    ("events", String(events)), ("compared", old == nil ? "false" : "true"),
                    ("equal", old == nil ? "null" : isEqual ? "true" : "false"),
                    (
                        "differences",
                        JSONWriter.array((differences ?? []).map(JSONWriter.string))
                    ),
                ]))
            return isEqual ? .done : .no
        }
        let style = console.style
        let rebuilt = "rebuilt from \(NumberFormat.grouped(events)) events"
        switch differences {
        case nil:
            console.output.line(
                style.good(rebuilt) + "; there was no readable state to compare with")
        case .some(let tables) where tables.isEmpty:
            console.output.line(style.good(rebuilt) + ", equal to the old state in every table")
        case .some(let tables):
            console.output.line(
                style.bad("the old state wasn't what the log says") + " in: "
                    + tables.joined(separator: ", ") + "; it is " + rebuilt)
        }
        return isEqual ? .done : .no
    }
}
