import Glibc
import LMDB

/// A directory of a test's own, removed with what is in it when the test lets go of it.
final class ScratchDirectory {
    let path: String

    init() {
        var template = Array("/tmp/stele-lmdb-XXXXXX\0".utf8CString.dropLast())
        // mkdtemp replaces the six letters in place.
        path = unsafe template.withUnsafeMutableBufferPointer {
            unsafe String(cString: mkdtemp($0.baseAddress!))
        }
    }

    deinit {
        unsafe unlink(path + "/data.mdb")
        unsafe unlink(path + "/lock.mdb")
        unsafe rmdir(path)
    }
}

extension [UInt8] {
    init(_ text: String) { self = Array(text.utf8) }
}
