import Engine
import Ledger
import Store
import Wire

/// A PROJECTION REBUILD under way.
struct RebuildRun {
    enum Stage: Equatable {
        /// The log is being folded from its beginning, by a thread of its own.
        case folding
        /// Rows are compared, some in each turn of the loop.
        case comparing
        /// What was decided during the comparing is being folded.
        case catchingUp
        /// No turns are given, until what was decided is on disk …
        case settling
        /// … and folded; the few rows that moved on are compared at the end.
        case finishing
    }

    let rebuild = Rebuild()
    let name: String
    let slot: Int
    let generation: UInt32
    let began: Int64
    var stage = Stage.folding
}

// PROJECTION: the state is folded anew while the daemon serves, and compared byte by byte.

extension Front {
    /// What can be listed and rebuilt; both come from the same folding.
    private static let projections = ["accounts", "words", "boards"]

    func projection(_ query: Query, _ connection: Connection) throws(Refusal) -> Dispatched {
        guard case .projectionRebuild(let range) = query else {
            listProjections(connection)
            return .answered
        }
        let name = Misspelt.quoted(request.bytes, range)
        guard Self.projections.contains(name) else {
            throw Refusal(
                .notFound, [.init("projection", name)],
                "there is no projection \(name); there are \(Self.projections.joined(separator: ", "))"
            )
        }
        guard rebuildRun == nil else {
            throw Refusal(.busy, [.init("projection", name)], "a rebuild is under way: try again")
        }
        let run = RebuildRun(
            name: name, slot: connection.slot, generation: connection.generation, began: now)
        rebuildRun = run
        connection.pause = .answer
        rebuilder.submit(run.rebuild)
        return .answersLater
    }

    private func listProjections(_ connection: Connection) {
        values(on: connection) { writer in
            writer.list { writer in
                for name in Self.projections {
                    writer.map { writer in
                        writer.key("name")
                        writer.text(name)
                        writer.key("seq")
                        writer.sequence(engine.head)
                        writer.key("stored")
                        writer.sequence(engine.checkpointed)
                    }
                }
            }
        }
    }

    /// Whether no turns may be given: the last rows are being compared.
    var isStandingStill: Bool {
        guard let stage = rebuildRun?.stage else { return false }
        return stage == .settling || stage == .finishing
    }

    /// Whether the loop must not sleep.
    var isComparing: Bool { rebuildRun?.stage == .comparing }

    func takeRebuilt() {
        guard let hasMore = rebuilder.takeAnswers().last, let run = rebuildRun else { return }
        if hasMore { return rebuilder.submit(run.rebuild) }
        switch run.stage {
        case .catchingUp: rebuildRun?.stage = .settling
        case .finishing: compareRebuilt(run)
        default: rebuildRun?.stage = .comparing
        }
    }

    /// Goes on with the rebuild, a little in each turn of the loop.
    func stepRebuild() {
        guard let run = rebuildRun else { return }
        switch run.stage {
        case .comparing: compareRebuilt(run)
        case .settling where engine.isSettled:
            rebuildRun?.stage = .finishing
            rebuilder.submit(run.rebuild)
        default: break
        }
    }

    private func compareRebuilt(_ run: RebuildRun) {
        switch engine.compare(run.rebuild) {
        case .goesOn: rebuildRun?.stage = .comparing
        case .needsMore:
            rebuildRun?.stage = .catchingUp
            rebuilder.submit(run.rebuild)
        case .equal: finishRebuild(run, difference: nil)
        case .differs(let what): finishRebuild(run, difference: what)
        }
    }

    private func finishRebuild(_ run: RebuildRun, difference: String?) {
        rebuildRun = nil
        if let difference { Report.line("rebuild: \(difference)") }
        guard let connection = table[run.slot, run.generation] else { return }
        connection.pause = .none
        connection.output.prepare(&pool)
        if let difference {
            _ = refuse(
                Refusal(.corrupt, [.init("projection", run.name)], difference), connection)
        } else {
            values(on: connection) { writer in
                writer.map { writer in
                    writer.key("name")
                    writer.text(run.name)
                    writer.key("seq")
                    writer.sequence(run.rebuild.head)
                    writer.key("accounts")
                    writer.number(Int64(run.rebuild.accountCount))
                    writer.key("milliseconds")
                    writer.number(now - run.began)
                    writer.key("equal")
                    writer.truth(true)
                }
            }
        }
        hold(connection)
        enqueue(connection)
    }
}
