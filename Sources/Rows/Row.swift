/// One row of a file: values by name, kept flat and used again for the next row.
package struct Row: Sendable {
    /// The line on which the row begins, from 1.
    package var line = 0
    package private(set) var names: [String] = []
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    package init() {}

    package var count: Int { ends.count }

    package mutating func begin(line: Int) {
        self.line = line
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Names of the values, in their order. A file with a header sets them once.
    package mutating func setNames(_ names: [String]) { self.names = names }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// The bytes appended since the last value are one.
    package mutating func endValue() { ends.append(bytes.count) }

    /// Bytes of the value that is being appended.
    package var openBytes: Int { bytes.count - (ends.last ?? 0) }

    package var totalBytes: Int { bytes.count }

    /// What was appended since the row had so many bytes.
    func tail(from start: Int) -> ArraySlice<UInt8> { bytes[start...] }

    package subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}

/// Why a row, or the rest of a file, can't be read.
package struct RowFault: Error, Equatable, Sendable {
    package var line: Int
    package var column: Int
    package var message: String
    /// Whether the rows after it can no longer be found.
    package var isFinal: Bool

    package init(line: Int, column: Int, message: String, isFinal: Bool) {
        self.line = line
        self.column = column
        self.message = message
        self.isFinal = isFinal
    }
}

/// A file format: hands out rows until there are no more.
package protocol RowDecoder {
    /// Reads the next row into `row`. Returns whether there was one.
    mutating func next(_ row: inout Row, from source: inout ByteSource) throws(RowFault) -> Bool
}

/// What a row may weigh. The daemon's own limits are of this order: a longer row could be no command.
package enum RowLimits {
    package static let rowBytesMax = 60 * 1024
    package static let columnsMax = 120
}
