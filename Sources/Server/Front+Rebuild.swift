import Engine
import Ledger
import Store
import Wire

/// A PROJECTION REBUILD under way.
struct RebuildRun {
    enum Stage: Equatable {
        /// The log is being folded, by a thread of its own.
        case folding
        /// Rows are compared, some in each turn of the loop.
        case comparing
        /// What was decided during that is being folded: rows will go on to be compared, or …
        case catchingUp
        case catchingUpToRest
        /// … no turns are given until what was decided is on disk. Then that is folded, and what is left
        /// compared.
        case settling
    }

    let rebuild = Rebuild()
    let name: String
    let slot: Int
    let generation: UInt32
    let began: Int64
    /// The newest event when it began.
    let head: SequenceNumber
    var stage = Stage.folding

    /// How much it presses, from 0 to 2. At first it leaves the processors to all others; where these leave
    /// it too little, or write as fast as it folds, it must come to an end nevertheless.
    func urgency(now: Int64) -> Int {
        let patience = ServerLimits.rebuildPatienceMilliseconds + Int64(head / 1_000)
        let elapsed = now - began
        return elapsed < patience ? 0 : elapsed < 3 * patience ? 1 : 2
    }
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
            name: name, slot: connection.slot, generation: connection.generation, began: now,
            head: engine.head)
        rebuildRun = run
        connection.pause = .answer
        goOn(run)
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

    /// Whether no turns may be given: the last rows are to be compared.
    var isStandingStill: Bool { rebuildRun?.stage == .settling }

    /// Whether the loop must not sleep.
    var isComparing: Bool { rebuildRun?.stage == .comparing }

    private func goOn(_ run: RebuildRun) {
        rebuilders[run.urgency(now: now)].submit(run.rebuild)
    }

    func takeRebuilt() {
        // Only one of them has had something to do.
        guard let hasMore = rebuilders.compactMap({ $0.takeAnswers().last }).last,
            let run = rebuildRun
        else { return }
        if hasMore { return goOn(run) }
        rebuildRun?.stage = run.stage == .catchingUpToRest ? .settling : .comparing
    }

    /// Goes on with the rebuild, a little in each turn of the loop.
    func stepRebuild() {
        guard let run = rebuildRun else { return }
        switch run.stage {
        case .comparing: take(engine.compare(run.rebuild), run)
        case .settling where engine.isSettled:
            // Little has been decided since the log's end was reached, and nobody may keep this thread waiting.
            while goOnRebuilding(run.rebuild) {}
            take(engine.compareRest(run.rebuild), run)
        default: break
        }
    }

    private func take(_ comparison: Engine.Comparison, _ run: RebuildRun) {
        switch comparison {
        case .goesOn: break
        case .needsFolding: fold(.catchingUp, run)
        case .needsRest: fold(.catchingUpToRest, run)
        case .equal: finishRebuild(run, difference: nil)
        case .differs(let what): finishRebuild(run, difference: what)
        }
    }

    private func fold(_ stage: RebuildRun.Stage, _ run: RebuildRun) {
        rebuildRun?.stage = stage
        goOn(run)
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
