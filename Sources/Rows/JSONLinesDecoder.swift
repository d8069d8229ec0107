/// Reads JSON Lines: one flat object a line. Texts, numbers (as they are written) and booleans become
/// values, null is left out; what is nested can't be an input.
///
/// A line that isn't such an object is skipped; the lines after it are read on.
package struct JSONLinesDecoder: RowDecoder {
    private var line = 0
    private var text: [UInt8] = []
    private let allowsLists: Bool

    package init(allowsLists: Bool = false) { self.allowsLists = allowsLists }

    package mutating func next(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) -> Bool {
        repeat {
            guard try readLine(from: &source) else { return false }
        } while text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D })
        row.begin(line: line)
        var parser = JSONObjectParser(text, allowsLists: allowsLists)
        do throws(JSONFault) {
            try parser.parse(into: &row)
        } catch {
            throw RowFault(
                line: line, column: error.offset + 1, message: error.message, isFinal: false)
        }
        return true
    }

    private mutating func readLine(from source: inout ByteSource) throws(RowFault) -> Bool {
        guard source.peek() != nil else { return false }
        text.removeAll(keepingCapacity: true)
        line += 1
        while let byte = source.next(), byte != UInt8(ascii: "\n") {
            guard text.count < RowLimits.rowBytesMax else {
                throw RowFault(
                    line: line, column: text.count,
                    message: "a line of more than \(RowLimits.rowBytesMax) bytes", isFinal: true)
            }
            text.append(byte)
        }
        return true
    }
}
