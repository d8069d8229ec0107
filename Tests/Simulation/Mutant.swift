/// Deliberate mistakes in the simulated world. The engine is never changed: each shows that the
/// oracle notices what it is there to notice.
package enum Mutant: String, CaseIterable, Sendable {
    /// A commit is reported that never reached the disk.
    case commitIsLost = "commit-is-lost"
    /// The log's first page is written before what it leads to was flushed.
    case headBeforeData = "head-before-data"
    /// A start doesn't look for the batch that the log's first pages don't lead to yet.
    case unreachedIsForgotten = "unreached-is-forgotten"
    /// It appends that batch over the place where it lies, without having saved it.
    case rescueIsNotSaved = "rescue-is-not-saved"
    /// Keys are reported as stored that were never flushed.
    case keysAreLost = "keys-are-lost"
    /// The key of a forgotten account stays where it was.
    case keysAreKept = "keys-are-kept"
    /// Replies are released when they are decided.
    case repliesTooEarly = "replies-too-early"
    /// A client retries without its KEY.
    case keyForgotten = "key-forgotten"
    /// A failed commit is taken for one that was not made, and made again.
    case commitRetried = "commit-retried"
    /// A checkpoint's rows are stored before the events that they have seen.
    case checkpointTooEarly = "checkpoint-too-early"
    /// A checkpoint's head is stored, a slice of its rows isn't.
    case sliceIsLost = "slice-is-lost"
    /// A stored number changes, and its checksum with it.
    case rowIsForged = "row-is-forged"
    /// A part of the index of idempotency keys is never stored.
    case keyRunIsLost = "key-run-is-lost"
    /// A start doesn't take up the runs of jobs that were under way.
    case runsAreForgotten = "runs-are-forgotten"
    /// What a client is answered is off by one.
    case answerIsOff = "answer-is-off"
}
