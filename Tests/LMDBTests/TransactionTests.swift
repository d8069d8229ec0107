import Glibc
import LMDB
import Testing

private func open(
    _ directory: ScratchDirectory, mapSize: Int = 1 << 20, databaseCount: Int = 0
) throws -> Environment {
    try Environment(
        path: directory.path, access: .readWrite, mapSize: mapSize, databaseCount: databaseCount)
}

private func put(_ key: String, _ value: String, in environment: Environment) throws {
    let database = try #require(try environment.openDatabase())
    var transaction = try environment.beginWrite()
    let (key, value) = ([UInt8](key), [UInt8](value))
    try transaction.put(value.span, forKey: key.span, in: database)
    try transaction.commit()
}

private func get(_ key: String, in environment: Environment) throws -> String? {
    let database = try #require(try environment.openDatabase())
    let transaction = try environment.beginRead()
    let key = [UInt8](key)
    return try transaction.withValue(forKey: key.span, in: database) {
        String(decoding: [UInt8](copying: $0), as: UTF8.self)
    }
}

@Test("what was committed is there when the directory is opened again")
func committed() throws {
    let directory = ScratchDirectory()
    try put("a", "1", in: open(directory))
    let environment = try open(directory)
    #expect(try get("a", in: environment) == "1")
    #expect(try get("b", in: environment) == nil)
    #expect(environment.info.lastTransaction == 1)
}

@Test("a transaction that isn't committed changes nothing")
func dropped() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    let database = try #require(try environment.openDatabase())
    do {
        var transaction = try environment.beginWrite()
        let key: [UInt8] = [1]
        try transaction.put(key.span, forKey: key.span, in: database)
        #expect(try transaction.withValue(forKey: key.span, in: database) { $0.count } == 1)
    }
    #expect(try environment.beginRead().entryCount(in: database) == 0)
}

@Test("a reader keeps seeing what it began with")
func snapshots() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    try put("a", "1", in: environment)
    let database = try #require(try environment.openDatabase())
    let reader = try environment.beginRead()
    try put("a", "2", in: environment)
    let key = [UInt8]("a")
    let seen = try reader.withValue(forKey: key.span, in: database) { $0[0] }
    #expect(seen == UInt8(ascii: "1"))
    #expect(try get("a", in: environment) == "2")
}

@Test("appended values are their two parts, and keys must grow")
func appending() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    let database = try #require(try environment.openDatabase())
    let head = [UInt8]("head")
    let body = [UInt8](repeating: 7, count: 10_000)
    let (low, high): ([UInt8], [UInt8]) = ([1], [2])
    var transaction = try environment.beginWrite()
    try transaction.append(head: head.span, body: body.span, forKey: high.span, in: database)
    let value = try transaction.withValue(forKey: high.span, in: database) { [UInt8](copying: $0) }
    #expect(value == head + body)
    var code: LMDBCode? = nil
    do throws(LMDBError) {
        try transaction.append(head: head.span, body: body.span, forKey: low.span, in: database)
    } catch {
        code = error.code
    }
    #expect(code == .keyExists)
}

@Test("a cursor finds what is at, after and before a key")
func cursors() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    let database = try #require(try environment.openDatabase())
    for key in ["b", "d", "f"] { try put(key, key + key, in: environment) }
    let reader = try environment.beginRead()
    let found = try reader.withCursor(in: database) { (cursor) throws(LMDBError) in
        var found: [String] = []
        func note(_ entry: String?) { found.append(entry ?? "-") }
        note(try cursor.first(text))
        note(try cursor.next(text))
        note(try cursor.last(text))
        note(try cursor.next(text))
        note(try cursor.previous(text))
        for key in ["", "a", "b", "c", "f", "g"].map({ [UInt8]($0) }) {
            note(try cursor.seek(atOrAfter: key.span, text))
            note(try cursor.seek(atOrBefore: key.span, text))
        }
        return found
    }
    #expect(
        found == [
            "b=bb", "d=dd", "f=ff", "-", "d=dd", "b=bb", "-", "b=bb", "-", "b=bb", "b=bb", "d=dd",
            "b=bb",
            "f=ff", "f=ff", "-", "f=ff",
        ])
}

private func text(_ key: Span<UInt8>, _ value: Span<UInt8>) -> String {
    String(
        decoding: [UInt8](copying: key) + [UInt8(ascii: "=")] + [UInt8](copying: value),
        as: UTF8.self)
}

@Test("named databases are apart, and an entry can be removed")
func databases() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory, databaseCount: 2)
    let one = try #require(try environment.openDatabase(named: "one", isCreating: true))
    let two = try #require(try environment.openDatabase(named: "two", isCreating: true))
    var transaction = try environment.beginWrite()
    for key in [[1], [2], [3]] as [[UInt8]] {
        try transaction.put(key.span, forKey: key.span, in: one)
        try transaction.put(key.span, forKey: key.span, in: two)
    }
    let (there, missing): ([UInt8], [UInt8]) = ([2], [9])
    let wasThere = try transaction.delete(key: there.span, in: one)
    let wasMissing = try transaction.delete(key: missing.span, in: one)
    #expect(wasThere && !wasMissing)
    try transaction.commit()
    let reader = try environment.beginRead()
    let counts = [try reader.entryCount(in: one), try reader.entryCount(in: two)]
    #expect(counts == [2, 3])
}

@Test("a map that is full says so, grows while nobody reads, and takes what it refused")
func growth() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory, mapSize: 64 << 10)
    let large = String(repeating: "x", count: 100_000)
    var code: LMDBCode? = nil
    do { try put("a", large, in: environment) } catch let error as LMDBError { code = error.code }
    #expect(code == .mapFull)
    try environment.resize(to: 1 << 20)
    try put("a", large, in: environment)
    #expect(try get("a", in: environment) == large)
    #expect(environment.info.mapSize == 1 << 20)
}

@Test("the data file isn't inherited by programs that we start")
func closeOnExec() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    try put("a", "1", in: environment)
    var isInherited: [String: Bool] = [:]
    for descriptor in Int32(3)..<200 {
        let flags = fcntl(descriptor, F_GETFD)
        guard flags >= 0 else { continue }
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
        guard count > 0 else { continue }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard path.hasPrefix(directory.path) else { continue }
        isInherited[path] = flags & FD_CLOEXEC == 0
    }
    #expect(isInherited[directory.path + "/data.mdb"] == false)
    #expect(!isInherited.values.contains(true))
}

@Test("a directory that isn't there is an error that names the call")
func missingDirectory() {
    #expect(throws: LMDBError(code: LMDBCode(rawValue: ENOENT), operation: "realpath")) {
        try Environment(path: "/nonexistent/here", access: .readWrite, mapSize: 1 << 20)
    }
}

@Test("a file that isn't LMDB's is an error, and the directory can be opened afterwards")
func foreignFile() throws {
    let directory = ScratchDirectory()
    let file = unsafe fopen(directory.path + "/data.mdb", "w")
    for _ in 0..<9_000 { unsafe fputc(65, file) }
    unsafe fclose(file)
    #expect(throws: LMDBError(code: .invalid, operation: "mdb_env_open")) { try open(directory) }
    unsafe unlink(directory.path + "/data.mdb")
    #expect(throws: Never.self) { try open(directory) }
}

@Test("opening a directory twice in one process traps")
func openedTwice() async {
    await #expect(processExitsWith: .failure) {
        let directory = ScratchDirectory()
        let first = try Environment(path: directory.path, access: .readWrite, mapSize: 1 << 20)
        let second = try Environment(
            path: directory.path + "/.", access: .readOnly, mapSize: 1 << 20)
        print(first.info, second.info)
    }
}

@Test("a write cursor comes to what a dictionary comes to, in any order of keys", arguments: 0..<8)
func writeCursor(kind: Int) throws {
    let directory = ScratchDirectory()
    let environment = try open(directory, mapSize: 1 << 24)
    let database = try #require(try environment.openDatabase())
    var expected: [UInt32: [UInt8]] = [:]
    var state = UInt64(kind + 1)
    func draw(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
    for round in 0..<8 {
        var transaction = try environment.beginWrite()
        try transaction.withWriteCursor(in: database) { (cursor) throws(LMDBError) in
            var last = try cursor.last { key in [UInt8](copying: key) }.map(number) ?? 0
            #expect(last == expected.keys.max() ?? 0)
            var place = 0
            for index in 0..<1_500 {
                // In order, at the end, anywhere, or a little on from the one before; with removals or
                // without.
                let isStepping = kind > 5
                let isOrdered = kind % 3 == 0
                let isNew = kind % 3 == 1
                place = (place + draw(9)) % 3_000
                let key = UInt32(
                    isStepping ? place : isOrdered ? 2 * index : isNew ? Int(last) + 1 : draw(3_000)
                )
                if kind > 2, kind != 6, draw(4) == 0 {
                    let isThere = try cursor.delete(key: bytes(of: key).span)
                    #expect(isThere == (expected.removeValue(forKey: key) != nil))
                } else {
                    let value = [UInt8](repeating: UInt8(round), count: 1 + draw(120))
                    if isStepping {
                        try cursor.put(
                            value.span, forKey: bytes(of: key).span, stepsMax: draw(9))
                    } else {
                        try cursor.put(
                            value.span, forKey: bytes(of: key).span, isLast: isNew && key > last)
                    }
                    expected[key] = value
                    if isNew { last = key }
                }
            }
        }
        try transaction.commit()
    }
    var found: [UInt32: [UInt8]] = [:]
    try environment.beginRead().withCursor(in: database) { (cursor) throws(LMDBError) in
        func note(_ key: Span<UInt8>, _ value: Span<UInt8>) {
            found[number([UInt8](copying: key))] = [UInt8](copying: value)
        }
        var goesOn: Void? = try cursor.first(note)
        while goesOn != nil { goesOn = try cursor.next(note) }
    }
    #expect(found == expected)
}

@Test("a write cursor refuses a last key that isn't, and finds nothing where nothing is")
func writeCursorAtEnd() throws {
    let directory = ScratchDirectory()
    let environment = try open(directory)
    let database = try #require(try environment.openDatabase())
    var transaction = try environment.beginWrite()
    var code: LMDBCode? = nil
    try transaction.withWriteCursor(in: database) { (cursor) throws(LMDBError) in
        let isEmpty = try cursor.last { _ in true } == nil
        let wasThere = try cursor.delete(key: bytes(of: 1).span)
        #expect(isEmpty && !wasThere)
        try cursor.put(bytes(of: 0).span, forKey: bytes(of: 2).span, isLast: true)
        do throws(LMDBError) {
            try cursor.put(bytes(of: 0).span, forKey: bytes(of: 1).span, isLast: true)
        } catch {
            code = error.code
        }
    }
    #expect(code == .keyExists)
}

private func bytes(of number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
}

private func number(_ bytes: [UInt8]) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
