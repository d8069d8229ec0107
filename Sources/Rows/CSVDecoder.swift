/// Reads comma-separated values as RFC 4180 has them: a header line; quotes around what holds commas,
/// quotes or line ends, and quotes doubled within. Lines end in CR LF or LF.
///
/// A quote where none may stand makes the rest of the file unreadable, for what is a row is in doubt
/// then; a row with too few or too many values is only skipped.
package struct CSVDecoder: RowDecoder {
    private var line = 1
    private var column = 0
    private var columns: Int?

    package init() {}

    package mutating func next(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) -> Bool {
        if columns == nil { try readHeader(&row, from: &source) }
        guard try readRow(&row, from: &source) else { return false }
        guard row.count == columns else {
            throw RowFault(
                line: row.line, column: 1,
                message: "\(row.count) values where the header has \(columns ?? 0)", isFinal: false)
        }
        return true
    }

    private mutating func readHeader(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) {
        // A byte order mark, which some programs write, isn't part of the first name.
        if source.peek() == 0xEF {
            for expected: UInt8 in [0xEF, 0xBB, 0xBF] {
                guard source.next() == expected else { throw fault("not UTF-8 text") }
            }
        }
        guard try readRow(&row, from: &source) else { throw fault("no header line") }
        let names = (0..<row.count).map { String(decoding: row[$0], as: UTF8.self) }
        guard Set(names).count == names.count else { throw fault("a column is named twice") }
        row.setNames(names)
        columns = names.count
    }

    /// Reads up to the end of a row; empty lines are none.
    private mutating func readRow(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) -> Bool {
        while let byte = source.peek() {
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { break }
            _ = source.next()
            try endLine(byte, from: &source)
        }
        guard source.peek() != nil else { return false }
        row.begin(line: line)
        column = 0
        while try readValue(&row, from: &source) {
            guard row.count < RowLimits.columnsMax else {
                throw fault("more than \(RowLimits.columnsMax) values")
            }
        }
        return true
    }

    /// Reads one value and what ends it. Returns whether another one follows on the line.
    private mutating func readValue(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) -> Bool {
        if source.peek() == UInt8(ascii: "\"") {
            _ = take(from: &source)
            try readQuoted(&row, from: &source)
        }
        let wasQuoted = column > 0 && lastWasQuote
        lastWasQuote = false
        while let byte = take(from: &source) {
            switch byte {
            case UInt8(ascii: ","):
                row.endValue()
                return true
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                try endLine(byte, from: &source)
                row.endValue()
                return false
            case UInt8(ascii: "\""):
                throw fault("a quote inside a value that doesn't begin with one")
            default:
                guard !wasQuoted else { throw fault("text after a closing quote") }
                try append(byte, to: &row)
            }
        }
        row.endValue()
        return false
    }

    /// Set when a value's closing quote has just been read.
    private var lastWasQuote = false

    private mutating func readQuoted(
        _ row: inout Row, from source: inout ByteSource
    ) throws(RowFault) {
        while let byte = take(from: &source) {
            if byte == UInt8(ascii: "\"") {
                guard source.peek() == UInt8(ascii: "\"") else {
                    lastWasQuote = true
                    return
                }
                _ = take(from: &source)
            } else if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            }
            try append(byte, to: &row)
        }
        throw fault("the file ends inside quotes that were opened in line \(row.line)")
    }

    private mutating func endLine(
        _ byte: UInt8, from source: inout ByteSource
    ) throws(RowFault) {
        if byte == UInt8(ascii: "\r") {
            guard source.next() == UInt8(ascii: "\n") else {
                throw fault("a carriage return without a line feed")
            }
        }
        line += 1
        column = 0
    }

    private mutating func take(from source: inout ByteSource) -> UInt8? {
        column += 1
        return source.next()
    }

    private func append(_ byte: UInt8, to row: inout Row) throws(RowFault) {
        guard row.totalBytes < RowLimits.rowBytesMax else {
            throw fault("a row of more than \(RowLimits.rowBytesMax) bytes")
        }
        row.append(byte)
    }

    private func fault(_ message: String) -> RowFault {
        RowFault(line: line, column: max(1, column), message: message, isFinal: true)
    }
}
