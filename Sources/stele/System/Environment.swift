import Glibc

/// What the program is told by where it runs.
enum Environment {
    static subscript(name: String) -> String? {
        // Nothing in this program changes the environment, so the text stays where it is.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal, as the shell tells them.
    static var columns: Int {
        self["COLUMNS"].flatMap { Int($0) }.map { max(40, min($0, 400)) } ?? 80
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func makeDirectory(_ path: String) throws(SystemFault) {
        guard unsafe mkdir(path, 0o700) == 0 else { throw .last(path) }
    }
}
