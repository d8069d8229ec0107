import Foundation
import Ledger
import Testing

@Suite("The encoding of events")
struct GoldenEventTests {
    /// `fixtures/golden/events.txt`: a name and the event's bytes in hexadecimal, a line each.
    private static let golden: [(name: String, bytes: [UInt8])] = {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../fixtures/golden/events.txt")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " ")
            let digits = Array(parts[1])
            let bytes = stride(from: 0, to: digits.count, by: 2).map {
                UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0
            }
            return (String(parts[0]), bytes)
        }
    }()

    private static func encoded(_ event: Event) -> [UInt8] {
        var writer = ByteWriter(capacity: Limits.eventBytesMax)
        event.encode(into: &writer)
        return writer.bytes
    }

    private static func decoded(_ bytes: [UInt8]) -> Event? {
        var event = Event()
        guard (try? event.decode(bytes, bytes.indices)) != nil else { return nil }
        return event
    }

    @Test("every kind of event has the bytes that it always had")
    func bytes() {
        #expect(Self.golden.map(\.name) == GoldenEvents.all.map(\.name))
        for (golden, (name, event)) in zip(Self.golden, GoldenEvents.all) {
            let bytes = Self.encoded(event)
            let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(golden.bytes == bytes, "\(name) \(hex)")
        }
    }

    @Test("what is decoded is what was encoded", arguments: 0..<GoldenEvents.all.count)
    func roundTrip(_ index: Int) {
        let (name, event) = GoldenEvents.all[index]
        let bytes = Self.encoded(event)
        let back = Self.decoded(bytes)
        #expect(back.map(Self.encoded) == bytes, "\(name)")
        #expect(back?.kind == event.kind)
        #expect(back?.postings == event.postings)
        #expect(back?.marks == event.marks)
        #expect(back?.accounts == event.accounts)
    }

    @Test("the golden events cover every kind and every part")
    func coverage() {
        #expect(Set(GoldenEvents.all.map(\.event.kind)) == Set(EventKind.allCases))
        let parts = Self.golden.reduce(UInt8(0)) { $0 | $1.bytes[1] }
        #expect(parts == 0xFF)
    }

    @Test("no event that is cut short is taken for one", arguments: 0..<GoldenEvents.all.count)
    func truncations(_ index: Int) {
        let bytes = Self.encoded(GoldenEvents.all[index].event)
        for count in 0..<bytes.count {
            #expect(Self.decoded(Array(bytes[..<count])) == nil, "\(count) bytes")
        }
        #expect(Self.decoded(bytes + [0]) == nil)
    }

    @Test(
        "a changed byte is refused or means something else", arguments: 0..<GoldenEvents.all.count)
    func changes(_ index: Int) {
        let bytes = Self.encoded(GoldenEvents.all[index].event)
        var changed = bytes
        for position in bytes.indices {
            for value in UInt8.min...UInt8.max where value != bytes[position] {
                changed[position] = value
                if let event = Self.decoded(changed), Self.encoded(event) != changed {
                    Issue.record("byte \(position) as \(value) decodes to what encodes otherwise")
                }
            }
            changed[position] = bytes[position]
        }
    }
}
