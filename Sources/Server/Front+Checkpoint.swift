import Engine
import Store

// Checkpoints: slices of the state on their way to DIR/state, one at a time, in the background.

extension Front {
    /// Whether entries can be taken for a slice without waiting for anything.
    var hasEntriesToTake: Bool {
        engine.isCheckpointing && !isCheckpointWriting && checkpointDeferred == nil
            && isSliceDue
    }

    /// A checkpoint takes its time, so that it shares processors and disk with commits without holding
    /// them up much; unless it would take too long then.
    private var isSliceDue: Bool { now >= nextSliceAt || engine.isCheckpointBehind }

    /// Takes some entries, and hands the slice over once it is full and the log has everything that it
    /// speaks of.
    func writeCheckpoint() {
        guard !isCheckpointWriting, isSliceDue || engine.areKeysDue || engine.areNewIDsDue else {
            return
        }
        guard let work = checkpointDeferred ?? engine.checkpointSlice() else { return }
        guard work.waitsFor <= engine.durable else {
            checkpointDeferred = work
            return
        }
        checkpointDeferred = nil
        isCheckpointWriting = true
        partWriting = work.part
        if work.part == .rows, !isDraining {
            // Where nothing has happened since the slice before, there is nobody to be held up.
            let isResting = engine.head == headAtSlice
            nextSliceAt = now + (isResting ? 0 : ServerLimits.millisecondsPerSlice)
            headAtSlice = engine.head
        }
        // Keys take memory for as long as they aren't stored.
        let isUrgent = work.part == .keys || isDraining || engine.isCheckpointLate
        storekeeperWriting = isUrgent ? 1 : 0
        storekeeper.submit(work)
    }

    private var storekeeper: WorkerThread<CheckpointWork, StoreError?> {
        storekeepers[storekeeperWriting]
    }

    func takeCheckpoint() {
        for failure in storekeeper.takeAnswers() {
            isCheckpointWriting = false
            if let failure {
                Report.line("a checkpoint was given up, what was stored before stays: \(failure)")
                engine.checkpointFailed()
            } else {
                engine.checkpointWritten(partWriting)
                if partWriting == .head { counters.checkpoints += 1 }
            }
        }
        writeCheckpoint()
    }

    /// At the end: stores what has changed, so that the next start has nothing to fold. Not to
    /// succeed costs only time.
    func finishCheckpoint() {
        nextSliceAt = 0
        // All that was decided is on disk by now, and what waited for that goes first.
        writeCheckpoint()
        while isCheckpointWriting {
            Syscall.waitReadable(storekeeper.done.descriptor, milliseconds: 10_000)
            takeCheckpoint()
        }
        // One that was under way has seen nothing that came after its beginning.
        for _ in 0..<2 where engine.hasChangedSinceCheckpoint && engine.fault == nil {
            engine.beginCheckpoint()
            storeCheckpoint()
        }
    }

    private func storeCheckpoint() {
        repeat {
            while hasEntriesToTake { writeCheckpoint() }
            guard isCheckpointWriting else { return }
            Syscall.waitReadable(storekeeper.done.descriptor, milliseconds: 10_000)
            takeCheckpoint()
        } while engine.isCheckpointing
    }

    /// Has the state read on; where something is wrong with it nothing more is answered from it.
    func takeChecked() throws(ServerFault) {
        for outcome in checker.takeAnswers() {
            switch outcome {
            case .goesOn: checker.submit(())
            case .done: break
            case .failed(let error): throw .damage("\(error); the next start builds it anew")
            }
        }
    }
}
