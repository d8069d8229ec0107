import Foundation
import Simulation
import Testing

/// Short runs; `stelesim` does the long ones.
@Suite("The engine over a disk that fails")
struct SimulationTests {
    private struct Known: Sendable {
        var seed: UInt64
        var commands: Int
        var what: String
    }

    /// `fixtures/seeds/known.txt`: a seed, how many commands, what for.
    private static let known: [Known] = {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../fixtures/seeds/known.txt")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let seed = UInt64(parts[0]), let commands = Int(parts[1])
            else { return nil }
            return Known(seed: seed, commands: commands, what: String(parts[2]))
        }
    }()

    @Test("what a seed once found does not come back")
    func knownSeeds() throws {
        #expect(!Self.known.isEmpty)
        for known in Self.known {
            do {
                _ = try Simulation(seed: known.seed).run(commands: known.commands)
            } catch {
                Issue.record(
                    "\(known.what): stelesim --seed \(known.seed) --commands \(known.commands): \(error)"
                )
            }
        }
    }

    @Test("new seeds find nothing", arguments: [UInt64](1_001...1_012))
    func seeds(_ seed: UInt64) throws {
        let report = try Simulation(seed: seed).run(commands: 600)
        #expect(report.commands >= 600)
    }

    @Test("the same seed goes the same way", arguments: [UInt64](2_001...2_003))
    func determinism(_ seed: UInt64) throws {
        let first = try Simulation(seed: seed).run(commands: 500)
        let second = try Simulation(seed: seed).run(commands: 500)
        #expect(first.trace == second.trace)
        #expect(first.outcomes == second.outcomes)
    }

    /// Those that end in a report; the others may well end in a trap of the engine's.
    @Test(
        "the oracle notices deliberate mistakes",
        arguments: [
            Mutant.commitIsLost, .unreachedIsForgotten, .rescueIsNotSaved, .keysAreLost,
            .keysAreKept, .repliesTooEarly, .keyForgotten,
            .commitRetried, .rowIsForged, .keyRunIsLost, .answerIsOff,
        ])
    func mutants(_ mutant: Mutant) {
        // Most are noticed at once; a lost rescue takes a power cut at the right moment of a start.
        for seed in UInt64(101)...160 {
            do {
                _ = try Simulation(seed: seed, mutant: mutant).run(commands: 1_500)
            } catch {
                return
            }
        }
        Issue.record("nothing was noticed: \(mutant.rawValue)")
    }
}
