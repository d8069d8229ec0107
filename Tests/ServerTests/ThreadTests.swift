import Testing

@testable import Server

@Test("a worker answers every job in order")
func workerOrder() throws {
    let worker = try WorkerThread<Int, Int>("test") { $0 * 2 }
    var answers: [Int] = []
    for number in 0..<2_000 { worker.submit(number) }
    while answers.count < 2_000 {
        Syscall.waitReadable(worker.done.descriptor, milliseconds: 1_000)
        answers += worker.takeAnswers()
    }
    #expect(answers == (0..<2_000).map { $0 * 2 })
    worker.end()
    worker.end()
}

@Test("a worker that waits is woken for a single job")
func workerWakes() throws {
    let worker = try WorkerThread<String, String>("test") { $0 + "!" }
    for round in 0..<50 {
        worker.submit("\(round)")
        var answers: [String] = []
        while answers.isEmpty {
            Syscall.waitReadable(worker.done.descriptor, milliseconds: 1_000)
            answers = worker.takeAnswers()
        }
        #expect(answers == ["\(round)!"])
    }
    worker.end()
}

@Test("a job that wasn't begun can be taken back, one that was can't")
func workerWithdraws() throws {
    let gate = try Wakeup(isBlocking: true)
    let worker = try WorkerThread<Int, Int>("test") { number in
        gate.clear()
        return number
    }
    #expect(worker.withdraw() == nil)
    worker.submit(1)
    #expect(worker.withdraw() == nil)
    worker.submit(2)
    worker.submit(3)
    #expect(worker.withdraw() == 3)
    #expect(worker.withdraw() == 2)
    #expect(worker.withdraw() == nil)
    worker.submit(4)
    var answers: [Int] = []
    while answers.count < 2 {
        gate.raise()
        Syscall.waitReadable(worker.done.descriptor, milliseconds: 1_000)
        answers += worker.takeAnswers()
    }
    #expect(answers == [1, 4])
    worker.end()
}

@Test("the poller tells whose event it is")
func pollerTokens() throws {
    var poller = try Poller()
    let wakeup = try Wakeup(isBlocking: false)
    let token = PollToken(.connection, slot: 12_345, generation: 4_000_000_000)
    try poller.add(wakeup.descriptor, token)
    try poller.wait(milliseconds: 0)
    #expect(poller.events.isEmpty)
    wakeup.raise()
    try poller.wait(milliseconds: 1_000)
    #expect(poller.events.map(\.token) == [token])
    wakeup.clear()
    try poller.wait(milliseconds: 0)
    #expect(poller.events.isEmpty)
}
