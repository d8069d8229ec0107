import Testing

@testable import Server

@Test("a rebuild leaves the processors to others, but not for ever; the longer the log the longer")
func rebuildUrgency() {
    let events: UInt64 = 30_000_000
    let run = RebuildRun(name: "accounts", slot: 0, generation: 0, began: 500, head: events)
    let patience = ServerLimits.rebuildPatienceMilliseconds + 30_000
    #expect(run.urgency(now: 500) == 0)
    #expect(run.urgency(now: 500 + patience - 1) == 0)
    #expect(run.urgency(now: 500 + patience) == 1)
    #expect(run.urgency(now: 500 + 3 * patience - 1) == 1)
    #expect(run.urgency(now: 500 + 3 * patience) == 2)
    #expect(run.urgency(now: .max) == 2)
}

@Test("an endlessly patient worker still does every job where there is time")
func patientWorker() throws {
    for patience in [Patience.none, .some, .endless] {
        let worker = try WorkerThread<Int, Int>("test", patience) { $0 + 1 }
        for number in 0..<100 { worker.submit(number) }
        var answers: [Int] = []
        while answers.count < 100 {
            Syscall.waitReadable(worker.done.descriptor, milliseconds: 1_000)
            answers += worker.takeAnswers()
        }
        #expect(answers == Array(1...100))
        worker.end()
    }
}
