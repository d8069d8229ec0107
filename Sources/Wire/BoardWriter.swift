package import Ledger

// What boards and statistics look like.

extension ValueWriter {
    package mutating func standings(_ standings: [BoardPlace], _ names: some Naming) {
        list { writer in
            for standing in standings {
                writer.map { writer in
                    writer.key("rank")
                    writer.number(Int64(standing.rank))
                    writer.key("account")
                    writer.account(standing.account, names)
                    writer.key("value")
                    writer.number(standing.value)
                }
            }
        }
    }

    /// - Parameter around: `nil` where it wasn't asked for.
    package mutating func rank(
        _ own: BoardPlace, around: [BoardPlace]?, _ names: some Naming
    ) {
        map { writer in
            writer.key("rank")
            writer.number(Int64(own.rank))
            writer.key("value")
            writer.number(own.value)
            guard let around else { return }
            writer.key("around")
            writer.standings(around, names)
        }
    }
}
