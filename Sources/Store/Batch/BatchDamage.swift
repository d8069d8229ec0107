/// The first thing found wrong in a batch.
package struct BatchDamage: Error, Equatable, Sendable {
    /// The sequence number of the event, or of the batch's first one, as far as it is known.
    package var sequence: UInt64?
    /// The offset of the field or block in the value.
    package var offset: Int
    package var what: What

    package enum What: String, Sendable {
        case cutShort = "the batch is shorter than its header"
        case notABatch = "it doesn't begin as a batch does"
        case unknownVersion = "its version is not known"
        case headerChanged = "the header isn't what its identity was made from"
        case wrongSize = "its sizes contradict each other"
        case indexChanged = "the index isn't what its hash was made from"
        case blockChanged = "a block of events isn't what its hash was made from"
        case eventCutShort = "an event's length leads out of its block"
        case wrongKey = "it lies under another sequence number than its own"
        case wrongOrder = "it doesn't follow the batch before it"
        case wrongLink = "it names another batch as the one before it"
        case wrongSubtree = "the root of a full subtree isn't that of its leaves"
        case wrongRoot = "the root isn't that of all events so far"
        case wrongTime = "it was recorded before the batch before it"
    }

    package init(_ what: What, sequence: UInt64? = nil, offset: Int) {
        self.what = what
        self.sequence = sequence
        self.offset = offset
    }
}

extension BatchDamage: CustomStringConvertible {
    package var description: String {
        let place = sequence.map { "seq=\($0) offset=\(offset)" } ?? "offset=\(offset)"
        return "\(place): \(what.rawValue)"
    }
}
