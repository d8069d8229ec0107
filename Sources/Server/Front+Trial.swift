import Engine
import Ledger
import Wire

/// A RULES DIFF under way.
struct RulesTrial {
    let run: TrialRun
    let slot: Int
    let generation: UInt32
}

// RULES DIFF: a thread of its own decides the history again, piece by piece, while the daemon serves.

extension Front {
    /// Accounts named for each currency.
    private static let rowsMax = 10

    func tryRules(_ source: [UInt8], _ connection: Connection) throws(Refusal) -> Dispatched {
        guard rulesTrial == nil else {
            throw Refusal(.busy, [], "another RULES DIFF is under way: try again")
        }
        let run: TrialRun
        do throws(Mistakes) {
            run = try TrialRun(
                rules: source, file: "rulebook", scrutiny: ZoneFiles.scrutiny,
                end: engine.durable, rowsMax: Self.rowsMax)
        } catch {
            let mistakes = error
            values(on: connection) { $0.mistakes(mistakes) }
            return .answered
        }
        rulesTrial = RulesTrial(
            run: run, slot: connection.slot, generation: connection.generation)
        connection.pause = .answer
        trier.submit(run)
        return .answersLater
    }

    func takeTrial() {
        guard let hasMore = trier.takeAnswers().last, let trial = rulesTrial else { return }
        // Nobody waits for it any more.
        guard let connection = table[trial.slot, trial.generation] else {
            rulesTrial = nil
            return
        }
        if hasMore { return trier.submit(trial.run) }
        rulesTrial = nil
        connection.pause = .none
        connection.output.prepare(&pool)
        if let result = trial.run.result {
            values(on: connection) { $0.trial(result, engine) }
        } else {
            let fault = trial.run.fault ?? "nothing came of it"
            Report.line("rules diff: \(fault)")
            _ = refuse(Refusal(.corrupt, [], fault), connection)
        }
        hold(connection)
        enqueue(connection)
    }
}
