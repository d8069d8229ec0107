import Simulation

#if canImport(Glibc)
    import Glibc
#endif

/// Runs seeds of the simulation one after another, or one of them again.
///
///     stelesim [--seed N] [--seeds COUNT] [--seconds S] [--commands M] [--mutant NAME] [--twice]
struct Options {
    var seed: UInt64 = 1
    var seeds = 1
    var seconds: Int?
    var commands = 5_000
    var mutant: Mutant?
    var isTwice = false

    init?(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        while let name = rest.next() {
            if name == "--twice" {
                isTwice = true
                continue
            }
            guard let value = rest.next() else { return nil }
            switch name {
            case "--mutant":
                guard let known = Mutant(rawValue: value) else { return nil }
                mutant = known
            case "--seed":
                guard let number = UInt64(value) else { return nil }
                seed = number
            case "--seeds":
                guard let number = Int(value) else { return nil }
                seeds = number
            case "--seconds":
                guard let number = Int(value) else { return nil }
                seconds = number
                seeds = .max
            case "--commands":
                guard let number = Int(value) else { return nil }
                commands = number
            default: return nil
            }
        }
    }
}

func seconds() -> Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

guard let options = Options(CommandLine.arguments) else {
    print(
        "usage: stelesim [--seed N] [--seeds COUNT | --seconds S] [--commands M] [--twice] [--mutant NAME]"
    )
    exit(64)
}

let start = seconds()
var total = Report()
var count = 0
var failures = 0
while count < options.seeds {
    if let limit = options.seconds, seconds() - start > Double(limit) { break }
    let seed = options.seed &+ UInt64(count)
    count += 1
    do {
        let simulation = try Simulation(seed: seed, mutant: options.mutant)
        let report = try simulation.run(commands: options.commands)
        total.add(report)
        if options.isTwice {
            let again = try Simulation(seed: seed, mutant: options.mutant)
            guard try again.run(commands: options.commands).trace == report.trace else {
                throw Failure("the same seed went another way the second time")
            }
        }
    } catch {
        failures += 1
        print("seed \(seed) failed: \(error)")
        print(
            "again: stelesim --seed \(seed) --commands \(options.commands)"
                + (options.mutant.map { " --mutant \($0.rawValue)" } ?? ""))
        // A deliberate mistake is found once it is found.
        if failures >= 5 || options.mutant != nil { break }
    }
}
let elapsed = seconds() - start
for (name, number) in total.outcomes.sorted(by: { $0.key < $1.key }) { print("\(number)\t\(name)") }
print(
    "\(count) seeds, \(total.commands) commands, \(total.crashes) crashes, \(total.events) events, "
        + "\(Int(Double(total.commands) / elapsed)) commands/s, \(failures) failed")
exit(failures == 0 ? 0 : 1)
