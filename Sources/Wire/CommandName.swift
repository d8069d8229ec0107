/// Every command that the daemon answers, by a small number.
package enum CommandName: UInt8, CaseIterable, Sendable {
    case award, spend, transfer, hold, settle, release, record, claim, fact, reverse, migrate, run
    case freeze, unfreeze, forget

    case balance, profile, history, event, why, offers, top, rank, stats
    case xrange, xrevrange, xread, xlen, xinfo
    case rules, projection, info

    case multi, exec, discard, watch, unwatch

    case ping, echo, hello, auth, client, command, config, select, quit, reset
    case readonly, readwrite, asking, cluster, sentinel, time
    case subscribe, psubscribe, ssubscribe, unsubscribe, punsubscribe, sunsubscribe, publish, pubsub
}

extension CommandName {
    /// Whether it appends to the log, or may.
    package var isWrite: Bool { rawValue <= CommandName.forget.rawValue }

    /// Whether it is answered from the ledger without changing it (RULES PUT is among these).
    package var isQuery: Bool {
        rawValue >= CommandName.balance.rawValue && rawValue <= CommandName.info.rawValue
    }

    var hasSubcommands: Bool {
        switch self {
        case .xinfo, .rules, .projection, .client, .command, .config, .pubsub: true
        default: false
        }
    }
}
