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
        for change in Array("'<>{]:-0~".utf8) + [before ^ 1] {
            bytes[index] = change
            if change != before, compiles(bytes) { compiled += 1 }
        }
        bytes[index] = before
    }
    #expect(compiled > 200)
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
        ])
}
