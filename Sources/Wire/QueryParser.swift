package import Ledger

/// Takes reads apart. Judges spelling only.
package enum QueryParser {
    /// - Throws: BADARG, naming the argument.
    package static func parse(
        _ name: CommandName, _ request: Request
    ) throws(Refusal) -> Query {
        let spec = CommandTable.specs[Int(name.rawValue)]
        guard request.count >= spec.wordsMin() else { throw Misspelt.missing(spec) }
        switch name {
        case .balance:
            let account = try account(request, 1)
            let balance = try balance(request, 2)
            return .balance(
                account: account, balance: balance, asOf: try asOf(request, from: 3, spec))
        case .profile:
            return .profile(
                account: try account(request, 1), asOf: try asOf(request, from: 2, spec))
        case .why:
            let account = try account(request, 1)
            let balance = try balance(request, 2)
            return .why(account: account, balance: balance, asOf: try asOf(request, from: 3, spec))
        case .history: return .history(try history(request, spec))
        case .event:
            guard request.count == 2 else { throw Misspelt.missing(spec) }
            return .event(try sequence(request, 1))
        case .top, .rank, .stats: return try BoardQueryParser.parse(name, request, spec)
        case .offers:
            guard request.count <= 3 else { throw Misspelt.missing(spec) }
            return .offers(
                account: try account(request, 1),
                offer: request.count == 3 ? try offer(request, 2) : nil)
        case .xrange, .xrevrange, .xread, .xlen, .xinfo:
            return try StreamQueryParser.parse(name, request)
        case .rules: return try rules(request, spec)
        case .projection: return try projection(request, spec)
        case .info: return .info(Array(request.arguments.dropFirst()))
        default: preconditionFailure("\(name) is not a read")
        }
    }

    // MARK: Commands

    private static func history(
        _ request: Request, _ spec: CommandSpec
    ) throws(Refusal) -> HistoryQuery {
        var query = HistoryQuery()
        if !request.argument(1, is: "*") { query.account = try account(request, 1) }
        var options = ReadOptions(request, from: 2, spec)
        while let at = try options.next() {
            switch options.keyword {
            case "COUNT": query.count = try count(request, at)
            case "BEFORE": query.before = try sequence(request, at, "before")
            case "KIND":
                guard let kind = KindNames.number(of: request.text(at)) else {
                    throw Misspelt.bad(
                        "kind", "a kind is one of \(KindNames.all.joined(separator: " "))")
                }
                query.kind = kind
            case "CURRENCY":
                guard UTF8Text.isName(request.bytes, request.arguments[at], segmentsMax: 1)
                else {
                    throw Misspelt.name("currency")
                }
                query.currency = request.arguments[at]
            case "BY": query.by = try account(request, at, "by")
            case "SINCE":
                guard let time = Numerals.instant(request.bytes, request.arguments[at]) else {
                    throw Misspelt.time("since")
                }
                query.since = time
            case "ASOF": query.asOf = try moment(request, at)
            default: throw options.unexpected()
            }
        }
        return query
    }

    private static func asOf(
        _ request: Request, from first: Int, _ spec: CommandSpec
    ) throws(Refusal) -> Moment? {
        guard request.count > first else { return nil }
        var result: Moment?
        var options = ReadOptions(request, from: first, spec)
        while let at = try options.next() {
            guard options.keyword == "ASOF" else { throw options.unexpected() }
            result = try moment(request, at)
        }
        return result
    }

    private static func rules(_ request: Request, _ spec: CommandSpec) throws(Refusal) -> Query {
        let (word, sub) = try subcommand(request, spec)
        switch word {
        case "LIST": return .rulesList
        case "GET":
            guard request.count > 2 else { return .rulesGet(nil) }
            guard let number = Numerals.whole(request.bytes, request.arguments[2]),
                let rules = UInt32(exactly: number), rules > 0
            else {
                throw Misspelt.bad("number", "a rulebook's number is a whole number of at least 1")
            }
            return .rulesGet(rules)
        case "CHECK": return .rulesCheck(text: request.arguments[2])
        case "PUT": return .rulesPut(text: request.arguments[2])
        case "DIFF": return .rulesDiff(text: request.arguments[2])
        default: throw Misspelt.missing(sub)
        }
    }

    private static func projection(
        _ request: Request, _ spec: CommandSpec
    ) throws(Refusal) -> Query {
        let (word, sub) = try subcommand(request, spec)
        switch word {
        case "LIST": return .projectionList
        case "REBUILD": return .projectionRebuild(name: request.arguments[2])
        default: throw Misspelt.missing(sub)
        }
    }

    /// The subcommand's word in upper case, once the number of its arguments is right.
    static func subcommand(
        _ request: Request, _ spec: CommandSpec
    ) throws(Refusal) -> (String, CommandSpec) {
        let word = Misspelt.quoted(request.bytes, request.arguments[1])
        guard let sub = spec.subcommand(word) else {
            throw Misspelt.unexpected(word, spec.name.uppercased(), spec.grammar)
        }
        let isEnough = request.count >= sub.wordsMin(depth: 2)
        let isTooMuch = sub.wordsMax(depth: 2).map { request.count > $0 } ?? false
        guard isEnough, !isTooMuch else { throw Misspelt.missing(sub, of: spec.name) }
        return (sub.name.uppercased(), sub)
    }

    // MARK: Values

    /// Reads may also name an account that was forgotten, by its number.
    static func account(
        _ request: Request, _ index: Int, _ argument: StaticString = "account"
    ) throws(Refusal) -> ByteRange {
        let range = request.arguments[index]
        guard isAccount(request.bytes, range) else { throw Misspelt.account(argument) }
        return range
    }

    static func isAccount(_ bytes: [UInt8], _ range: ByteRange) -> Bool {
        if UTF8Text.isAccount(bytes, range) { return true }
        guard range.count > 1, bytes[range.start] == UInt8(ascii: "~") else { return false }
        let digits = ByteRange(start: range.start + 1, count: range.count - 1)
        guard let number = Numerals.whole(bytes, digits) else { return false }
        return number >= 1 && number <= Int64(UInt32.max)
    }

    private static func balance(_ request: Request, _ index: Int) throws(Refusal) -> ByteRange {
        let range = request.arguments[index]
        guard UTF8Text.isBalance(request.bytes, range) else { throw Misspelt.balance() }
        return range
    }

    private static func offer(
        _ request: Request, _ index: Int
    ) throws(Refusal) -> ByteRange {
        let range = request.arguments[index]
        guard UTF8Text.isName(request.bytes, range) else { throw Misspelt.name("offer") }
        return range
    }

    private static func sequence(
        _ request: Request, _ index: Int, _ argument: StaticString = "seq"
    ) throws(Refusal) -> SequenceNumber {
        guard let value = Numerals.whole(request.bytes, request.arguments[index]), value >= 1
        else { throw Misspelt.sequence(argument) }
        return SequenceNumber(value)
    }

    /// COUNT: from 1 to a page.
    static func count(_ request: Request, _ index: Int) throws(Refusal) -> Int {
        guard let value = Numerals.whole(request.bytes, request.arguments[index]), value >= 1
        else { throw Misspelt.bad("count", "COUNT takes a whole number of at least 1") }
        return min(Int(value), WireLimits.pageRowsMax)
    }

    private static func moment(_ request: Request, _ index: Int) throws(Refusal) -> Moment {
        let range = request.arguments[index]
        if Numerals.isDigits(request.bytes, range) {
            guard let value = Numerals.whole(request.bytes, range), value >= 1 else {
                throw Misspelt.sequence("asof")
            }
            return .sequence(SequenceNumber(value))
        }
        guard let time = Numerals.instant(request.bytes, range) else {
            throw Misspelt.moment("asof")
        }
        return .time(time)
    }
}

/// Walks over `KEYWORD value` pairs.
struct ReadOptions {
    private let request: Request
    private let spec: CommandSpec
    private var at: Int
    private var seen: [String] = []
    /// The keyword whose value `next` found, in upper case.
    private(set) var keyword = ""
    /// As it was sent.
    private var word = ""

    init(_ request: Request, from first: Int, _ spec: CommandSpec) {
        self.request = request
        self.spec = spec
        at = first
    }

    /// The index of the next option's value; `nil` at the end.
    mutating func next() throws(Refusal) -> Int? {
        guard at < request.count else { return nil }
        word = Misspelt.quoted(request.bytes, request.arguments[at])
        keyword = word.uppercased()
        guard !seen.contains(keyword) else { throw Misspelt.repeated(keyword) }
        seen.append(keyword)
        let isKnown = spec.arguments.contains { argument in
            guard case .optional(.option(let token, _, _)) = argument else { return false }
            return token == keyword
        }
        guard isKnown else { throw unexpected() }
        guard at + 1 < request.count else { throw Misspelt.valueless(keyword) }
        at += 2
        return at - 1
    }

    func unexpected() -> Refusal {
        Misspelt.unexpected(word, spec.name.uppercased(), spec.grammar)
    }
}
