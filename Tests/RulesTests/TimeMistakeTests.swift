import Testing

@testable import Ledger

/// What is wrong with a part of a rulebook, whose first line is line 2.
private func mistakes(in part: String) -> [String] {
    mistakes(
        "{ edition: 1, currencies: { xp: { facets: 'open' }, coins: {} }, actions: { act: { inputs: "
            + "{ n: 'int', who: 'account', topic: 'name', on: 'bool' } } },\n\(part) }")
}

@Test("what can be wrong with seasons")
func wrongSeasons() {
    #expect(
        mistakes(
            in: """
                seasons: {
                a: { from: '2026-01-01', until: '2026-02-30', numbers: { top: 1, per: 2 } },
                b: { from: '2026-02-01', until: '2026-01-01', grace: '1 hour' },
                c: { until: 7, numbers: { top: 'x', per: 1 } },
                d: { from: '2027-01-01', until: '2027-03-01T00:00:00+01:00', numbers: { top: 1 } },
                e: { from: '2027-02-28', until: '2027-04-01', number: {}, on_entry: [{ item: 5 }] },
                }, ladders: { tier: { of: "earned('xp:<season>') + 1", tail: 5 },
                other: { of: "earned('xp:<season>')", cap: 'season.top + 0.5', tail: "season.pre * n" } }
                """
        ) == [
            "3:33 '2026-02-30' is no time: write '2026-01-01' or '2026-01-01T12:00:00Z'",
            "4:1 the number 'top' of the other seasons is missing here",
            "4:1 the number 'per' of the other seasons is missing here",
            "4:33 a season ends after it begins",
            "4:54 '1 hour' is no duration: write '30s', '90m', '24h' or '7d'",
            "5:4 when it begins (from) is missing here",
            "5:13 a text in quotes is needed here, not a number",
            "5:25 the number 'top' of the other seasons is missing here",
            "5:32 a number is needed here, not a text in quotes",
            "6:71 the number 'per' of the other seasons is missing here",
            "7:1 the number 'top' of the other seasons is missing here",
            "7:1 the number 'per' of the other seasons is missing here",
            "7:1 'e' begins before 'd' ends, at 2027-02-28T23:00:00Z",
            "7:47 a season has no 'number'; did you mean 'numbers'?",
            "7:78 a text in quotes is needed here, not a number",
            "8:27 a ladder kept for each facet or season climbs with one balance alone",
            "9:44 in 'b' this is no integer from 1 on",
        ])
}

@Test("ladders of seasons: what each season makes of them")
func wrongSeasonLadders() {
    let seasons = """
        seasons: { a: { from: '2026-01-01', until: '2026-02-01', numbers: { top: 3 } },
                   b: { from: '2026-02-01', until: '2026-03-01', numbers: { top: 0 } } },
        """
    #expect(
        mistakes(
            in: seasons + """

                ladders: { l: { of: "earned('xp:<season>')", cap: 'season.top', tail: 'season.tip * n - n' } }
                """
        ) == [
            "4:72 seasons have no number 'tip'; did you mean 'top'?"
        ])
    #expect(
        mistakes(
            in: seasons + """

                ladders: { l: { of: "earned('xp:<season>')", cap: 'season.top', tail: 'n - 1' } }
                """
        ) == ["4:51 in 'b' this is no integer from 1 on"])
    #expect(
        mistakes(in: seasons + " ladders: { l: { of: \"earned('xp:<season>') + 1\", tail: 5 } }")
            == ["3:103 a ladder kept for each facet or season climbs with one balance alone"])
    #expect(
        mistakes(in: " ladders: { l: { of: \"earned('xp:<season>')\", tail: 5 } }")
            == ["2:30 this rulebook has no seasons"])
}

@Test("what can be wrong with streaks and goals")
func wrongStreaksAndGoals() {
    #expect(
        mistakes(
            in: """
                streaks: {
                a: { counts: ['akt', { when: 'on' }, { action: 'act', when: 'n' }, { action: 'act', if: 'on' }] },
                b: { grace: -1, backwards: 'never', time_zone: 'Europe/Vienna' },
                },
                goals: {
                c: { target: 3 },
                d: { counts: ['act'], reaches: "streak('a')", target: 3 },
                e: { counts: [{ action: 'act', distinct: 'on', by: 'n' }], target: 0 },
                f: { counts: [{ action: 'act', distinct: 'who' }, { action: 'act', distinct: 'topic' }], target: 1 },
                g: { reaches: 'day', target: 5, repeat: true },
                h: { reaches: "streak('aa')", target: "streak('a')", window: 'season', enrol: 'jobs' },
                i: { counts: ['act'], from: '2026-02-01', until: '2026-01-01', gives: [{ enrol: 'z' }] },
                }
                """
        ) == [
            "3:15 there is no action 'akt'; did you mean 'act'?",
            "3:22 the action is missing: action: 'name'",
            "3:62 a truth (true or false) is needed here; this is a number",
            "3:85 what counts has no 'if'; known are action, when",
            "4:4 what counts is missing: counts: ['action']",
            "4:13 an integer from 0 to 366 is needed here, not -1",
            "4:28 'never' is none of 'ignore', 'restart'",
            "4:48 'Europe/Vienna' is none of 'rulebook', 'account'",
            "7:4 a goal either counts actions (counts) or reaches a value (reaches)",
            "8:4 a goal either counts actions (counts) or reaches a value (reaches)",
            "9:42 there is no input 'on' that is a name, an int or an account; did you mean 'n'?",
            "9:52 each different value counts 1: leave by out",
            "9:68 a target is an integer from 1 on that depends on nothing",
            "10:78 a goal counts either different accounts or different names",
            "11:15 this reads nothing of the account, so that it never gets further",
            "11:41 a value is reached once: only counts repeat",
            "12:23 there is no streak 'aa'; did you mean 'a'?",
            "12:40 nothing of an account can be read here, so not 'streak'",
            "12:62 this rulebook has no seasons",
            "12:79 'jobs' is none of 'automatic', 'offer', 'job'; did you mean 'job'?",
            "13:4 the target is missing here",
            "13:50 until comes after from",
            "13:81 there is no goal 'z'",
        ])
}

@Test("what can be wrong with limits, stamps and modifiers")
func wrongLimits() {
    #expect(
        mistakes(
            """
            { edition: 1, currencies: { xp: { facets: 'open' } },
            ladders: { tier: { of: "earned('xp:<facet>')", rungs: { low: 0, high: 5 } } },
            modifiers: { m: { percents: ["1 +", true, { percent: "modified('m', 1)", from: '2026-01-02', until: '2026-01-01' }],
              combine: 'add', round: 'up', least: 'x' }, k: { percent: 3 } },
            actions: {
              a: { limit: { count: 0, every: '1h' } },
              b: { limit: { count: 1 }, stamp: ['tear', 'tier'] },
              c: { limit: { per: 'day', every: '1h' }, limits: [{ every: '0s' }, { every: 'x' }] },
              d: { limits: [{ count: 9999, every: '1h' }, { per: 'year' }], let: { tier: '1' }, show: ['tier'] },
              e: { let: { x: "modified('mm', 1)", y: "modified('m', true)", z: "modified('m', 1)" } },
            } }
            """
        ) == [
            "3:34 a value is expected here, not the end of the formula",
            "3:37 a percentage: a number, or a formula in quotes, is needed here, not true or false",
            "3:101 until comes after from",
            "4:12 'add' is none of 'sum', 'chain'",
            "4:26 'up' is none of 'truncate', 'floor', 'ceil', 'half_up', 'half_even', 'none'",
            "4:39 a number is needed here, not a text in quotes",
            "4:49 the percents are missing here",
            "4:51 a modifier has no 'percent'; did you mean 'percents'?",
            "6:24 an integer from 1 to 1000 is needed here, not 0",
            "7:15 a limit is for any stretch of time, as in every: '24h', or per: 'day', 'week' or 'month'",
            "7:37 there is no ladder 'tear'",
            "7:45 'tier' is kept for each facet, so has no one rung",
            "8:15 limit and limits: write all of them into limits",
            "8:15 a limit is for any stretch of time, as in every: '24h', or per: 'day', 'week' or 'month'",
            "8:62 a limit's time is longer than nothing",
            "8:79 'x' is no duration: write '30s', '90m', '24h' or '7d'",
            "9:26 an integer from 1 to 1000 is needed here, not 9999",
            "9:54 'year' is none of 'day', 'week', 'month'",
            "9:92 'tier' is a ladder with named rungs: call the step otherwise",
            "10:28 there is no modifier 'mm'; did you mean 'm'?",
            "10:57 a number is needed here; this is a truth (true or false)",
            "10:69 in the modifier 'm': the modifier 'm' reads itself",
        ])
}

private let timed = """
    {edition:1,time_zone:'+01:00',currencies:{x:{facets:'open'}},
    seasons:{a:{from:'2026-01-01',until:'2026-02-01',grace:'1d',numbers:{p:9,t:3},on_entry:[{item:'i'}]},
    b:{from:'2026-02-01T00:00:00Z',until:'2026-03-01',numbers:{p:1,t:2}}},
    modifiers:{m:{percents:[5,{percent:"day",from:'2026-01-01'}],round:'floor',least:1}},
    ladders:{l:{of:"earned('x:<season>')",cap:'season.t',tail:'season.p*(n-1)',past_cap:'lose'},
    k:{of:"earned('x:a')",tail:[{to:3,step:5},{step:9}]}},
    actions:{c:{inputs:{n:'int',w:'name'},limits:[{count:2,every:'1h'},{per:'week'}],stamp:['l'],
    let:{v:"modified('m',n)+goal('<w>')+season.p+progress('l')+floor_of('k',n)"},
    gives:[{balance:'x:<season>',amount:'v'}]}},
    streaks:{s:{counts:['c',{action:'c',when:'n>1'}],grace:1,freeze:'i',bonus:[{fact:'f',add:1}]}},
    goals:{g:{counts:[{action:'c',by:'n'}],target:3,window:'month',repeat:true,gives:[{item:'i'}]},
    h:{reaches:"streak('s')+rung('l')",target:7,window:'season',enrol:'job',until:'2026-05-01'}}}
    """

@Test("a rulebook of seasons with any one byte changed is compiled or refused, never a trap")
func singleByteChangesOfTime() {
    #expect(mistakes(timed) == [])
    var bytes = Array(timed.utf8)
    var compiled = 0
    for index in bytes.indices {
        let before = bytes[index]
        for change in Array("'<(,9".utf8) + [before ^ 1] {
            bytes[index] = change
            if change != before, mistakes(bytes).isEmpty { compiled += 1 }
        }
        bytes[index] = before
    }
    #expect(compiled > 50)
}
