/// Rungs of one account after another, under the recorded rules and under others.
struct LadderComparison {
    private let before: Rulebook
    private let after: Rulebook
    private let beforeWords: Words
    private let afterWords: Words
    /// Ladders by name, those of the other rules first.
    private var names: [String] = []
    /// Positions in `names` by position in each rulebook.
    private var beforePositions: [Int] = []
    private var afterPositions: [Int] = []
    /// For each ladder: how many stand on a rung, by its place among the ladder's rungs.
    private var counts: [[Int64: (before: UInt32, after: UInt32)]] = []
    private var rises: [UInt32] = []
    private var falls: [UInt32] = []
    /// Each ladder's first rung: where ranges of rungs are counted from.
    private var starts: [Int64] = []
    /// For each ladder with names: those of both rulebooks in one order.
    private var rungNames: [[String]] = []

    init(_ before: Rulebook, _ beforeWords: Words, _ after: Rulebook, _ afterWords: Words) {
        self.before = before
        self.after = after
        self.beforeWords = beforeWords
        self.afterWords = afterWords
        for ladder in after.ladders {
            afterPositions.append(names.count)
            names.append(ladder.text)
            starts.append(ladder.start)
            rungNames.append(ladder.nameTexts)
        }
        for ladder in before.ladders {
            if let position = names.firstIndex(of: ladder.text) {
                beforePositions.append(position)
                merge(ladder.nameTexts, into: position)
            } else {
                beforePositions.append(names.count)
                names.append(ladder.text)
                starts.append(ladder.start)
                rungNames.append(ladder.nameTexts)
            }
        }
        counts = Array(repeating: [:], count: names.count)
        rises = Array(repeating: 0, count: names.count)
        falls = rises
    }

    /// Puts names that the other rules don't have any more where they used to stand.
    private mutating func merge(_ old: [String], into position: Int) {
        for (index, name) in old.enumerated() where !rungNames[position].contains(name) {
            rungNames[position].insert(name, at: min(index, rungNames[position].count))
        }
    }

    /// Counts one account's rungs; answers whether any of them differs.
    mutating func compare(_ old: [Standing: Int64], _ new: [Standing: Int64]) -> Bool {
        var differs = false
        var places: [Place: (before: Int64?, after: Int64?)] = [:]
        for (standing, rung) in old {
            let position = beforePositions[standing.ladder]
            let place = place(rung, before.ladders[standing.ladder], position)
            let key = Place(ladder: position, scope: beforeWords.text(standing.scope))
            places[key, default: (nil, nil)].before = place
            counts[position][place, default: (0, 0)].before += 1
        }
        for (standing, rung) in new {
            let position = afterPositions[standing.ladder]
            let place = place(rung, after.ladders[standing.ladder], position)
            let key = Place(ladder: position, scope: afterWords.text(standing.scope))
            places[key, default: (nil, nil)].after = place
            counts[position][place, default: (0, 0)].after += 1
        }
        for (key, pair) in places where pair.before != pair.after {
            differs = true
            guard let before = pair.before, let after = pair.after else { continue }
            if after > before { rises[key.ladder] += 1 } else { falls[key.ladder] += 1 }
        }
        return differs
    }

    private struct Place: Hashable {
        var ladder: Int
        var scope: [UInt8]
    }

    /// A rung's place: of a named one among the names, of others their number.
    private func place(_ rung: Int64, _ ladder: LadderRule, _ position: Int) -> Int64 {
        let index = rung - ladder.start
        guard index >= 0, index < Int64(ladder.nameTexts.count) else { return rung }
        let name = ladder.nameTexts[Int(index)]
        return rungNames[position].firstIndex(of: name).map { Int64($0) } ?? rung
    }

    /// A row for each rung that somebody stands on, or for ranges of them where they are many.
    var ladders: [TrialResult.Ladder] {
        names.indices.map { position in
            var ladder = TrialResult.Ladder(
                name: names[position], rises: rises[position], falls: falls[position])
            ladder.rows = rows(counts[position], rungNames[position], from: starts[position])
            return ladder
        }
    }

    private static let rowsMax = 24

    private func rows(
        _ counts: [Int64: (before: UInt32, after: UInt32)], _ names: [String], from first: Int64
    ) -> [TrialResult.Row] {
        if !names.isEmpty {
            return names.enumerated().map { index, name in
                let count = counts[Int64(index)] ?? (0, 0)
                return TrialResult.Row(rungs: name, before: count.before, after: count.after)
            }
        }
        let width = Self.width(counts.keys, from: first)
        var rows: [Int64: TrialResult.Row] = [:]
        for (rung, count) in counts {
            let start = Self.start(of: rung, width, from: first)
            let (end, overflow) = start.addingReportingOverflow(width - 1)
            let text = width == 1 || rung < first ? "\(rung)" : "\(start)–\(overflow ? .max : end)"
            var row = rows[start] ?? TrialResult.Row(rungs: text)
            row.before += count.before
            row.after += count.after
            rows[start] = row
        }
        return rows.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func start(of rung: Int64, _ width: Int64, from first: Int64) -> Int64 {
        // A rung below the first, of rules that began lower, is a row of its own.
        let (above, overflow) = rung.subtractingReportingOverflow(first)
        return above < 0 || overflow ? rung : rung - above % width
    }

    /// 1, 2, 5, 10, 20 … rungs a row, so that the rows stay few.
    private static func width(_ rungs: some Collection<Int64>, from first: Int64) -> Int64 {
        guard rungs.count > rowsMax else { return 1 }
        var width: Int64 = 1
        for step in 1... {
            let starts = Set(rungs.map { start(of: $0, width, from: first) })
            if starts.count <= rowsMax { break }
            let (next, overflow) = width.multipliedReportingOverflow(by: step % 3 == 2 ? 5 : 2)
            if overflow { break }
            width = step % 3 == 2 ? next / 2 : next
        }
        return width
    }
}
