/// How far the run of a job has come: what a `job` event says beside the period.
package struct JobProgress: Sendable, Equatable {
    /// The qualifier of the ledger's cell that keeps the run.
    package var key: UInt32 = 0
    /// The accounts up to this one take part: those that were there when the run began.
    package var last = AccountNumber.ledger
    /// The accounts up to this one are done with.
    package var cursor = AccountNumber.ledger
    package var isDone = false
    /// Accounts that were looked at; each was paid, skipped or failed.
    package var accounts: UInt32 = 0
    package var paid: UInt32 = 0
    package var skipped: UInt32 = 0
    package var failed: UInt32 = 0
    /// The first of those that failed.
    package var failures: [JobFailure] = []

    package static let failuresMax = 10

    package init() {}
}

/// An account for which a job was refused, and the refusal's code.
package struct JobFailure: Sendable, Equatable {
    package var account: AccountNumber
    /// The code's text, in the event's text.
    package var code: ByteRange
}

extension JobProgress {
    func encode(into writer: inout ByteWriter, _ text: [UInt8]) {
        writer.varint(key)
        writer.varint(last.rawValue)
        writer.varint(cursor.rawValue)
        writer.u8(isDone ? 1 : 0)
        for count in [accounts, paid, skipped, failed] { writer.varint(count) }
        writer.varint(failures.count)
        for failure in failures {
            writer.varint(failure.account.rawValue)
            writer.bytes(text, failure.code.range)
        }
    }
}

extension Event {
    /// A job's payload: the period, and how far the run has come, which the first ledgers didn't say.
    mutating func decodeJob(_ reader: inout ByteReader) throws(DecodingError) {
        var period = try take(&reader, try reader.bytes())
        guard period.isEmpty else {
            payload = .job(period: period, nil)
            return
        }
        period = try take(&reader, try reader.bytes())
        var progress = JobProgress()
        progress.key = try reader.varint32()
        progress.last = AccountNumber(try reader.varint32())
        progress.cursor = AccountNumber(try reader.varint32())
        let done = try reader.u8()
        guard done <= 1 else { throw DecodingError("neither done nor not", at: reader.position) }
        progress.isDone = done == 1
        progress.accounts = try reader.varint32()
        progress.paid = try reader.varint32()
        progress.skipped = try reader.varint32()
        progress.failed = try reader.varint32()
        let count = try reader.count()
        guard count <= JobProgress.failuresMax else {
            throw DecodingError("too many failures", at: reader.position)
        }
        for _ in 0..<count {
            let account = AccountNumber(try reader.varint32())
            progress.failures.append(
                JobFailure(account: account, code: try take(&reader, try reader.bytes())))
        }
        payload = .job(period: period, progress)
    }
}
