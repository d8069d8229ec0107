import Ledger

// The job: everybody who is there when a run begins has one turn, whatever happens meanwhile.

extension Oracle {
    enum Turn { case paid, skipped, failed }

    func beginRun(_ period: String, wall: Int64) {
        world.time = max(wall, world.time)
        world.runs[period] = World.Run(last: world.people.count, isDone: world.people.isEmpty)
    }

    /// One account's turn; nil for one that is forgotten.
    func takeTurn(_ person: Int, wall: Int64) -> Turn? {
        let before = world.people[person]
        if before.isForgotten { return nil }
        guard before.sums["coin"]?.available ?? 0 < Book.wageBelow else { return .skipped }
        if before.isFrozen { return .failed }
        begin(inGroup: false)
        draft = Draft()
        draft.now = max(wall, world.time)
        post(person, "pts", .earn, Book.wage)
        climb()
        addTotals()
        guard draft.reasons.isEmpty else {
            undo()
            return .failed
        }
        change(person) { $0.last = World.unknown }
        unsure.append(person)
        world.time = draft.now
        commit()
        return .paid
    }
}
