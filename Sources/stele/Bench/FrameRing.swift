import Wire

/// A connection's commands in the bytes that are sent: a ring with as many places as there may be
/// unanswered commands. A command is made by writing digits into its place, nothing is copied.
struct FrameRing {
    private(set) var bytes: [UInt8] = []
    /// For each place: where the digits stand and where it ends.
    private var accountOffsets: [Int] = []
    private var keyOffsets: [Int] = []
    private var ends: [Int] = []
    /// Which template stands in each place.
    private(set) var templates: [Int] = []

    private static let noKey = -1

    init(templates: [CommandTemplate], places: Int) {
        // A whole number of turns, so that each place always holds the same template.
        for place in 0..<places {
            let number = place % templates.count
            let template = templates[number]
            accountOffsets.append(bytes.count + template.accountOffset)
            keyOffsets.append(template.keyOffset.map { bytes.count + $0 } ?? Self.noKey)
            bytes += template.bytes
            ends.append(bytes.count)
            self.templates.append(number)
        }
    }

    var places: Int { ends.count }

    /// Makes the command in `place` one for `account`.
    mutating func fill(_ place: Int, account: UInt32, key: UInt32) {
        let accountOffset = accountOffsets[place]
        let keyOffset = keyOffsets[place]
        var span = bytes.mutableSpan
        // Eight bytes of any value are eight characters, and bounds are checked.
        var raw = unsafe span.mutableBytes
        raw.storeBytes(
            of: EightDigits.encode(account), toByteOffset: accountOffset, as: UInt64.self)
        if keyOffset != Self.noKey {
            raw.storeBytes(
                of: EightDigits.encode(key), toByteOffset: keyOffset, as: UInt64.self)
        }
    }

    /// The offset after the command in `place`.
    func end(of place: Int) -> Int { ends[place] }

    func start(of place: Int) -> Int { place == 0 ? 0 : ends[place - 1] }
}
