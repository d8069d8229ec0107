import Ledger

/// What one run is like: each seed turns some features and faults off and draws how often the others
/// come, so that rare pairs of them meet too.
struct Swarm: Sendable {
    var verbs: [Verb] = []
    var ids: [String] = []
    // Out of 10,000 commands each.
    var keys = 0
    var repeats = 0
    var groups = 0
    var dryRuns = 0
    var rehearsals = 0
    var expects = 0
    var options = 0
    var badInput = 0
    var bigAmounts = 0
    var gameRole = 0
    var runs = 0
    var runSlices = 0
    var reads = 0
    var ticks = 0
    var clockJumps = 0
    // Out of 10,000 steps each.
    var takes = 0
    var commits = 0
    var deliveries = 0
    /// How often a batch is taken while one is under way, and taken back again.
    var takesBehind = 0
    var takesBack = 0
    var checkpoints = 0
    var slices = 0
    var rowsPerSlice = 512
    /// How many recent keys are written without a checkpoint.
    var recentKeysMax = 0
    /// How many ids of new accounts are.
    var newIDsMax = 0
    var crashes = 0
    var isKilledOnly = false
    var damages = 0
    var oldStates = 0
    var rebuilds = 0
    var faults = SimDisk.Faults()
    /// While a start is under way.
    var startFaults = SimDisk.Faults()

    private static let allIDs = [
        "ann", "bob", "cy", "ann/k", "bob/k", "dee", "ann/j", "é", "eve/x", "fay", "gus", "hal",
    ]

    init(_ tape: inout Tape) {
        func often(_ choices: Int...) -> Int { tape.pick(choices) }
        ids = Array(Self.allIDs.prefix(tape.within(2...Self.allIDs.count)))
        let rare: [Verb] = [
            .hold, .settle, .release, .record, .fact, .reverse, .freeze, .unfreeze, .forget,
            .transfer, .claim, .claim, .migrate,
        ]
        verbs = [.award, .award, .spend]
        for verb in rare {
            for _ in 0..<often(0, 1, 1, 2) { verbs.append(verb) }
        }
        keys = often(0, 2_000, 9_000)
        repeats = often(0, 300, 2_000)
        groups = often(0, 200, 2_000)
        dryRuns = often(0, 300)
        rehearsals = often(0, 300, 2_000)
        expects = often(0, 500, 3_000)
        options = often(0, 500, 3_000)
        badInput = often(0, 200, 1_000)
        bigAmounts = often(0, 0, 300, 2_000)
        gameRole = often(0, 1_000, 5_000)
        runs = often(0, 10, 100)
        runSlices = often(300, 3_000)
        reads = often(20, 100)
        ticks = often(0, 50, 500)
        clockJumps = often(0, 20, 200)
        takes = often(300, 2_000, 9_000)
        commits = often(1_000, 5_000, 10_000)
        deliveries = often(1_000, 5_000, 10_000)
        checkpoints = often(0, 20, 100, 1_000)
        slices = often(300, 3_000)
        rowsPerSlice = often(1, 3, 16, 512)
        crashes = often(0, 5, 20, 100)
        isKilledOnly = often(0, 0, 1) == 1
        damages = often(0, 0, 500, 3_000)
        oldStates = often(0, 0, 1_000)
        rebuilds = often(50, 500)
        faults.errors = often(0, 0, 5, 30)
        faults.cuts = often(0, 0, 5, 30)
        faults.isFull = often(0, 0, 0, 50)
        startFaults = faults
        startFaults.errors += often(0, 0, 300)
        startFaults.cuts += often(0, 1_000, 4_000)
    }
}
