import Ledger

/// Takes TOP, RANK and STATS apart.
enum BoardQueryParser {
    static func parse(
        _ name: CommandName, _ request: Request, _ spec: CommandSpec
    ) throws(Refusal) -> Query {
        switch name {
        case .top: return try top(request, spec)
        case .rank: return try rank(request, spec)
        default: return .stats(since: try since(request, spec))
        }
    }

    private static func board(_ request: Request) throws(Refusal) -> ByteRange {
        guard UTF8Text.isName(request.bytes, request.arguments[1]) else {
            throw Misspelt.name("board")
        }
        return request.arguments[1]
    }

    private static func top(_ request: Request, _ spec: CommandSpec) throws(Refusal) -> Query {
        let board = try board(request)
        var count = WireLimits.boardRowsDefault
        var from = 1
        var options = ReadOptions(request, from: 2, spec)
        while let at = try options.next() {
            switch options.keyword {
            case "COUNT": count = try QueryParser.count(request, at)
            case "FROM":
                guard let rank = Numerals.whole(request.bytes, request.arguments[at]), rank >= 1
                else { throw Misspelt.bad("from", "FROM takes a rank, from 1") }
                from = Int(rank)
            default: throw options.unexpected()
            }
        }
        return .top(board: board, count: count, from: from)
    }

    private static func rank(_ request: Request, _ spec: CommandSpec) throws(Refusal) -> Query {
        let board = try board(request)
        let account = try QueryParser.account(request, 2)
        var around: Int?
        var options = ReadOptions(request, from: 3, spec)
        while let at = try options.next() {
            guard options.keyword == "AROUND" else { throw options.unexpected() }
            guard let reach = Numerals.whole(request.bytes, request.arguments[at]) else {
                throw Misspelt.bad("around", "AROUND takes a whole number of accounts")
            }
            around = min(Int(reach), WireLimits.pageRowsMax / 2)
        }
        return .rank(board: board, account: account, around: around)
    }

    private static func since(
        _ request: Request, _ spec: CommandSpec
    ) throws(Refusal) -> Instant? {
        var since: Instant?
        var options = ReadOptions(request, from: 1, spec)
        while let at = try options.next() {
            guard options.keyword == "SINCE" else { throw options.unexpected() }
            guard let time = Numerals.instant(request.bytes, request.arguments[at]) else {
                throw Misspelt.time("since")
            }
            since = time
        }
        return since
    }
}
