import Wire

/// A file format: hands out rows until there are no more.
protocol RowDecoder {
    /// Reads the next row into `row`. Returns whether there was one.
    mutating func next(_ row: inout Row, from source: inout ByteSource) throws(RowFault) -> Bool
}
