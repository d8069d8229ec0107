import Rows

extension ByteSource {
    /// The bytes of an open file.
    init(_ file: consuming Descriptor) {
        let file = FileBytes(file)
        self.init { buffer in file.read(into: &buffer) }
    }
}

/// An open file for as long as somebody reads it.
private final class FileBytes {
    private let file: Descriptor

    init(_ file: consuming Descriptor) { self.file = file }

    func read(into buffer: inout [UInt8]) -> ByteSource.Piece {
        do throws(SystemFault) {
            // A signal asks the importer to stop, which it finds out between rows.
            while true {
                if let count = try file.read(into: &buffer) { return .bytes(count) }
            }
        } catch {
            return .failed(error.reason)
        }
    }
}
