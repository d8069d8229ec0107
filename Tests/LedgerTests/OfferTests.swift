import Testing

@testable import Ledger

private let rulebook = """
    {
      edition: 1,
      currencies: {
        coins: { raw: ['game', 'operate'] },
        xp: { raw: ['game', 'operate'] },
        gems: { facets: 'open', raw: ['game', 'operate'] },
      },
      items: { hat: { slot: 'head' }, cap: { slot: 'head' }, coin: {} },
      ladders: {
        level: {
          of: "earned('xp')",
          tail: 10,
          cap: 50,
          rewards: {
            claim: 'prize',
            tracks: {
              main: { rungs: {
                '2': [{ balance: 'coins', amount: 'level' }],
                '3': { automatic: true, gives: [{ balance: 'xp', amount: 10 }] },
                '4': { automatic: true, gives: [{ balance: 'xp', amount: 10 }, { item: 'coin', count: 2 }] },
                '5-50': [],
              } },
              side: {
                requires: [{ test: "unlocked('side')", unmet: 'The side track is closed' }],
                rungs: { '2': [], '3': { automatic: true, gives: [{ item: 'hat' }] }, '20': [] },
              },
            },
          },
        },
      },
      actions: {
        open_side: { gives: [{ unlock: 'side' }] },
        close_side: { gives: [{ lock: 'side' }] },
        count: {
          inputs: { times: { type: 'int', default: 1 } },
          gives: [
            { fact: 'n', add: 'times' },
            { fact: 'seen', value: "fact('n') else 0" },
            { item: 'coin', count: 'times', when: "(fact('seen') else 0) > 3" },
            { fact: 'rich', value: "items('coin')", when: "owns('coin')" },
          ],
        },
        name_it: {
          inputs: { name: 'name', other: 'name' },
          let: { chosen: "if(name == 'none', other, name)", same: 'chosen == other' },
          show: ['same'],
          requires: [{ test: "not has('<chosen>')", unmet: '{chosen} is there', code: 'TAKEN' }],
          gives: [
            { fact: '<chosen>', value: 'chosen' },
            { fact: 'twice', value: 1, when: "has('<chosen>')" },
          ],
        },
      },
      offers: {
        both: {
          cost: [{ balance: 'coins', amount: 30 }, { balance: 'coins', amount: 30 },
                 { balance: 'gems:red', amount: 1 }],
          gives: [{ balance: 'coins', amount: "available('coins')" }],
        },
        pair: { parameters: { a: 'name', b: 'name' } },
        mine: { repeat: true, cost: { balance: 'coins', amount: 5, from: 'parent' } },
        nothing: { repeat: true },
        debt: { repeat: true, cost: { balance: 'coins', amount: '-1' } },
        hats: { repeat: true, gives: [{ item: 'hat', count: 2 }, { item: 'cap', unless_owned: true, equip: 'if_empty' }] },
        lose: { repeat: true, gives: [{ item: 'hat', count: -1 }] },
        vast: { repeat: true, cost: [{ balance: 'coins', amount: 9223372036854775807 }, { balance: 'coins', amount: 1 }] },
        odd: { repeat: true, cost: { balance: 'coins', amount: '1 / 2' } },
        sizes: { parameters: { n: { type: 'int', min: 1, max: 3, listed: true }, on: 'bool' }, exists: 'n < 3 or on' },
      },
    }
    """

extension Scenario {
    fileprivate mutating func fact(_ account: String, _ name: String) -> Int64? {
        let id = Array(account.utf8)
        guard let number = ledger.state.find(id, id.indices),
            let word = ledger.state.words.find(name)
        else { return nil }
        return ledger.state.value(number, CellKey(.fact, word))?.a
    }

    fileprivate mutating func items(_ account: String, _ name: String) -> Int64 {
        let id = Array(account.utf8)
        guard let number = ledger.state.find(id, id.indices),
            let word = ledger.state.words.find(name)
        else { return 0 }
        return ledger.state.value(number, CellKey(.item, word))?.a ?? 0
    }

    /// What became claimable, as CLAIM takes it.
    fileprivate var claimable: [String] {
        receipt.claimable.map { claim in
            var text: [UInt8] = []
            ledger.rules.appendClaim(
                claim.offer, claim.values, offerText: [], ledger.text(of: claim.values), to: &text)
            return String(decoding: text, as: UTF8.self)
        }
    }

    fileprivate var granted: [String] {
        receipt.granted.map { String(decoding: ledger.text(of: $0), as: UTF8.self) }
    }

    fileprivate mutating func offers(_ account: String, _ offer: String) throws -> OfferListing {
        let id = Array(account.utf8)
        return try ledger.offers(
            OfferQuestion(
                id: id, account: ledger.state.find(id, id.indices),
                offer: ledger.state.words.find(offer), role: .game), at: now)
    }
}

@Test("a claim comes to what the rulebook says, row by row")
func claims() {
    var scenario = Scenario(rulebook: rulebook)
    let rows: [(String, String)] = [
        ("claim ann nowhere", "UNDECLARED"),
        ("claim ann both", "INSUFFICIENT"),
        ("award ann coins 59", "ok"),
        ("award ann gems:red 1", "ok"),
        ("claim ann both", "INSUFFICIENT"),  // each cost alone could be paid
        ("award ann coins 1", "ok"),
        ("claim ann both key=k", "ok"),
        ("claim ann both", "TAKEN"),
        ("claim ann pair a=x b=y:z", "ok"),
        ("claim ann pair a=x b=y:z", "TAKEN"),
        ("claim ann pair a=x:y b=z", "BADARG"),  // else it would be marked like the one before
        ("claim ann pair a=x b=y", "ok"),
        ("claim ann pair a=x", "BADARG"),
        ("claim ann mine", "BADARG"),  // nobody plays her
        ("claim ann/elf mine", "ok"),
        ("claim ann nothing", "TAKEN"),
        ("claim ann debt", "BADARG"),
        ("claim ann odd", "BADARG"),
        ("claim ann vast", "INSUFFICIENT"),
        ("claim ann lose", "INSUFFICIENT"),
        ("claim ann hats", "ok"),
        ("claim ann lose", "ok"),
        ("claim ann sizes n=3 on=0", "BADARG"),
        ("claim ann sizes n=3 on=true", "ok"),
        ("claim ann sizes n=3 on=1", "TAKEN"),
        ("claim ann prize level=1 track=main", "BADARG"),
        ("claim ann prize level=51 track=main", "BADARG"),
        ("claim ann prize level=3 track=main", "REQUIREMENT"),
        ("freeze ann", "ok"),
        ("claim ann hats", "FROZEN"),
        ("claim ann/elf mine", "FROZEN"),
    ]
    for (command, expected) in rows {
        let head = scenario.ledger.state.head
        #expect(scenario.outcome(command) == expected, "\(command)")
        if expected != "ok" { #expect(scenario.ledger.state.head == head, "\(command)") }
    }
    // 60 before, 60 paid, and as much given as there was before; then 5 paid for the elf.
    #expect(scenario.available("ann", "coins") == 55)
    #expect(scenario.items("ann", "hat") == 1 && scenario.items("ann", "cap") == 1)
}

@Test("effects see what was set before them in the same command, and say only what changes")
func pendingMarks() throws {
    var scenario = Scenario(rulebook: rulebook)
    for _ in 1...3 { _ = try scenario.run("record bob count") }
    #expect(scenario.fact("bob", "n") == 3 && scenario.fact("bob", "seen") == 3)
    #expect(scenario.items("bob", "coin") == 0 && scenario.fact("bob", "rich") == nil)
    #expect(scenario.receipt.granted.isEmpty)
    _ = try scenario.run("record bob count times=2")
    #expect(scenario.fact("bob", "seen") == 5 && scenario.fact("bob", "rich") == 2)
    #expect(scenario.granted == ["coin"])
    _ = try scenario.run("record bob count times=0")
    #expect(scenario.receipt.granted.isEmpty)
    scenario.commit()
    var event = Event()
    let last = try #require(scenario.log.last)
    try event.decode(last, last.indices)
    #expect(event.marks.isEmpty)
    _ = try scenario.run("record bob count times=-1")
    #expect(scenario.items("bob", "coin") == 1 && scenario.receipt.granted.isEmpty)
    #expect(scenario.outcome("record bob count times=9223372036854775807") == "OVERFLOW")
}

@Test("a step may be a name that the ledger has never met")
func unmetNames() throws {
    var scenario = Scenario(rulebook: rulebook)
    _ = try scenario.run("record bob name_it name=brandnew other=brandold")
    #expect(scenario.receipt.explain.map(\.value) == [.zero])
    #expect(scenario.fact("bob", "brandnew") != nil && scenario.fact("bob", "brandold") == nil)
    #expect(scenario.fact("bob", "twice") == 1)
    _ = try scenario.run("record bob name_it name=none other=othername")
    #expect(scenario.receipt.explain.map(\.value) == [.one])
    #expect(scenario.fact("bob", "othername") != nil)
    do {
        _ = try scenario.run("record bob name_it name=none other=brandnew")
        Issue.record("it is there already")
    } catch {
        #expect(error.code == .taken && error.sentence == "brandnew is there")
    }
}

@Test("automatic rewards climb on in the same event, once each; the others wait, in order")
func rewardsOfRungs() throws {
    var scenario = Scenario(rulebook: rulebook)
    _ = try scenario.run("award bob xp 25 key=a")
    // 25 reach rung 3, whose 10 reach rung 4, whose 10 reach rung 5.
    #expect(scenario.receipt.reached.map(\.to) == [5])
    #expect(scenario.available("bob", "xp") == 45)
    #expect(scenario.claimable == ["prize level=2 track=main", "prize level=5 track=main"])
    #expect(scenario.items("bob", "coin") == 2)
    let first = scenario.receipt
    scenario.commit()
    guard case .known(let sequence, _) = try scenario.run("award bob xp 25 key=a") else {
        Issue.record("the key is known")
        return
    }
    var event = Event()
    let stored = try #require(scenario.source.events[sequence])
    try event.decode(stored, stored.indices)
    var again = Receipt()
    scenario.ledger.fill(&again, from: event, account: first.account)
    #expect(again.claimable == first.claimable && again.granted == first.granted)
    _ = try scenario.run("award bob xp 10")
    #expect(scenario.claimable == ["prize level=6 track=main"])
    _ = try scenario.run("claim bob prize level=2 track=main")
    #expect(scenario.available("bob", "coins") == 2 && scenario.claimable.isEmpty)
}

@Test("opening a track hands out what was reached, and only then")
func openingTracks() throws {
    var scenario = Scenario(rulebook: rulebook)
    _ = try scenario.run("award bob xp 25")
    #expect(scenario.outcome("claim bob prize level=2 track=side") == "REQUIREMENT")
    _ = try scenario.run("record bob open_side")
    #expect(scenario.claimable == ["prize level=2 track=side"] && scenario.granted == ["hat"])
    _ = try scenario.run("award bob xp 200")
    #expect(scenario.claimable.contains("prize level=20 track=side"))
    #expect(!scenario.claimable.contains("prize level=2 track=side"))
    _ = try scenario.run("record bob close_side")
    #expect(scenario.claimable.isEmpty)
    _ = try scenario.run("claim bob prize level=2 track=main")
    #expect(scenario.outcome("claim bob prize level=2 track=side") == "REQUIREMENT")
    _ = try scenario.run("record bob open_side")
    #expect(
        scenario.claimable == ["prize level=2 track=side", "prize level=20 track=side"])
    #expect(scenario.items("bob", "hat") == 1)
}

@Test("OFFERS lists every combination once, as CLAIM takes it")
func listing() throws {
    var scenario = Scenario(rulebook: rulebook)
    let head = scenario.ledger.state.head
    var listed = try scenario.offers("eve/elf", "sizes")
    #expect(
        listed.available.map(\.offer) == [
            "sizes n=1 on=0", "sizes n=1 on=1", "sizes n=2 on=0", "sizes n=2 on=1",
            "sizes n=3 on=1",
        ])
    #expect(try scenario.offers("eve/elf", "mine").available.first?.costs.first?.payer == "eve")
    #expect(try scenario.offers("eve", "mine").locked.first?.unmet.count == 1)
    #expect(try scenario.offers("eve", "pair").available.map(\.offer) == ["pair"])
    let costs = try scenario.offers("eve", "both").available.first?.costs
    #expect(costs?.map(\.amount) == [60, 1])
    #expect(scenario.ledger.state.head == head && scenario.ledger.state.accountCount == 0)
    _ = try scenario.run("claim eve sizes n=2 on=1")
    listed = try scenario.offers("eve", "sizes")
    #expect(listed.taken.map(\.offer) == ["sizes n=2 on=1"] && listed.available.count == 4)
    listed = try scenario.offers("eve", "prize")
    #expect(listed.available.isEmpty && listed.locked.count == 52)
    #expect(throws: Refusal.self) { try scenario.offers("eve", "level") }
}

@Test("what a reversed claim gave and took is as before, and it can be taken again")
func reversedClaims() throws {
    var scenario = Scenario(rulebook: rulebook)
    _ = try scenario.run("award ann coins 100")
    _ = try scenario.run("award ann gems:red 1")
    _ = try scenario.run("claim ann both")
    let claim = scenario.receipt.sequence
    scenario.commit()
    #expect(scenario.available("ann", "coins") == 140)
    #expect(scenario.outcome("reverse \(claim) amount=1") == "BADARG")
    #expect(scenario.outcome("spend ann coins 101") == "ok")
    #expect(scenario.outcome("reverse \(claim)") == "INSUFFICIENT")
    #expect(scenario.outcome("award ann coins 61") == "ok")
    #expect(scenario.outcome("reverse \(claim)") == "ok")
    #expect(scenario.available("ann", "coins") == 60)
    #expect(scenario.available("ann", "gems:red") == 1)
    #expect(scenario.claimable == ["both"])
    #expect(scenario.outcome("reverse \(claim)") == "TAKEN")
    #expect(scenario.outcome("claim ann both") == "ok")
    _ = try scenario.run("claim ann hats")
    let hats = scenario.receipt.sequence
    scenario.commit()
    _ = try scenario.run("claim ann lose")
    #expect(scenario.outcome("reverse \(hats)") == "INSUFFICIENT")
    _ = try scenario.run("claim ann hats")
    scenario.commit()
    _ = try scenario.run("reverse \(hats)")
    #expect(scenario.items("ann", "hat") == 1 && scenario.items("ann", "cap") == 0)
    #expect(scenario.receipt.granted.isEmpty)
}

@Test("a hold of the one who pays ends in time for a claim")
func holdsOfPayers() throws {
    var scenario = Scenario(rulebook: rulebook)
    let until = scenario.now.microseconds + 5
    _ = try scenario.run("award ann coins 5")
    _ = try scenario.run("hold ann coins 3 until=\(until)")
    #expect(scenario.outcome("claim ann/elf mine") == "INSUFFICIENT")
    scenario.now = Instant(microseconds: until)
    #expect(scenario.outcome("claim ann/elf mine") == "ok")
    #expect(scenario.available("ann", "coins") == 0)
}

@Test("an automatic reward of the first rung comes with the account")
func firstRungs() throws {
    var scenario = Scenario(
        rulebook: """
            { edition: 1, currencies: { xp: { raw: ['game', 'operate'] }, coins: {} },
              ladders: { level: { of: "earned('xp')", tail: 10, cap: 3, rewards: { claim: 'prize', tracks: {
                main: { rungs: { '1': { automatic: true, gives: [{ balance: 'coins', amount: 7 }] }, '2': [] } },
                side: { rungs: { '1': [] } } } } } } }
            """)
    _ = try scenario.run("award ann xp 1")
    #expect(scenario.available("ann", "coins") == 7 && scenario.claimable.isEmpty)
    #expect(scenario.outcome("claim ann prize level=1 track=main") == "TAKEN")
    #expect(scenario.outcome("claim ann prize level=1 track=side") == "ok")
    let listed =
        #","offers":[{"name":"prize","parameters":[{"name":"level","type":"int","required":true},"#
        + #"{"name":"track","type":"name","required":true}]}]}"#
    #expect(scenario.ledger.rules.listing().hasSuffix(listed))
}
