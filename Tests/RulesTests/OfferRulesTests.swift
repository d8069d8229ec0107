import Testing

@testable import Ledger

/// All that offers, items, effects and rewards can say, small enough to be changed in every way.
private let golden = """
    {edition:1,currencies:{c:{},x:{},f:{facets:'open'}},items:{h:{slot:'s',p:3,e:1.5},m:{p:5,k:'z'}},
    tables:{t:{k:{'2':9}},u:{a:'b'}},requirements:{q:{with:{w:'name',first:'number'},test:"has('<w>')",
    unmet:[{when:"first>1",say:'{w}'},'{first|1}'],code:'INACTIVE'}},
    ladders:{l:{of:"earned('x')",tail:5,cap:9,rewards:{claim:'r',tracks:{o:{rungs:{'2':{automatic:true,
    gives:[{item:'h',unless_owned:true,equip:'if_empty'}]},'3-4':[{balance:'c',amount:'l'}]}},
    g:{requires:[{test:"claimed('g')",unmet:'no'}],rungs:{'2':[]}}}}}},
    actions:{a:{inputs:{n:{type:'name',one_of:'u'},i:{type:'int',one_of:[1,2]},y:{type:'list',of:'int'}},
    active:"i>0",staff_only:"n=='a'",let:{k:'table.u[n]',
    j:"first(t in 1..9 where not claimed('v:<n>:<t>'))else 0"},requires:[{when:'i>1',use:'q',w:'n',first:2}],
    gives:[{fact:'q:<k>',add:1},{fact:'w',value:'k'},{clear_fact:'w'},{lock:'z'},{unlock:'z:<j>'},
    {equip:'h'},{unequip:'s'},{claim:'v',p:'a',q:'i'},{balance:'c',amount:'each',for_each:'y',to:'owner'}]}},
    offers:{g:{cost:{balance:'c',amount:2,from:'parent',when:'1<2'}},
    v:{parameters:{p:{type:'name',one_of:'u'},q:{type:'int',min:1,max:3,listed:true}},exists:"q<3",
    order:['funds','taken','requirements'],gives:[]},
    w:{parameters:{i:{type:'name',one_of:'items.s'}},repeat:true,active:"owns(i)",let:{z:'table.item_p[i]'},
    show:['z'],staff_only:false,listed:false,cost:[{balance:'f:<i>',amount:'z'}],
    requires:[{test:"not equipped('s',i)and not has_equipped('s')",unmet:'!'}],gives:[{equip:'<i>'}]},
    d:{parameters:{k:{type:'name'},n:{type:'int'}},domain:'t'}}}
    """

private func compiles(_ source: [UInt8]) -> Bool {
    var words = TestWords()
    if case .success = Rulebook.compile(source: source, file: "x", words: &words) { return true }
    return false
}

@Test("the golden rulebook of offers is right")
func goldenOffersAreRight() {
    #expect(mistakes(golden) == [])
}

@Test("a rulebook of offers that is cut short anywhere is a mistake, never a trap")
func truncatedOffers() {
    let bytes = Array(golden.utf8)
    for length in bytes.indices { #expect(!compiles(Array(bytes[..<length]))) }
}

@Test("a rulebook of offers with any one byte changed is compiled or refused, never a trap")
func changedOffers() {
    var bytes = Array(golden.utf8)
    var compiled = 0
    for index in bytes.indices {
        let before = bytes[index]
        // Each of them comes often enough, and a turn takes its time.
        let changes = Array("'<>{]:-0~".utf8)
        for change in [changes[index % changes.count], before ^ 1] {
            bytes[index] = change
            if change != before, compiles(bytes) { compiled += 1 }
        }
        bytes[index] = before
    }
    #expect(compiled > 30)
}

@Test("mistakes of offers are told with their place and what would be right")
func offerMistakes() {
    let found = mistakes(
        """
        {
          edition: 1,
          currencies: { xp: { never_decreases: true }, coins: {} },
          items: { hat: { slot: "head", price: 3 }, map: { price: "dear" }, "a b": {} },
          tables: { chart: { knight: { "2": 1 } } },
          offers: {
            a: { cost: { balance: "xp", amount: 1 }, ordr: [] },
            b: { cost: { balance: "coins" }, order: ["taken", "taken", "fund"] },
            c: { parameters: { who: "account", note: { type: "text", optional: true } } },
            d: { parameters: { n: { type: "int", min: 0, max: 20000, listed: true } } },
            e: { parameters: { n: { type: "int", min: 1, max: 5, one_of: [2, 2, 9] } } },
            f: { parameters: { i: { type: "name", one_of: "items.feet" } } },
            g: { gives: [{ item: "hut" }, { equip: "map" }, { claim: "z" }, { claim: "e" }] },
            h: { gives: [{ unlock: "x", lock: "y" }, { enrol: "goal" }, { fact: "x", add: 1, value: 2 }] },
            i: { parameters: { class: "name", n: "name" }, domain: "chart", exists: "claimd('a')" },
            j: { requires: [{ test: "claimed('e')", unmet: [{ when: "1 < 2", say: "x" }] }] },
            k: { gives: [{ balance: "coins", amount: 1, for_each: "list" }], per: "month" },
            l: { let: { name: "'x'" }, show: ["name"], requires: [{ test: true, unmet: "x", code: "NO" }] },
          },
          ladders: {
            "my-tier": { of: "earned('xp')", tail: 5, cap: 9, rewards: { claim: "r", tracks: {} } },
            tier: { of: "earned('xp')", tail: 5, cap: 9, rewards: { claim: "a", tracks: {
              free: { rungs: { "0": [], "3-5": [], "5": [], "x": [], "6": {}, "7": { gift: [] } } },
              gold: {},
            } } },
          },
        }
        """)
    #expect(
        found == [
            "4:59 'price' of the items before is a number; this is a name",
            "4:69 'a b' can't be a name here: 1 to 32 letters, digits, '_', '.' or '-'",
            "7:5 'a' is what a ladder's rewards are claimed by",
            "7:27 'xp' never decreases, so it can't be a cost",
            "7:46 an offer has no 'ordr'; did you mean 'order'?",
            "8:16 the amount is missing here",
            "8:55 'taken' is here already",
            "8:64 'fund' is none of 'taken', 'requirements', 'funds'; did you mean 'funds'?",
            "9:22 'who' is an account, which can't mark what was taken: write repeat: true, or make it an int, a bool or a name",
            "9:22 'note' is a text, which can't mark what was taken: write repeat: true, or make it an int, a bool or a name",
            "9:22 'note' can't be optional: what was taken is marked by it",
            "10:5 this offer has 20001 combinations of parameters; OFFERS lists at most 10000: write listed: false",
            "10:70 what is listed needs min and max, with at most 10000 values between them",
            "11:70 2 is here already",
            "11:73 an integer from 1 to 5 is needed here, not 9",
            "12:51 there is no item with the slot 'feet'",
            "13:26 there is no item 'hut'; did you mean 'hat'?",
            "13:44 'map' has no slot, so it can't be worn",
            "13:62 there is no offer 'z'",
            "13:69 the claim needs n: a number",
            "14:18 an effect is exactly one of balance, fact, clear_fact, item, unlock, lock, equip, unequip, enrol and claim",
            "14:55 there is no goal 'goal'",
            "14:83 a fact is given a value, or added to, not both",
            "15:60 the keys of 'chart' are a name and a number: so have to be the first parameters",
            "15:78 there is no function 'claimd'; did you mean 'claimed'?",
            "16:38 write claimed('e:<n>')",
            "16:52 the last sentence has to be one without a condition: \"…\"",
            "17:5 the rulebook has no seasons that the offer could come with",
            "17:59 there is no input 'list' that is a list",
            "17:75 'month' is none of 'season'",
            "18:39 'name' is a name; only numbers are shown",
            "18:91 'NO' is none of 'REQUIREMENT', 'TAKEN', 'INACTIVE', 'LIMIT'",
            "21:5 a ladder with rewards is a parameter of 'r': its name has to be a letter or '_', then letters, digits or '_', and not track",
            "23:24 'tier' has the rungs 1 to 9, not all of 0",
            "23:44 rung 5 is here already",
            "23:53 'x' is no rung: write '5', or '6-100' for several",
            "23:78 a reward has no 'gift'; known are automatic, gives",
            "24:13 the rungs of the track are missing: rungs: { '2': [ … ] }",
        ])
}
