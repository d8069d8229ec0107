/// The connections by slot; a slot's generation tells one from the next that has it.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []
    private(set) var count = 0
    private(set) var lastID: UInt64 = 0

    /// All that are open.
    var all: some Sequence<Connection> { slots.lazy.compactMap { $0 } }

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
        return connection
    }

    mutating func remove(_ connection: Connection) {
        guard self[connection.slot, connection.generation] != nil else { return }
        slots[connection.slot] = nil
        free.append(connection.slot)
        count -= 1
    }
}
