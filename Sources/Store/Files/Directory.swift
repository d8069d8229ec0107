private import CLinux
private import Glibc

/// Directory entries and what lies behind them, by path.
enum Directory {
    /// What a path leads to, links not followed.
    struct Entry {
        var isDirectory: Bool
        var isFile: Bool
        var isLink: Bool
        var isOwn: Bool
        var isOpenToOthers: Bool
    }

    /// lstat(2); nil if there is nothing.
    static func entry(_ path: String) throws(StoreError) -> Entry? {
        var status = stat()
        do throws(StoreError) {
            try retrying("lstat", path) { unsafe lstat(path, &status) }
        } catch .system(_, ENOENT, _) {
            return nil
        } catch {
            throw error
        }
        let kind = status.st_mode & S_IFMT
        return Entry(
            isDirectory: kind == S_IFDIR, isFile: kind == S_IFREG, isLink: kind == S_IFLNK,
            isOwn: status.st_uid == geteuid(), isOpenToOthers: status.st_mode & 0o077 != 0)
    }

    /// mkdir(2), for its owner alone.
    static func create(_ path: String) throws(StoreError) {
        try retrying("mkdir", path) { unsafe mkdir(path, 0o700) }
    }

    /// rename(2)
    static func rename(_ path: String, to other: String) throws(StoreError) {
        try retrying("rename", path) { unsafe Glibc.rename(path, other) }
    }

    /// fsync(2) of a directory: what was created or renamed in it is on disk.
    static func synchronize(_ path: String) throws(StoreError) {
        try File(path, .read).synchronize()
    }

    /// unlink(2); nothing if there is no such file.
    static func removeFile(_ path: String) throws(StoreError) {
        try ignoringMissing { () throws(StoreError) in
            // The string's bytes live for the call.
            try retrying("unlink", path) { unsafe unlink(path) }
        }
    }

    /// Removes an environment's directory, which holds only LMDB's two files and the mark of
    /// doubt; nothing if it isn't there.
    static func removeEnvironment(_ path: String) throws(StoreError) {
        for name in ["data.mdb", "lock.mdb", "unread"] { try removeFile(path + "/" + name) }
        try ignoringMissing { () throws(StoreError) in
            try retrying("rmdir", path) { unsafe rmdir(path) }
        }
    }

    private static func ignoringMissing(
        _ operation: () throws(StoreError) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            try operation()
        } catch .system(_, ENOENT, _) {
            return
        } catch {
            throw error
        }
    }

    /// statfs(2): bytes that we may still write there.
    static func freeSize(_ path: String) throws(StoreError) -> Int {
        var status = statfs()
        try retrying("statfs", path) { unsafe statfs(path, &status) }
        return Int(clamping: status.f_bavail) * Int(status.f_bsize)
    }

    /// statfs(2): what kind of file system it is, as far as that changes what we promise.
    static func fileSystem(_ path: String) throws(StoreError) -> FileSystem {
        var status = statfs()
        try retrying("statfs", path) { unsafe statfs(path, &status) }
        return switch UInt32(truncatingIfNeeded: status.f_type) {
        // The magic numbers of statfs(2): NFS, SMB, CIFS, SMB2, AFS, Ceph.
        case 0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x00C3_6400: .network
        case 0x6573_5546: .doubtful("fuse")
        case 0x794C_7630: .doubtful("overlay")
        case 0x0102_1994: .doubtful("tmpfs")
        default: .local
        }
    }

    enum FileSystem: Equatable {
        case local
        case network
        /// It may keep nothing past a power cut.
        case doubtful(String)
    }

    /// getpid(2)
    static var processID: Int32 { getpid() }
}
