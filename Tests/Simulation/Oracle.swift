import Ledger

/// Says what every command must come to, from the contract alone.
final class Oracle {
    var world = World()
    let book: Book
    private var known: [Token: Known] = [:]
    /// In the order in which they were remembered, so that a crash takes back the newest.
    private var tokenLog: [(token: Token, sequence: UInt64)] = []
    private var posted: [Posted] = []

    // What is judged and may yet be taken back.
    private var saved: [(person: Int, before: World.Person)] = []
    private var savedIDs: [(id: String, person: Int?)] = []
    private var savedHolders: [(hold: UInt64, person: Int?)] = []
    private var savedTotals: (issued: [String: Int64], burned: [String: Int64]) = ([:], [:])
    private var savedTime: Int64 = 0
    private(set) var peopleBefore = 0
    private var pendingTokens: [(token: Token, entry: Known)] = []
    private var pendingEvents: [Posted] = []
    /// As accounts stood before the group.
    private(set) var lastBeforeGroup: [Int: UInt64] = [:]
    private(set) var isInGroup = false
    private var groupNumber = 0

    /// Accounts of which the oracle does not know the last event.
    var unsure: [Int] = []
    private var unsureBefore = 0
    /// The command under way.
    var draft = Draft()

    struct Draft {
        var reasons: Reasons = []
        var now: Int64 = 0
        var head: UInt64 = 0
        var subject = -1
        var isSubjectNew = false
        var kind = EventKind.award
        var isTransfer = false
        var items: [String] = []
        var claim: String?
        var changes: [Reply.Change] = []
        var reached: [Reply.Reached] = []
        var explain: [String: Int64] = [:]
        var parts: [Posted.Part] = []
        var people: [Int] = []
        var tokens: [Token] = []
        /// Holds that expired because of the command: of its own account, and of others.
        var expiredOwn = 0
        var expiredOther: [Int] = []
    }

    /// When the ledger's last event was recorded.
    func setTime(_ time: Int64) { world.time = time }

    init(book: Book) { self.book = book }

    enum Outcome {
        /// Refused, for one of these reasons.
        case refused(Reasons)
        /// Known from before; to be refused for one of these reasons is as good.
        case duplicate(Known, Reasons)
        /// Known from before as another command, or from another group.
        case reused(Reasons)
        case accepted(Reply)
    }

    // MARK: Taking back

    func begin(inGroup: Bool) {
        clear()
        savedTotals = (world.issued, world.burned)
        peopleBefore = world.people.count
        unsureBefore = unsure.count
        savedTime = world.time
        isInGroup = inGroup
        groupNumber += 1
    }

    private func clear() {
        saved.removeAll(keepingCapacity: true)
        savedIDs.removeAll(keepingCapacity: true)
        savedHolders.removeAll(keepingCapacity: true)
        pendingTokens.removeAll(keepingCapacity: true)
        pendingEvents.removeAll(keepingCapacity: true)
        lastBeforeGroup.removeAll(keepingCapacity: true)
    }

    /// What was judged since `begin` stands.
    func commit() {
        for (token, entry) in pendingTokens {
            known[token] = entry
            tokenLog.append((token, entry.sequence))
        }
        posted.append(contentsOf: pendingEvents)
        clear()
    }

    /// Nothing of what was judged since `begin` happened.
    func undo() {
        // Fewer are left than there were if they were asked for meanwhile.
        unsure.removeLast(max(0, unsure.count - unsureBefore))
        for entry in saved.reversed() { world.people[entry.person] = entry.before }
        for entry in savedIDs.reversed() { world.ids[entry.id] = entry.person }
        world.people.removeLast(world.people.count - peopleBefore)
        for entry in savedHolders.reversed() { world.holders[entry.hold] = entry.person }
        (world.issued, world.burned) = savedTotals
        world.time = savedTime
        clear()
    }

    /// A crash: events after this one never were, and the world is as it was then.
    func goBack(to sequence: UInt64, _ world: World) {
        self.world = world
        while let last = tokenLog.last, last.sequence > sequence {
            known[last.token] = nil
            tokenLog.removeLast()
        }
        while let last = posted.last, last.sequence > sequence { posted.removeLast() }
    }

    // MARK: Changing

    func change(_ person: Int, _ body: (inout World.Person) -> Void) {
        if isInGroup, lastBeforeGroup[person] == nil {
            lastBeforeGroup[person] = world.people[person].last
        }
        if person < peopleBefore, !saved.contains(where: { $0.person == person }) {
            saved.append((person, world.people[person]))
        }
        body(&world.people[person])
    }

    func setID(_ id: String, _ person: Int?) {
        savedIDs.append((id, world.ids[id]))
        world.ids[id] = person
    }

    func setHolder(_ hold: UInt64, _ person: Int?) {
        savedHolders.append((hold, world.holders[hold]))
        world.holders[hold] = person
    }

    /// Opens an account, its parent before it, and gives it what the rulebook says.
    func open(_ id: String) -> Int {
        var parent: Int?
        if let slash = id.firstIndex(of: "/") {
            let text = String(id[..<slash])
            parent = world.ids[text] ?? open(text)
        }
        let person = world.people.count
        world.people.append(World.Person(id: id, parent: parent, last: World.unknown))
        unsure.append(person)
        if isInGroup { lastBeforeGroup[person] = 0 }
        setID(id, person)
        if let parent { change(parent) { $0.children.append(person) } }
        world.time = draft.now
        guard book.openingCoins > 0 else { return person }
        let aside = draft
        draft.changes = []
        draft.parts = []
        draft.people = []
        draft.isTransfer = false
        post(person, "coin", .earn, book.openingCoins)
        climb()
        addTotals()
        let reasons = draft.reasons
        draft = aside
        draft.reasons = reasons
        return person
    }

    /// Ends the person's holds whose time has come; answers how many.
    func expire(_ person: Int) -> Int {
        let due = world.people[person].holds
            .filter { $0.value.until != 0 && $0.value.until <= draft.now }
        guard !due.isEmpty else { return 0 }
        unsure.append(person)
        for (number, hold) in due {
            change(person) {
                $0.holds[number] = nil
                $0.sums[hold.balance, default: World.Sums()].held -= hold.amount
                $0.last = World.unknown
            }
            setHolder(number, nil)
        }
        world.time = draft.now
        return due.count
    }

    func learn(_ person: Int, last: UInt64) { world.people[person].last = last }

    /// Asks for the last events that the oracle can't know.
    func learn(_ last: (Int) throws -> UInt64) rethrows {
        for person in unsure
        where person < world.people.count && world.people[person].last == World.unknown {
            world.people[person].last = try last(person)
        }
        unsure.removeAll(keepingCapacity: true)
    }

    /// Ends the holds of these people whose time has come, and no more.
    func expire(_ people: [Int], wall: Int64) -> Int {
        begin(inGroup: false)
        draft = Draft()
        draft.now = max(wall, world.time)
        return people.reduce(0) { $0 + expire($1) }
    }

    /// Everybody with a hold whose time has come.
    func due(wall: Int64) -> [Int] {
        let now = max(wall, world.time)
        let people = world.holders.filter { entry in
            let until = world.people[entry.value].holds[entry.key]?.until ?? 0
            return until != 0 && until <= now
        }
        return Set(people.values).sorted()
    }

    // MARK: Remembering

    func known(_ token: Token) -> Known? {
        pendingTokens.last { $0.token == token }?.entry ?? known[token]
    }

    func event(_ sequence: UInt64) -> Posted? {
        var low = 0
        var high = posted.count
        while low < high {
            let middle = (low + high) / 2
            if posted[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        if low < posted.count, posted[low].sequence == sequence { return posted[low] }
        // What a group has done itself it may reverse as well.
        return pendingEvents.first { $0.sequence == sequence }
    }

    /// Some event that a client may name.
    func someEvent(_ tape: inout Tape) -> UInt64 {
        posted.isEmpty ? 0 : posted[posted.count - 1 - tape.below(min(posted.count, 60))].sequence
    }

    func accept(_ ask: Ask, sequence: UInt64) -> Reply {
        for person in draft.people { change(person) { $0.last = sequence } }
        world.time = draft.now
        let reply = Reply(
            sequence: sequence, time: draft.now, changes: draft.changes, reached: draft.reached,
            granted: draft.items, explain: draft.explain)
        for token in draft.tokens {
            pendingTokens.append(
                (
                    token,
                    Known(
                        sequence: sequence, identity: ask.identity, reply: reply,
                        group: groupNumber)
                ))
        }
        pendingEvents.append(
            Posted(
                sequence: sequence, kind: draft.kind, parts: draft.parts, people: draft.people,
                items: draft.items, claim: draft.claim))
        return reply
    }
}
