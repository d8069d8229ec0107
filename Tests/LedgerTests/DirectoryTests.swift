import Testing

@testable import Ledger

/// The directory, held against a dictionary; of its tokens many begin alike.
@Suite("Directory") struct DirectoryTests {
    /// - Parameter bits: in how many of the first 40 bits, from the highest, tokens differ.
    private static func token(_ random: inout PlainRandom, _ bits: UInt64) -> Token {
        let first = (random.next() << (64 - bits)) >> 24
        return Token(low: (first << 24 | random.next() >> 40).byteSwapped, high: random.next())
    }

    private static func find(
        _ token: Token, _ directory: borrowing Directory, _ accounts: [Token: AccountNumber]
    ) -> AccountNumber? {
        var next = directory.first(token)
        while let place = next {
            // In the state it's the account's row that tells.
            if accounts[token] == directory[place] { return directory[place] }
            next = directory.next(token, after: place)
        }
        return nil
    }

    private static func collect(
        _ directory: borrowing Directory, _ accounts: borrowing AccountSet
    ) -> [(part: Int, slot: UInt64)] {
        var found: [(Int, UInt64)] = []
        var place = (part: 0, tag: UInt32(0))
        while place.part < Directory.partCount {
            let part = place.part
            var slots: [UInt64] = []
            directory.appendSome(of: accounts, at: &place, to: &slots)
            found += slots.map { (part, $0) }
        }
        return found
    }

    @Test(
        "entries come, go and are gone through in order",
        arguments: [(UInt64(1), UInt64(40)), (2, 12), (3, 8), (4, 3), (5, 16)])
    func model(seed: UInt64, bits: UInt64) {
        var random = PlainRandom(state: seed)
        var directory = Directory()
        var accounts: [Token: AccountNumber] = [:]
        for number in UInt32(1)...6_000 {
            if random.next() % 3 == 0, let (token, account) = accounts.first {
                var next = directory.first(token)
                while let place = next, directory[place] != account {
                    next = directory.next(token, after: place)
                }
                if let place = next { directory.remove(place) } else { Issue.record("lost") }
                accounts[token] = nil
            } else {
                let token = Self.token(&random, bits)
                guard accounts[token] == nil else { continue }
                accounts[token] = AccountNumber(number)
                directory.insert(token, AccountNumber(number))
            }
        }
        for (token, account) in accounts {
            #expect(Self.find(token, directory, accounts) == account)
        }
        var wanted = AccountSet()
        let some = accounts.filter { $0.value.rawValue % 3 == 0 }
        for account in some.values { wanted.insert(account) }
        let found = Self.collect(directory, wanted)
        #expect(
            found.map { Directory.account($0.slot) }.sorted() == some.values.sorted())
        let tokens = Dictionary(uniqueKeysWithValues: some.map { ($1, $0) })
        for (part, slot) in found {
            let low = tokens[Directory.account(slot)]?.low ?? 0
            #expect(Directory.firstBytes(slot, ofPart: part) == UInt32(truncatingIfNeeded: low))
        }
        let order = found.compactMap { tokens[Directory.account($0.slot)] }
            .map { $0.low.byteSwapped >> 26 }
        #expect(order == order.sorted())
    }

    @Test("a part that grows while it is gone through loses nobody")
    func growth() {
        var random = PlainRandom(state: 9)
        var directory = Directory()
        var wanted = AccountSet()
        for number in UInt32(1)...2_000 {
            directory.insert(Self.token(&random, 40), AccountNumber(number))
            wanted.insert(AccountNumber(number))
        }
        var found: Set<AccountNumber> = []
        var place = (part: 0, tag: UInt32(0))
        var number: UInt32 = 2_000
        while place.part < Directory.partCount {
            var slots: [UInt64] = []
            directory.appendSome(of: wanted, at: &place, to: &slots)
            for slot in slots { #expect(found.insert(Directory.account(slot)).inserted) }
            for _ in 0..<200 {
                number += 1
                directory.insert(Self.token(&random, 40), AccountNumber(number))
            }
        }
        #expect(found.count == 2_000)
    }

    @Test("an entry takes some 12 bytes, however many there are")
    func memory() {
        var random = PlainRandom(state: 1)
        var directory = Directory()
        for number in UInt32(1)...300_000 {
            directory.insert(Self.token(&random, 40), AccountNumber(number))
            if number >= 50_000, number % 10_000 == 0 {
                #expect(directory.byteCount <= 13 * Int(number))
            }
        }
    }
}
