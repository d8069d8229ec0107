extension Array {
    /// Empties the array and keeps its memory. Most arrays of a reused value are empty already or have
    /// few values, and `removeAll` costs a hundred instructions even then.
    @inlinable @inline(__always)
    package mutating func clear() {
        guard count <= 4 else { return removeAll(keepingCapacity: true) }
        while !isEmpty { removeLast() }
    }
}
