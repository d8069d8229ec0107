/// One row of a file to import: values by name, kept flat and used again for the next row.
struct Row {
    /// The line on which the row begins, from 1.
    var line = 0
    private(set) var names: [String] = []
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

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

    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}

/// Why a row, or the rest of a file, can't be read.
struct RowFault: Error, Equatable {
    var line: Int
    var column: Int
    var message: String
    /// Whether the rows after it can still be found.
    var isFinal: Bool
}

/// A file format: hands out rows until there are no more.
protocol RowDecoder {
    /// Reads the next row into `row`. Returns whether there was one.
    mutating func next(_ row: inout Row, from source: inout ByteSource) throws(RowFault) -> Bool
}

/// What a row may weigh. The daemon's own limits are of this order: a longer row could be no command.
enum RowLimits {
    static let rowBytesMax = 60 * 1024
    static let columnsMax = 120
}
