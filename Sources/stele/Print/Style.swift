import Glibc

/// Colours and weights, or none of them.
struct Style {
    var isColoured: Bool

    enum Mode: String, CaseIterable {
        case auto, always, never
    }

    /// Colours go to a terminal only, and not where NO_COLOR is set or the terminal is a dumb one.
    init(mode: Mode, descriptor: Int32) {
        switch mode {
        case .always: isColoured = true
        case .never: isColoured = false
        case .auto:
            isColoured =
                Environment.isTerminal(descriptor)
                && (Environment["NO_COLOR"] ?? "").isEmpty && Environment["TERM"] != "dumb"
        }
    }

    init(isColoured: Bool) { self.isColoured = isColoured }

    func heading(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }
    func good(_ text: String) -> String { wrap(text, "32") }
    func bad(_ text: String) -> String { wrap(text, "31") }
    func notable(_ text: String) -> String { wrap(text, "33") }
    func name(_ text: String) -> String { wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
