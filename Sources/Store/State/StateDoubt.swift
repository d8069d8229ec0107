/// What a process that has opened the state leaves in it until all of it was read.
///
/// LMDB follows what its pages say without a check, out of the file if they are damaged: who reads those
/// may die of it, and so would each start after it. The mark says how far the last one had come.
enum StateDoubt: UInt8 {
    /// It was reading on while it served: the next one reads all before it serves.
    case slight = 1
    /// It was reading all before it served, or has found something wrong: the next one begins anew.
    case deep = 2

    /// The mark that is there; nil if there is none.
    static func read(_ path: String) throws(StoreError) -> StateDoubt? {
        guard try Directory.entry(path) != nil else { return nil }
        let content = try File(path, .read).read(count: 1, at: 0)
        return content.first.flatMap(StateDoubt.init) ?? .deep
    }

    func write(_ path: String) throws(StoreError) {
        try File(path, .create).write([rawValue], at: 0)
    }

    static func clear(_ path: String) throws(StoreError) {
        try Directory.removeFile(path)
    }
}
