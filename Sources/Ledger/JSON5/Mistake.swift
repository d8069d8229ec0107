/// Something wrong in a rulebook: where, and what would be right.
package struct Mistake: Sendable, Hashable {
    /// From 1.
    package let line: Int
    /// In characters, from 1.
    package let column: Int
    package let message: String
}

/// Everything that is wrong in a rulebook, in the order of the file; never empty.
package struct Mistakes: Error, Sendable, Hashable, CustomStringConvertible {
    package let file: String
    package let list: [Mistake]
    /// Whether there were more than are listed.
    package let isCutShort: Bool

    /// One `file:line:column: message` a line.
    package var description: String {
        var lines = list.map { "\(file):\($0.line):\($0.column): \($0.message)" }
        if isCutShort { lines.append("\(file): and more: mend these first") }
        return lines.joined(separator: "\n")
    }
}

/// Collects mistakes by their place in the source; lines and columns are worked out at the end.
struct MistakeBook {
    /// Past these a reader learns nothing more, and a file of garbage costs nothing more.
    static let countMax = 100

    private var found: [(offset: Int, message: String)] = []
    private var isCutShort = false

    var isEmpty: Bool { found.isEmpty }
    /// Whether a further mistake would not be kept.
    var isFull: Bool { found.count >= MistakeBook.countMax }

    mutating func add(_ offset: Int, _ message: String) {
        guard found.count < MistakeBook.countMax else {
            isCutShort = true
            return
        }
        if found.contains(where: { $0.offset == offset && $0.message == message }) { return }
        found.append((offset, message))
    }

    /// The mistakes in the order of the source.
    func mistakes(file: String, source: [UInt8]) -> Mistakes {
        let ordered = found.enumerated().sorted {
            ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
        }
        var place = SourcePlace()
        let list = ordered.map { item in
            place.advance(to: item.element.offset, in: source)
            return Mistake(line: place.line, column: place.column, message: item.element.message)
        }
        return Mistakes(file: file, list: list, isCutShort: isCutShort)
    }
}

/// A line and a column, moved forwards through a source.
struct SourcePlace {
    private(set) var line = 1
    private(set) var column = 1
    private var offset = 0

    mutating func advance(to target: Int, in source: [UInt8]) {
        while offset < min(target, source.count) {
            let byte = source[offset]
            offset += 1
            let endsLine =
                byte == UInt8(ascii: "\n")
                || (byte == UInt8(ascii: "\r")
                    && !(offset < source.count && source[offset] == UInt8(ascii: "\n")))
            if endsLine {
                line += 1
                column = 1
            } else if offset >= source.count || source[offset] & 0xC0 != 0x80 {
                // Columns count characters: only the last byte of one moves on.
                column += 1
            }
        }
    }
}
