/// What somebody who mistyped a word probably meant.
enum Suggestion {
    /// The nearest of `words`, if it is near enough to be worth naming.
    static func nearest(to word: String, among words: [String]) -> String? {
        let typed = Array(word.lowercased())
        let allowed = max(1, typed.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in words {
            let other = Array(candidate.lowercased())
            var distance = distance(typed, other)
            // Who types the beginning of a word means that word.
            if typed.count >= 3, other.starts(with: typed) { distance = min(distance, 1) }
            if distance <= allowed, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    static func sentence(
        for word: String, among words: [String], prefix: String = ""
    ) -> String? {
        nearest(to: word, among: words).map { "Did you mean \(prefix)\($0)?" }
    }

    /// How many letters must be changed, added, left out or swapped with their neighbour.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + Array(repeating: 0, count: b.count)
            for j in 1...b.count {
                let change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(change, previous[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], before[j - 2] + 1)
                }
            }
            before = previous
            previous = row
        }
        return previous[b.count]
    }
}
