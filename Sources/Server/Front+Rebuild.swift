import Engine
import Ledger
import Store
import Wire

/// A PROJECTION REBUILD under way, and who asked for it.
struct RebuildUnderWay {
    var rebuild: Rebuild
    var slot: Int
    var generation: UInt32
    var startedAt: Int64
    /// The rebuilder's thread has it.
    var isFolding = true
    /// Writes wait while the last of it is compared.
    var holdsWrites = false
}

// PROJECTION REBUILD: folds the whole log beside the state in service, then compares the two row by
// row, a slice a turn. Only the last comparison, of what moved on meanwhile, makes writes wait.

extension Front {
    func rebuildProjection(_ name: String, _ connection: Connection) throws(Refusal) -> Dispatched {
        guard name == "state" else {
            throw Refusal(
                .notFound, [.init("projection", name)],
                "there is no projection \(name): PROJECTION LIST names them")
        }
        guard rebuildUnderWay == nil else {
            throw Refusal(
                .busy, [.init("projection", name)],
                "\(name) is being rebuilt already: wait for that to end")
        }
        let rebuild = Rebuild()
        rebuildUnderWay = RebuildUnderWay(
            rebuild: rebuild, slot: connection.slot, generation: connection.generation,
            startedAt: now)
        connection.pause = .answer
        rebuilder.submit(rebuild)
        return .answersLater
    }

    /// Whether writes have to wait for the end of a rebuild.
    var isRebuildHoldingWrites: Bool { rebuildUnderWay?.holdsWrites ?? false }

    /// Whether the loop has rows to compare and must not sleep.
    var isRebuildComparing: Bool {
        guard let rebuildUnderWay else { return false }
        return !rebuildUnderWay.isFolding && (!rebuildUnderWay.holdsWrites || engine.isSettled)
    }

    func takeRebuild() {
        guard !rebuilder.takeAnswers().isEmpty else { return }
        rebuildUnderWay?.isFolding = false
    }

    /// One slice of the comparison.
    func compareRebuild() {
        guard isRebuildComparing, let current = rebuildUnderWay else { return }
        switch engine.compare(current.rebuild) {
        case .goesOn: break
        case .needsMore(let mustSettle):
            rebuildUnderWay?.holdsWrites = mustSettle
            // What is decided by now has to be durable before it can be folded.
            guard engine.isSettled || !mustSettle else { return }
            rebuildUnderWay?.isFolding = true
            rebuilder.submit(current.rebuild)
        case .equal: endRebuild(nil)
        case .differs(let how): endRebuild(how)
        }
    }

    private func endRebuild(_ difference: String?) {
        guard let ended = rebuildUnderWay else { return }
        rebuildUnderWay = nil
        resumeWaiting()
        if let difference { Report.line("the rebuilt state differs: \(difference)") }
        guard let connection = table[ended.slot, ended.generation] else { return }
        connection.pause = .none
        connection.output.prepare(&pool)
        if let difference {
            _ = refuse(
                Refusal(
                    .corrupt, [.init("projection", "state")],
                    "the state in service is not what the log gives, \(difference): "
                        + "stop the daemon, run stele verify, then stele rebuild"), connection)
        } else {
            values(on: connection) { writer in
                writer.map { writer in
                    writer.key("projection")
                    writer.text("state")
                    writer.key("events")
                    writer.sequence(ended.rebuild.head)
                    writer.key("accounts")
                    writer.sequence(UInt64(ended.rebuild.accountCount))
                    writer.key("equal")
                    writer.truth(true)
                    writer.key("milliseconds")
                    writer.sequence(UInt64(max(0, now - ended.startedAt)))
                }
            }
        }
        hold(connection)
        enqueue(connection)
    }
}
