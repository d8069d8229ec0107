extension Array {
    /// Empties the array and keeps its memory. Most arrays of a reused value are empty already, and
    /// `removeAll` costs a call even then.
    @inline(__always)
    package mutating func clear() {
        if !isEmpty { removeAll(keepingCapacity: true) }
    }
}
