import Ledger

/// The reads of streams, in the words of Redis: an event is the entry `<seq>-0`.
enum StreamQueryParser {
    static func parse(_ name: CommandName, _ request: Request) throws(Refusal) -> Query {
        switch name {
        case .xrange, .xrevrange: return try range(name, request)
        case .xread: return .streamRead(try read(request))
        case .xlen:
            guard request.count == 2 else { throw Misspelt.missing(CommandTable.spec(name)) }
            return .streamLength(try stream(request, 1))
        default:
            let _ = try QueryParser.subcommand(request, CommandTable.spec(name))
            return .streamInfo(try stream(request, 2))
        }
    }

    private static func range(
        _ name: CommandName, _ request: Request
    ) throws(Refusal) -> Query {
        let isReversed = name == .xrevrange
        let stream = try stream(request, 1)
        let first = try bound(request, isReversed ? 3 : 2, isStart: true)
        let last = try bound(request, isReversed ? 2 : 3, isStart: false)
        var slice = StreamSlice(
            first: first, last: last, count: WireLimits.pageRowsMax, isReversed: isReversed)
        var options = ReadOptions(request, from: 4, CommandTable.spec(name))
        while let at = try options.next() {
            slice.count = try QueryParser.count(request, at)
        }
        return .streamRange(stream, slice)
    }

    private static func read(_ request: Request) throws(Refusal) -> StreamRead {
        var read = StreamRead(sources: [], count: WireLimits.pageRowsMax)
        var at = 1
        var hasCount = false
        while at < request.count, !request.argument(at, is: "STREAMS") {
            let isCount = request.argument(at, is: "COUNT")
            guard isCount || request.argument(at, is: "BLOCK") else {
                throw Misspelt.unexpected(
                    request.text(at), "XREAD", CommandTable.spec(.xread).grammar)
            }
            guard at + 1 < request.count else { throw Misspelt.valueless(request.text(at)) }
            guard isCount ? !hasCount : read.blockMilliseconds == nil else {
                throw Misspelt.repeated(request.text(at).uppercased())
            }
            if isCount {
                hasCount = true
                read.count = try QueryParser.count(request, at + 1)
            } else {
                read.blockMilliseconds = try milliseconds(request, at + 1)
            }
            at += 2
        }
        let streams = (request.count - at - 1) / 2
        guard at < request.count, (request.count - at - 1) % 2 == 0, streams >= 1,
            streams <= WireLimits.streamsMax
        else {
            throw Misspelt.bad(
                "streams",
                "XREAD takes as many ids as streams, at most \(WireLimits.streamsMax) each")
        }
        for index in 0..<streams {
            let name = at + 1 + index
            read.sources.append(
                .init(
                    stream: try stream(request, name), name: request.arguments[name],
                    position: try position(request, name + streams)))
        }
        return read
    }

    private static func milliseconds(_ request: Request, _ index: Int) throws(Refusal) -> Int {
        guard let value = Numerals.whole(request.bytes, request.arguments[index]),
            value <= WireLimits.blockMillisecondsMax
        else {
            throw Misspelt.bad(
                "block",
                "BLOCK takes milliseconds up to \(WireLimits.blockMillisecondsMax), 0 for ever")
        }
        return Int(value)
    }

    /// `log`, or `log:` and an account.
    private static func stream(_ request: Request, _ index: Int) throws(Refusal) -> StreamName {
        let range = request.arguments[index]
        let isLog =
            range.count >= 3
            && request.bytes[range.start..<(range.start + 3)]
                .elementsEqual("log".utf8)
        guard isLog else { throw noStream() }
        if range.count == 3 { return .log }
        guard request.bytes[range.start + 3] == UInt8(ascii: ":") else { throw noStream() }
        let account = ByteRange(start: range.start + 4, count: range.count - 4)
        guard QueryParser.isAccount(request.bytes, account) else {
            throw Misspelt.account("stream")
        }
        return .account(account)
    }

    private static func noStream() -> Refusal {
        Misspelt.bad("stream", "the streams are log and log:<account>")
    }

    // MARK: Ids

    /// An id as `seq` and what stands after the `-`; `nil` there if nothing does.
    private struct ID {
        var sequence: UInt64
        var part: UInt64?
    }

    private static func id(_ request: Request, _ range: ByteRange) -> ID? {
        let dash = request.bytes[range.range].firstIndex(of: UInt8(ascii: "-"))
        let end = range.start + range.count
        let left = ByteRange(start: range.start, count: (dash ?? end) - range.start)
        guard let sequence = number(request, left) else { return nil }
        guard let dash else { return ID(sequence: sequence) }
        let right = ByteRange(start: dash + 1, count: end - dash - 1)
        guard let part = number(request, right) else { return nil }
        return ID(sequence: sequence, part: part)
    }

    /// Up to the largest that Redis clients send for "the end", 2^64 − 1.
    private static func number(_ request: Request, _ range: ByteRange) -> UInt64? {
        guard Numerals.isDigits(request.bytes, range), range.count <= 20 else { return nil }
        return UInt64(String(decoding: request.bytes[range.range], as: UTF8.self))
    }

    /// One end of a range as the first or last sequence number inside it. Entries are `seq-0`, so
    /// what stands after the dash only says whether that entry still belongs.
    private static func bound(
        _ request: Request, _ index: Int, isStart: Bool
    ) throws(Refusal) -> SequenceNumber {
        var range = request.arguments[index]
        if range.count == 1 {
            if request.bytes[range.start] == UInt8(ascii: "-") { return 0 }
            if request.bytes[range.start] == UInt8(ascii: "+") { return .max }
        }
        var isExclusive = false
        if range.count > 1, request.bytes[range.start] == UInt8(ascii: "(") {
            isExclusive = true
            range = ByteRange(start: range.start + 1, count: range.count - 1)
        }
        guard let id = id(request, range) else { throw badID() }
        let up = id.sequence == .max ? .max : id.sequence + 1
        let down = id.sequence == 0 ? 0 : id.sequence - 1
        if isStart { return (id.part ?? 0) > 0 || isExclusive ? up : id.sequence }
        // `(5` as an end excludes 5 and all of its parts; `(5-1` still includes 5-0.
        return isExclusive && (id.part ?? 0) == 0 ? down : id.sequence
    }

    private static func position(
        _ request: Request, _ index: Int
    ) throws(Refusal) -> StreamRead.Position {
        let range = request.arguments[index]
        if range.count == 1 {
            if request.bytes[range.start] == UInt8(ascii: "$") { return .new }
            if request.bytes[range.start] == UInt8(ascii: "+") { return .last }
        }
        guard let id = id(request, range) else { throw badID() }
        return .after(id.sequence)
    }

    private static func badID() -> Refusal {
        Misspelt.bad("id", "an id is a sequence number and -0, like 42-0")
    }
}
