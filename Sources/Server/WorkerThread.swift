import CLinux
import Glibc
import Synchronization

/// What a thread leaves to the others where cores are scarce. It is for good: without privileges Linux
/// lets no thread take back what it has given up.
enum Patience: Sendable {
    /// It takes its share.
    case none
    /// It leaves them to the others down to about a thirtieth of one.
    case some
    /// The same, down to a seventieth: enough to come to an end, and however much is read, writes go on.
    case much
    /// It has what nobody else wants, and makes way at once; perhaps it never has anything.
    case endless
}

/// A thread of its own that does one job after another and raises a signal with each answer.
///
/// The committer is one: lmdb.h wants a write transaction to begin and end on one thread, hence a
/// pthread and no task, which may change threads. The reader of the log is another.
final class WorkerThread<Job: Sendable, Answer: Sendable>: Sendable {
    private struct Queues {
        var jobs: [Job] = []
        var answers: [Answer] = []
        var isEnding = false
    }

    private let queues = Mutex(Queues())
    private let work: Wakeup
    /// Readable whenever there are answers.
    let done: Wakeup
    private let thread: Mutex<pthread_t?>

    /// Starts the thread. `perform` and what it holds belong to it from now on.
    init(
        _ name: String, _ patience: Patience = .none, perform: sending @escaping (Job) -> Answer
    ) throws(SystemFault) {
        work = try Wakeup(isBlocking: true)
        done = try Wakeup(isBlocking: false)
        thread = Mutex(nil)
        let entry = ThreadEntry(name, patience) { [self] in run(perform) }
        // The new thread takes over this reference.
        let pointer = unsafe Unmanaged.passRetained(entry).toOpaque()
        var handle = pthread_t()
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ThreadEntry>.fromOpaque(argument).takeRetainedValue().enter()
                return nil
            }, pointer)
        guard code == 0 else {
            unsafe Unmanaged<ThreadEntry>.fromOpaque(pointer).release()
            throw SystemFault(operation: "pthread_create", code: code)
        }
        thread.withLock { $0 = handle }
    }

    func submit(_ job: Job) {
        let wasEmpty = queues.withLock { queues in
            queues.jobs.append(job)
            return queues.jobs.count == 1
        }
        // A thread that still has jobs looks for more by itself.
        if wasEmpty { work.raise() }
    }

    /// Takes back the job that was submitted last, unless the thread has begun it.
    func withdraw() -> Job? {
        queues.withLock { queues in
            // The first one is being done, or about to be.
            queues.jobs.count > 1 ? queues.jobs.removeLast() : nil
        }
    }

    /// The answers since the last call, oldest first.
    func takeAnswers() -> [Answer] {
        done.clear()
        return queues.withLock { queues in
            let answers = queues.answers
            queues.answers = []
            return answers
        }
    }

    /// Lets the thread finish the job that it is at, drops the others, and waits for its end.
    func end() {
        let handle = thread.withLock { thread in
            let handle = thread
            thread = nil
            return handle
        }
        guard let handle else { return }
        queues.withLock { queues in
            queues.isEnding = true
            queues.jobs = []
        }
        work.raise()
        _ = pthread_join(handle, nil)
    }

    private func run(_ perform: (Job) -> Answer) {
        while true {
            let (job, isEnding) = queues.withLock { queues in
                (queues.jobs.first, queues.isEnding)
            }
            if isEnding { return }
            guard let job else {
                work.clear()
                continue
            }
            let answer = perform(job)
            queues.withLock { queues in
                if !queues.jobs.isEmpty { queues.jobs.removeFirst() }
                queues.answers.append(answer)
            }
            done.raise()
        }
    }
}

/// What a new thread is given to do.
private final class ThreadEntry {
    private let name: String
    private let patience: Patience
    private let body: () -> Void

    init(_ name: String, _ patience: Patience, _ body: @escaping () -> Void) {
        self.name = name
        self.patience = patience
        self.body = body
    }

    /// Nanoseconds that a patient thread has a core before others are looked for: otherwise a thread that wakes
    /// waits for milliseconds.
    private static let slice: UInt64 = 100_000

    func enter() {
        _ = unsafe clinux_name_thread(name)
        switch patience {
        case .none: break
        // sched(7): fifteen steps are a thirtieth of the weight, nineteen a seventieth.
        case .some: _ = clinux_lower_priority(15, Self.slice)
        case .much: _ = clinux_lower_priority(19, Self.slice)
        case .endless: _ = clinux_run_when_idle()
        }
        body()
    }
}
