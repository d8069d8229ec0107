/// The rulebook of a run, and what the oracle knows of it: written down twice, once for the
/// ledger and once as plain numbers.
struct Book: Sendable {
    /// What every account is given when it is opened; 0: nothing.
    var openingCoins: Int64
    var coinCap: Int64?
    var debtFloor: Int64
    /// Whether a lost level stays.
    var keepsLevels: Bool
    let currencies: [String: Currency]
    /// By currency.
    let ladders: [String: [Ladder]]

    init(_ tape: inout Tape) {
        openingCoins = tape.below(3) == 0 ? 10 : 0
        coinCap = tape.below(2) == 0 ? 1_000_000 : nil
        debtFloor = -100
        keepsLevels = tape.below(2) == 0
        currencies = [
            "coin": Currency(cap: coinCap, isTransferable: true),
            "debt": Currency(floor: debtFloor, isTransferable: true, receivedClimbs: true),
            "gem": Currency(hasFacets: true, isTransferable: true),
            "xp": Currency(neverDecreases: true),
            "pts": Currency(raw: .operators),
            "hid": Currency(raw: .nobody),
        ]
        ladders = Dictionary(
            grouping: [
                Ladder(
                    name: "level", currency: "xp", start: 1, floors: [0, 100, 300, 600],
                    keeps: keepsLevels),
                Ladder(
                    name: "rank", currency: "coin", start: 0, floors: [0, 50, 5_000, 500_000],
                    keeps: false),
                Ladder(
                    name: "shine", currency: "gem", isScoped: true, ofAvailable: true, start: 1,
                    floors: [0, 20, 400], keeps: false),
                Ladder(
                    name: "standing", currency: "debt", start: 1, floors: [0, 1_000], keeps: true,
                    receivedClimbs: true),
            ], by: \.currency)
    }

    struct Currency {
        var raw: Raw = .everybody
        var hasFacets = false
        var floor: Int64 = 0
        var cap: Int64?
        var neverDecreases = false
        var isTransferable = false
        var receivedClimbs = false

        enum Raw { case everybody, operators, nobody }
    }

    struct Ladder {
        var name: String
        var currency: String
        /// Kept for each facet.
        var isScoped = false
        var ofAvailable = false
        var start: Int64
        var floors: [Int64]
        var keeps: Bool
        var receivedClimbs = false
    }

    /// Who has fewer coins than this is given so many points by the job `wage`.
    static let wageBelow: Int64 = 100
    static let wage: Int64 = 2

    var source: String {
        let cap = coinCap.map { ", cap: \($0)" } ?? ""
        let openings =
            openingCoins == 0
            ? "" : "openings: [{ posts: [{ balance: 'coin', amount: '\(openingCoins)' }] }],"
        return """
            {
              edition: 1,
              title: 'Simulation',
              currencies: {
                coin: { facets: 'none', transferable: true, raw: ['game', 'operate']\(cap) },
                debt: { facets: 'none', transferable: true, received_climbs: true, floor: \(debtFloor), raw: ['game', 'operate'] },
                gem: { facets: ['red', 'blue', 'green'], transferable: true, raw: ['game', 'operate'] },
                xp: { facets: 'none', never_decreases: true, raw: ['game', 'operate'] },
                pts: { facets: 'none', raw: ['operate'] },
                hid: { facets: 'none', raw: [] },
              },
              ladders: {
                level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600], lose: '\(keepsLevels ? "never" : "follows")' },
                rank: { of: "earned('coin')", start: 0, rungs: [0, 50, 5000, 500000], lose: 'follows' },
                shine: { of: "available('gem:<facet>')", start: 1, rungs: [0, 20, 400], lose: 'follows' },
                standing: { of: "earned('debt')", start: 1, rungs: [0, 1000], lose: 'never' },
              },
              \(openings)
              items: { hat: { slot: 'head' }, cap: { slot: 'head' } },
              offers: {
                shop: {
                  parameters: { what: { type: 'name', one_of: 'items' } },
                  cost: { balance: 'coin', amount: "if(what == 'hat', 40, 15)" },
                  gives: [{ item: '<what>' }],
                },
                swap: {
                  parameters: { n: { type: 'int', min: 1, max: 40 } },
                  repeat: true,
                  requires: [{ test: 'n >= 10', unmet: 'too little' }],
                  cost: { balance: 'coin', amount: 'n' },
                  gives: [{ balance: 'pts', amount: 'floor(n / 10) * 3' }],
                },
              },
              migrations: {
                legacy: {
                  fields: {
                    coin: { type: 'int', min: 0, max: 1000 },
                    xp: { type: 'int', min: 0, max: 1000 },
                    level: { type: 'int', min: 1, max: 4 },
                  },
                  gives: [
                    { balance: 'coin', amount: 'coin' },
                    { balance: 'xp', amount: 'xp' },
                    { rung: 'level', value: 'level' },
                    { fact: 'old', value: 1 },
                  ],
                },
              },
              jobs: {
                wage: {
                  when: "available('coin') < \(Book.wageBelow)",
                  gives: [{ balance: 'pts', amount: \(Book.wage) }],
                },
              },
              actions: {
                quest: {
                  inputs: { hard: { type: 'bool', default: false }, name: { type: 'name' } },
                  let: { prize: 'if(hard, 200, 50)' },
                  show: ['prize'],
                  once: ['name'],
                  posts: [
                    { balance: 'xp', amount: 'prize' },
                    { balance: 'coin', amount: '5' },
                  ],
                  sets: [{ fact: 'quest:<name>', value: 'prize' }],
                },
                trade: {
                  inputs: { n: { type: 'int', min: -50, max: 50 } },
                  requires: [{ test: "available('coin') >= 10", unmet: 'poor' }],
                  posts: [{ balance: 'coin', amount: 'n' }, { balance: 'hid', amount: '1' }],
                },
                gift: {
                  inputs: { to: 'account', n: { type: 'int', min: 0, max: 100 } },
                  posts: [
                    { balance: 'coin', amount: 'n', side: 'spend' },
                    { balance: 'coin', amount: 'n', to: 'to' },
                  ],
                },
                grant: {
                  staff_only: true,
                  inputs: { n: { type: 'int', min: 1, max: 1000 } },
                  posts: [{ balance: 'pts', amount: 'n' }],
                },
                retired: { active: false, posts: [{ balance: 'hid', amount: '1' }] },
              },
            }
            """
    }
}
