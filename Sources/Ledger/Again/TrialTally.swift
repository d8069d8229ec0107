/// What became of the commands of a trial, counted.
struct TrialTally {
    /// Commands of one kind that would be refused for one reason, or would come to something else.
    struct Line {
        var count: UInt64 = 0
        var first: SequenceNumber = 0
        var sentence = ""
    }

    struct Cause: Hashable {
        /// None: accepted, with another outcome.
        var code: RefusalCode?
        var title: String
    }

    var same: UInt64 = 0
    var changed: UInt64 = 0
    var refused: UInt64 = 0
    var lines: [Cause: Line] = [:]

    /// Titles beyond so many go without their names: clients may have spent for anything.
    private static let linesMax = 1_000

    mutating func count(_ refusal: Refusal, _ title: String, _ event: borrowing Event) {
        refused += 1
        note(Cause(code: refusal.code, title: title), event.sequence, refusal.sentence)
    }

    mutating func count(isSame: Bool, _ title: String, _ event: borrowing Event) {
        if isSame {
            same += 1
        } else {
            changed += 1
            note(Cause(code: nil, title: title), event.sequence, "")
        }
    }

    private mutating func note(_ cause: Cause, _ sequence: SequenceNumber, _ sentence: String) {
        var cause = cause
        if lines[cause] == nil, lines.count >= Self.linesMax {
            cause.title = String(cause.title.prefix { $0 != " " })
        }
        var line = lines[cause] ?? Line(first: sequence, sentence: sentence)
        line.count += 1
        lines[cause] = line
    }
}
