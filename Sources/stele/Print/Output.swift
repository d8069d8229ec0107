import Glibc

/// Where text goes: a descriptor, buffered, or memory, for tests to look at.
final class Output {
    private let descriptor: Int32?
    /// A file of our own, closed with us.
    private let file: Descriptor?
    /// What messages call it.
    private let name: String
    private var buffer: [UInt8] = []
    /// Nothing more is worth printing: the reader went away (`stele … | head`), or a write failed.
    private(set) var isClosed = false
    /// Why something could not be written. A reader who has seen enough is no reason.
    private var fault: SystemFault?

    init(descriptor: Int32?) {
        self.descriptor = descriptor
        file = nil
        name = descriptor == STDERR_FILENO ? "standard error" : "standard output"
    }

    private init(file: consuming Descriptor, name: String) {
        descriptor = file.number
        self.file = consume file
        self.name = name
    }

    /// Makes a file, or empties the one that is there.
    static func creating(_ path: String) throws(Failure) -> Output {
        do throws(SystemFault) {
            return Output(file: try Descriptor.create(path), name: path)
        } catch {
            throw .usage("can't write \(path): \(error.reason)")
        }
    }

    deinit { flush() }

    /// What has been written and not flushed.
    var text: String { String(decoding: buffer, as: UTF8.self) }

    func write(_ text: String) { write(bytes: text.utf8) }

    func line(_ text: String = "") {
        write(bytes: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
    }

    func write(bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 16 { flush() }
    }

    func flush() {
        guard let descriptor else { return }
        var start = 0
        while start < buffer.count, !isClosed {
            // The pointer is used within the call only; `start` stays below the count.
            let count = unsafe buffer.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start)
            }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                isClosed = true
                if errno != EPIPE { fault = .last("write") }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes what is left, and tells whether all of it was written, since the beginning.
    func finish() throws(Failure) {
        flush()
        guard let fault else { return }
        throw Failure(
            code: .no, message: "can't write \(name): \(fault.reason)",
            hint: "What was written is cut off.")
    }
}

/// The two streams of the program and how it writes on them.
struct Console {
    var output: Output
    var errors: Output
    var style: Style
    var errorStyle: Style
    var isJSON: Bool
    /// Progress is drawn over itself on a terminal, and told in lines elsewhere.
    var isErrorTerminal: Bool

    static func standard(colour: Style.Mode, isJSON: Bool) -> Console {
        Console(
            output: Output(descriptor: STDOUT_FILENO),
            errors: Output(descriptor: STDERR_FILENO),
            style: Style(mode: colour, descriptor: STDOUT_FILENO),
            errorStyle: Style(mode: colour, descriptor: STDERR_FILENO),
            isJSON: isJSON,
            isErrorTerminal: Environment.isTerminal(STDERR_FILENO))
    }

    /// A console that keeps everything, for tests.
    static func memory(isJSON: Bool = false, isColoured: Bool = false) -> Console {
        Console(
            output: Output(descriptor: nil), errors: Output(descriptor: nil),
            style: Style(isColoured: isColoured), errorStyle: Style(isColoured: isColoured),
            isJSON: isJSON, isErrorTerminal: false)
    }

    func report(_ failure: Failure) {
        errors.line("\(errorStyle.bad("stele:")) \(Escape.forTerminal(failure.message))")
        if let hint = failure.hint { errors.line("       \(Escape.forTerminal(hint))") }
        errors.flush()
    }
}
