import Wire

/// Prints a refusal: what is the matter for people, code and facts for programs.
struct FailurePrinter {
    var console: Console

    init(_ console: Console) { self.console = console }

    func print(_ failure: ReplyFailure) {
        if console.isJSON {
            console.output.line(JSONWriter.failureObject(failure))
            return
        }
        let style = console.errorStyle
        let sentence = failure.sentence.isEmpty ? failure.line : failure.sentence
        console.errors.line(
            style.bad(Escape.forTerminal(failure.code)) + "  " + Escape.forTerminal(sentence))
        if let hint = Self.hints[failure.code] { console.errors.line(style.faint(hint)) }
        console.errors.flush()
    }

    /// What to do, where the daemon can't know how it was asked.
    private static let hints = [
        "NOPERM": "Another socket may permit it: --socket PATH.",
        "LOADING": "The daemon has just been started; try again in a moment.",
        "KEYREUSED":
            "What a command is known by, its KEY or its action's once, stands for it alone for ever.",
    ]
}
