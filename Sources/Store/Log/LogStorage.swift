/// Where batches and keys are kept: LMDB and a file for the daemon, something that fails on purpose
/// for a simulation. One thread appends; any may read.
package protocol LogStorage: AnyObject, Sendable {
    /// Adds a batch, whose value is `head` and then `body`. It is durable when this returns.
    /// - Throws: anything at all is a fault: it is unknown whether the batch is there, and nothing
    ///   may be appended any more.
    func append(head: Span<UInt8>, body: Span<UInt8>, first: UInt64) throws(StoreError)

    /// Lends the batches from the one holding `sequence` on, with the number that each lies under,
    /// or back from it; if none begins at or before it, from the first. All of it is one
    /// snapshot, so `body` must end it soon by returning false.
    func scan(
        from sequence: UInt64, _ direction: ScanDirection,
        _ body: (_ first: UInt64, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError)

    /// Fills slots of the keys file; they are durable when this returns.
    func write(keys: [KeySlot]) throws(StoreError)

    /// The 32 bytes of the account's slot; zeros if it has no key.
    func key(of account: UInt32) throws(StoreError) -> [UInt8]

    /// The slots of `count` accounts from one on, one behind the other.
    func keys(from account: UInt32, count: Int) throws(StoreError) -> [UInt8]

    /// True if what is decided but not yet on disk, and the keys up to that account, surely fit.
    /// Asks the disk nothing.
    /// - Parameter batchBytes: the open batch's and the in-flight batch's `storedSizeMax` together.
    func hasRoom(batchBytes: Int, highestAccount: UInt32) -> Bool

    /// Gets that much room from the disk if it has it, and says whether it does.
    func reserveRoom(batchBytes: Int, highestAccount: UInt32) throws(StoreError) -> Bool
}

package enum ScanDirection: Sendable {
    case forward
    case backward
}
