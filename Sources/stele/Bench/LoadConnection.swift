/// One connection under load: what it has sent, what it waits for, and when each command was made.
struct LoadConnection {
    let number: Int32
    private var ring: FrameRing
    /// When the command in each place was made.
    private var times: [UInt64]
    /// Counted from the beginning: the place of a command is its number modulo the places.
    private(set) var issued = 0
    private(set) var answered = 0
    private var issuePlace = 0
    private var answerPlace = 0
    /// Bytes from the beginning; their place in the ring is the rest modulo its length.
    private var issuedBytes = 0
    private var sentBytes = 0
    /// The newest sequence number answered.
    var sequence: UInt64 = 0
    /// The beginning of an answer whose end hasn't come.
    private(set) var leftover: [UInt8] = []
    /// Whether the poller wakes us when the socket can be written.
    var waitsToWrite = false

    /// Keys have eight digits: no connection makes more commands than that tells apart.
    static let issuedMax = 99_999_999

    init(number: Int32, templates: [CommandTemplate], pipeline: Int) {
        self.number = number
        ring = FrameRing(templates: templates, places: pipeline)
        times = [UInt64](repeating: 0, count: ring.places)
        leftover.reserveCapacity(1 << 14)
    }

    /// Commands that may be made now. Few free places are left to grow into many, so that each system
    /// call carries a good part of the pipeline.
    var room: Int {
        let free = ring.places - (issued - answered)
        return free * 4 >= ring.places ? min(free, Self.issuedMax - issued) : 0
    }

    var isIdle: Bool { issued == answered }

    var hasUnsent: Bool { sentBytes < issuedBytes }

    /// Makes `count` commands; there must be room for them.
    mutating func issue(_ count: Int, at time: UInt64, draw: inout AccountDraw) {
        for _ in 0..<count {
            ring.fill(
                issuePlace, account: draw.nextAccount(), key: UInt32(truncatingIfNeeded: issued))
            times[issuePlace] = time
            issuedBytes += ring.end(of: issuePlace) - ring.start(of: issuePlace)
            issued += 1
            issuePlace = issuePlace + 1 == ring.places ? 0 : issuePlace + 1
        }
    }

    /// Sends what the socket takes.
    mutating func send() throws(SystemFault) {
        let lap = ring.bytes.count
        while sentBytes < issuedBytes {
            let start = sentBytes % lap
            let end = min(lap, start + issuedBytes - sentBytes)
            let count = try UnixSocket.send(number, ring.bytes, start..<end)
            guard count > 0 else { return }
            sentBytes += count
        }
    }

    /// The template of the command that is answered next, and when it was made.
    var nextAnswer: (template: Int, time: UInt64) {
        (ring.templates[answerPlace], times[answerPlace])
    }

    mutating func countAnswer() {
        answered += 1
        answerPlace = answerPlace + 1 == ring.places ? 0 : answerPlace + 1
    }

    mutating func setLeftover(_ bytes: ArraySlice<UInt8>) {
        leftover.removeAll(keepingCapacity: true)
        leftover.append(contentsOf: bytes)
    }
}
