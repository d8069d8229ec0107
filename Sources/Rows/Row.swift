/// One row of a file: values by name, kept flat and used again for the next row.
package struct Row {
    /// The line on which the row begins, from 1.
    package internal(set) var line = 0
    package private(set) var names: [String] = []
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    package init() {}

    package var count: Int { ends.count }

    mutating func begin(line: Int) {
        self.line = line
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Names of the values, in their order. A file with a header sets them once.
    mutating func setNames(_ names: [String]) { self.names = names }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// The bytes appended since the last value are one.
    mutating func endValue() { ends.append(bytes.count) }

    /// Bytes of the value that is being appended.
    var openBytes: Int { bytes.count - (ends.last ?? 0) }

    var totalBytes: Int { bytes.count }

    package subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}

/// Why a row, or the rest of a file, can't be read.
package struct RowFault: Error, Equatable {
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
