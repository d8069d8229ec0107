/// Shell-like patterns as Redis clients use them: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before what
/// is meant as it stands.
package enum Glob {
    package static func matches(_ text: String, pattern: String) -> Bool {
        matches(Array(text.utf8), pattern: Array(pattern.utf8))
    }

    package static func matches(_ text: [UInt8], pattern: [UInt8]) -> Bool {
        var at = 0
        var want = 0
        var star: (pattern: Int, text: Int)?
        // On a mismatch the last star takes one byte more: never more than text × pattern steps.
        while at < text.count {
            if want < pattern.count, pattern[want] == UInt8(ascii: "*") {
                star = (want, at)
                want += 1
            } else if want < pattern.count, let next = step(pattern, want, text[at]) {
                want = next
                at += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                want = last.pattern + 1
                at = last.text + 1
            } else {
                return false
            }
        }
        while want < pattern.count, pattern[want] == UInt8(ascii: "*") { want += 1 }
        return want == pattern.count
    }

    /// Where the pattern goes on if what stands at `start` takes this byte; `nil` if it doesn't.
    private static func step(_ pattern: [UInt8], _ start: Int, _ byte: UInt8) -> Int? {
        switch pattern[start] {
        case UInt8(ascii: "?"): return start + 1
        case UInt8(ascii: "["): return stepClass(pattern, start + 1, byte)
        case UInt8(ascii: "\\") where start + 1 < pattern.count:
            return pattern[start + 1] == byte ? start + 2 : nil
        default: return pattern[start] == byte ? start + 1 : nil
        }
    }

    /// A class that isn't closed goes on to the pattern's end.
    private static func stepClass(_ pattern: [UInt8], _ start: Int, _ byte: UInt8) -> Int? {
        var at = start
        let isNegated = at < pattern.count && pattern[at] == UInt8(ascii: "^")
        if isNegated { at += 1 }
        var isIn = false
        while at < pattern.count, pattern[at] != UInt8(ascii: "]") {
            if pattern[at] == UInt8(ascii: "\\"), at + 1 < pattern.count { at += 1 }
            var (low, high) = (pattern[at], pattern[at])
            if at + 2 < pattern.count, pattern[at + 1] == UInt8(ascii: "-"),
                pattern[at + 2] != UInt8(ascii: "]")
            {
                high = pattern[at + 2]
                if high < low { swap(&low, &high) }
                at += 2
            }
            if low <= byte && byte <= high { isIn = true }
            at += 1
        }
        return isIn != isNegated ? min(at + 1, pattern.count) : nil
    }
}
