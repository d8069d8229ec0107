import Testing

@testable import Engine

@Test("the more accounts there are the more events are between checkpoints, within bounds")
func checkpointPace() {
    let events = (0...40).map { Engine.eventsPerCheckpoint(accounts: $0 * 500_000) }
    #expect(zip(events, events.dropFirst()).allSatisfy { $0 <= $1 })
    // Few accounts: what a start has to fold is what counts. Many: no row is written but for two events.
    #expect(events[0] == 4_000_000 && events[40] == 40_000_000)
    for (index, count) in events.enumerated() {
        let accounts = UInt64(index) * 500_000
        #expect(count >= 2 * accounts && count <= max(8_000_000, 2 * accounts))
    }
}
