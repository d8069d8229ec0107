import Ledger
import Testing
import Wire

@testable import Server

/// Two ends of a connection.
private struct SocketPair: ~Copyable {
    let server: FileDescriptor
    let client: FileDescriptor

    init() throws {
        let number = UInt32.random(in: 0 ... .max)
        let path = "/tmp/stele-test-\(Syscall.processID)-\(number).sock"
        let listener = try Listener.open(Door(path: path, role: .all))
        defer { listener.removePath() }
        let client = try Syscall.connect(to: path)
        server = try Self.accept(listener)
        self.client = client
    }

    private static func accept(_ listener: Listener) throws -> FileDescriptor {
        switch Syscall.accept(listener.descriptor) {
        case .connection(let accepted): return accepted
        default: throw SystemFault(operation: "accept", code: 0)
        }
    }
}

@Test("replies go out in order, each when its batch is on disk")
func heldReplies() throws {
    let pair = try SocketPair()
    var output = OutputBuffer()
    var pool = BufferPool()
    output.prepare(&pool)
    output.writer.simple("first")
    output.hold(for: 1)
    output.writer.simple("second")
    output.hold(for: 2)
    output.writer.simple("third")
    output.hold(for: 0)
    #expect(output.heldCommands == 3)
    #expect(!output.hasReady)

    output.release(upTo: 1)
    #expect(output.heldCommands == 2)
    _ = output.send(to: pair.server.rawValue, &pool)
    #expect(try received(pair.client) == "+first\r\n")

    output.release(upTo: 2)
    #expect(output.heldCommands == 0)
    _ = output.send(to: pair.server.rawValue, &pool)
    #expect(try received(pair.client) == "+second\r\n+third\r\n")
    #expect(output.isEmpty)

    output.prepare(&pool)
    output.writer.simple("at once")
    output.hold(for: 0)
    #expect(output.hasReady)
}

private func received(_ descriptor: borrowing FileDescriptor) throws -> String {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    guard case .bytes(let count) = Syscall.receive(descriptor.rawValue, into: &buffer, from: 0)
    else {
        throw SystemFault(operation: "receive", code: 0)
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
}

@Test("replies beyond what the kernel takes wait without being lost or repeated")
func partialSends() throws {
    let pair = try SocketPair()
    Syscall.setSendBuffer(pair.server, bytes: ServerLimits.sendBufferBytes)
    var output = OutputBuffer()
    var pool = BufferPool()
    var expected: [UInt8] = []
    for number in 0..<20_000 {
        output.prepare(&pool)
        output.writer.integer(number)
        output.hold(for: UInt64(number / 100) + 1)
        expected += Array(":\(number)\r\n".utf8)
    }
    var got: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 10_000)
    var batch: UInt64 = 0
    while got.count < expected.count {
        batch += 1
        output.release(upTo: batch)
        _ = output.send(to: pair.server.rawValue, &pool)
        if case .bytes(let count) = Syscall.receive(pair.client.rawValue, into: &buffer, from: 0) {
            got += buffer[..<count]
        }
    }
    #expect(got == expected)
    #expect(output.isEmpty)
    #expect(output.heldCommands == 0)
}

@Test("input arrives whole however it is cut, up to a rulebook's size")
func inputGrows() throws {
    let pair = try SocketPair()
    var input = InputBuffer()
    var pool = BufferPool()
    let text = String(repeating: "x", count: 900_000)
    let bytes = Array("*3\r\n$5\r\nRULES\r\n$3\r\nPUT\r\n$900000\r\n\(text)\r\n*1\r\n$4\r\nPI".utf8)
    var sent = 0
    var request = Request()
    var outcome = RequestParser.Outcome.incomplete
    while sent < bytes.count || outcome == .incomplete {
        let piece = min(sent + 33_333, bytes.count)
        if sent < piece,
            case .bytes(let count) = Syscall.send(pair.client.rawValue, bytes, sent..<piece)
        {
            sent += count
        }
        _ = input.receive(from: pair.server.rawValue, &pool)
        outcome = input.parse(into: &request)
        if case .complete(let next) = outcome {
            input.advance(to: next)
            break
        }
        input.rest(&pool)
    }
    #expect(request.count == 3)
    #expect(request.arguments[2].count == 900_000)
    while sent < bytes.count {
        if case .bytes(let count) = Syscall.send(pair.client.rawValue, bytes, sent..<bytes.count) {
            sent += count
        }
    }
    while input.receive(from: pair.server.rawValue, &pool).0 == .more {}
    input.rest(&pool)
    #expect(input.parse(into: &request) == .incomplete)
}

@Test("a slot's next connection isn't taken for the one before")
func generations() {
    var table = ConnectionTable()
    let door = Door(path: "x", role: .all)
    func insert() -> Connection {
        table.insert { id, slot, generation in
            Connection(
                id: id, slot: slot, generation: generation, peer: .init(uid: 1, role: .all), pid: 1,
                door: door, now: 0)
        }
    }
    let first = insert()
    table.remove(first)
    let second = insert()
    #expect(second.slot == first.slot)
    #expect(table[first.slot, first.generation] == nil)
    #expect(table[second.slot, second.generation] === second)
    #expect(second.id == first.id + 1)
    #expect(table.count == 1)
    table.remove(first)
    #expect(table.count == 1)
}
