/// All the chances of a run, drawn from one seed: the same seed gives the same run, on any machine.
///
/// SplitMix64, which passes through every 64-bit number once and needs no warming up.
package struct Tape: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A tape of its own for one part of the run, so that a change in how much one part draws does
    /// not change what the others meet.
    package init(seed: UInt64, part: UInt64) {
        var mixer = Tape(seed: seed &+ part &* 0xA076_1D64_78BD_642F)
        state = mixer.next()
    }

    package mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` − 1.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0)
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True `count` times out of 10,000.
    package mutating func chance(_ count: Int) -> Bool { count > 0 && below(10_000) < count }

    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[below(choices.count)]
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// A hash of all that a run answered and wrote, by which two runs are compared (FNV-1a, 64 bits).
package struct Trace: Equatable, Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package mutating func add(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            value = (value ^ (number >> shift & 0xFF)) &* 0x0000_0100_0000_01B3
        }
    }

    package mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    package mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        add(UInt64(bytes.count))
    }

    package mutating func add(_ text: String) { add(Array(text.utf8)) }

    package static func hash(_ bytes: [UInt8]) -> UInt64 {
        var trace = Trace()
        trace.add(bytes)
        return trace.value
    }
}
