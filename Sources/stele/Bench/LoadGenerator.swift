/// Keeps many connections busy from one thread, and checks every answer.
///
/// Nothing is allocated per command: commands are digits written into prepared bytes, answers are
/// compared where they were received.
struct LoadGenerator: ~Copyable {
    private var connections: [LoadConnection] = []
    /// Keep the sockets open.
    private let owners: [DaemonConnection]
    private var poller: Poller
    private var draw: AccountDraw
    private var checkers: [ReplyChecker]
    /// Which checker is for each template.
    private let checkerOfTemplate: [Int]
    private var statistics = LoadStatistics()
    private var scratch: [UInt8]
    private var left: Int
    private let deadline: UInt64?
    /// When the first commands were made; the latest answer ends the measurement.
    private var lastAnswer: UInt64 = 0

    /// Large enough that a system call brings thousands of answers, small enough for a core's cache.
    private static let scratchBytes = 256 * 1024
    /// A daemon that says nothing for so long has died or hangs.
    private static let silenceSecondsMax = 30.0

    /// - Parameters:
    ///   - count: commands to send at most.
    ///   - seconds: how long to send, or `nil` until `count` is reached.
    init(
        connections owners: [DaemonConnection], templates: (Int) -> [CommandTemplate],
        pipeline: Int,
        draw: AccountDraw, count: Int, seconds: Double?
    ) throws(Failure) {
        self.owners = owners
        poller = try Self.poller(for: owners)
        self.draw = draw
        for (index, owner) in owners.enumerated() {
            let connection = LoadConnection(
                number: owner.number, templates: templates(index), pipeline: pipeline)
            connections.append(connection)
        }
        var kinds: [ExpectedReply] = []
        checkerOfTemplate = templates(0).map { template in
            if let known = kinds.firstIndex(of: template.expected) { return known }
            kinds.append(template.expected)
            return kinds.count - 1
        }
        checkers = kinds.map(ReplyChecker.init)
        scratch = [UInt8](repeating: 0, count: Self.scratchBytes + ReplyPattern.marginBytes)
        left = count
        deadline = seconds.map { Clock.nanoseconds + UInt64($0 * 1e9) }
    }

    private static func poller(for owners: [DaemonConnection]) throws(Failure) -> Poller {
        do throws(SystemFault) {
            let poller = try Poller(eventsMax: min(owners.count, 1024))
            for (index, owner) in owners.enumerated() { try poller.add(owner.number, token: index) }
            return poller
        } catch {
            throw Failure(code: .noDaemon, message: error.description)
        }
    }

    /// Sends everything and waits for every answer. `progress` is told now and then how many there are.
    mutating func run(_ progress: (Int) -> Void) throws(Failure) -> LoadStatistics {
        let start = Clock.nanoseconds
        lastAnswer = start
        do throws(SystemFault) {
            for index in connections.indices { try feed(index, now: Clock.nanoseconds) }
            if connections.count == 1 {
                try runAlone(progress)
            } else {
                try runMany(progress)
            }
        } catch {
            throw Failure(code: .noDaemon, message: "the connection broke: \(error.reason)")
        }
        if let broken { throw Failure(code: .noDaemon, message: broken) }
        statistics.seconds = Double(lastAnswer - start) / 1e9
        return statistics
    }

    /// Why the answers can't be read on.
    private var broken: String?

    private mutating func runMany(_ progress: (Int) -> Void) throws(SystemFault) {
        while broken == nil, connections.contains(where: { !$0.isIdle }) {
            let count = try poller.wait(milliseconds: 1000)
            checkSilence()
            for event in 0..<count {
                let index = poller.token(at: event)
                try turn(index, waits: false)
            }
            progress(statistics.answered)
        }
    }

    /// With one connection there is nothing to poll: waiting in `recv` saves a system call.
    private mutating func runAlone(_ progress: (Int) -> Void) throws(SystemFault) {
        while broken == nil, !connections[0].isIdle {
            if connections[0].hasUnsent { _ = try poller.wait(milliseconds: 1000) }
            checkSilence()
            try turn(0, waits: !connections[0].hasUnsent)
            progress(statistics.answered)
        }
    }

    private mutating func checkSilence() {
        let silence = Double(Clock.nanoseconds - lastAnswer) / 1e9
        if silence > Self.silenceSecondsMax { broken = "no answer for \(Int(silence)) seconds" }
    }

    /// Receives what has come on a connection, checks it, and sends the next commands.
    private mutating func turn(_ index: Int, waits: Bool) throws(SystemFault) {
        let kept = connections[index].leftover.count
        guard kept < Self.scratchBytes else {
            broken = "an answer of more than \(NumberFormat.bytes(kept))"
            return
        }
        for offset in 0..<kept { scratch[offset] = connections[index].leftover[offset] }
        let received = try UnixSocket.receive(
            connections[index].number, into: &scratch, at: kept, upTo: Self.scratchBytes,
            waits: waits)
        let now = Clock.nanoseconds
        if let received {
            guard received > 0 else {
                broken = "the daemon closed a connection"
                return
            }
            lastAnswer = now
            let end = Self.check(
                scratch, limit: kept + received, now: now, connection: &connections[index],
                checkers: &checkers, checkerOfTemplate: checkerOfTemplate, statistics: &statistics,
                broken: &broken)
            connections[index].setLeftover(scratch[end..<(kept + received)])
        }
        try feed(index, now: now)
    }

    /// Checks all whole answers; returns where the first one begins that isn't.
    private static func check(
        _ scratch: [UInt8], limit: Int, now: UInt64, connection: inout LoadConnection,
        checkers: inout [ReplyChecker], checkerOfTemplate: [Int], statistics: inout LoadStatistics,
        broken: inout String?
    ) -> Int {
        let bytes = scratch.span
        var run = LatencyRun()
        defer { run.flush(now: now, to: &statistics.latencies) }
        var position = 0
        while position < limit {
            guard !connection.isIdle else {
                broken = "an answer came that nobody asked for"
                return position
            }
            let (template, time) = connection.nextAnswer
            let verdict = checkers[checkerOfTemplate[template]].check(
                bytes, from: position, limit: limit, sequence: &connection.sequence)
            switch verdict {
            case .incomplete: return position
            case .right(let end): position = end
            case .refused(let end):
                position = end
                statistics.refused += 1
            case .wrong(let end, let mistake):
                position = end
                statistics.addMistake(mistake)
            case .broken(let reason):
                broken = reason
                return position
            }
            run.add(made: time, now: now, to: &statistics.latencies)
            statistics.answered += 1
            connection.countAnswer()
        }
        return position
    }

    /// Makes as many commands as there is room for, and sends what the socket takes.
    private mutating func feed(_ index: Int, now: UInt64) throws(SystemFault) {
        if let deadline, now >= deadline { left = 0 }
        if Interrupt.isRequested { left = 0 }
        let count = min(connections[index].room, left)
        if count > 0 {
            left -= count
            connections[index].issue(count, at: now, draw: &draw)
        }
        try connections[index].send()
        let hasUnsent = connections[index].hasUnsent
        guard hasUnsent != connections[index].waitsToWrite else { return }
        connections[index].waitsToWrite = hasUnsent
        try poller.change(connections[index].number, token: index, wantsWrite: hasUnsent)
    }
}
