import Ledger

/// The connections by slot; a slot's generation tells one from the next that has it.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []
    private(set) var count = 0
    /// How many came in through doors that admit operators.
    private(set) var operatorCount = 0
    private var countByUser: [UInt32: Int] = [:]
    private(set) var lastID: UInt64 = 0

    /// All that are open.
    var all: some Sequence<Connection> { slots.lazy.compactMap { $0 } }

    /// How many a user has open.
    func count(of user: UInt32) -> Int { countByUser[user, default: 0] }

    subscript(slot: Int, generation: UInt32) -> Connection? {
        guard slot < slots.count, let connection = slots[slot],
            connection.generation == generation
        else { return nil }
        return connection
    }

    /// Puts the connection that `make` builds into a free slot.
    mutating func insert(
        _ make: (_ id: UInt64, _ slot: Int, _ generation: UInt32) -> Connection
    ) -> Connection {
        let slot: Int
        if let last = free.popLast() {
            slot = last
        } else {
            slot = slots.count
            slots.append(nil)
            generations.append(0)
        }
        generations[slot] &+= 1
        lastID += 1
        count += 1
        let connection = make(lastID, slot, generations[slot])
        slots[slot] = connection
        countByUser[connection.peer.uid, default: 0] += 1
        if connection.door.role.contains(.operate) { operatorCount += 1 }
        return connection
    }

    mutating func remove(_ connection: Connection) {
        guard self[connection.slot, connection.generation] != nil else { return }
        slots[connection.slot] = nil
        free.append(connection.slot)
        count -= 1
        if connection.door.role.contains(.operate) { operatorCount -= 1 }
        let left = count(of: connection.peer.uid) - 1
        countByUser[connection.peer.uid] = left > 0 ? left : nil
    }
}
