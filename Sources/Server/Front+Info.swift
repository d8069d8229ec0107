import Engine
import Ledger
import Proof
import Store
import Wire

// INFO: `# Section` and `name:value` lines, as Redis clients take them apart.

extension Front {
    func info(_ wanted: [String]) -> String {
        let sections: [(String, [(String, String)])] = [
            ("Server", serverFacts), ("Clients", clientFacts),
            // Clients look here for whom they may write to.
            ("Replication", [("role", "master"), ("connected_slaves", "0")]), ("Log", logFacts),
            ("Ledger", ledgerFacts), ("Stats", statFacts), ("Refusals", refusalFacts),
            ("Commandstats", commandFacts), ("Limits", limitFacts),
        ]
        let all = wanted.contains { ["all", "everything", "default"].contains($0) }
        var text = ""
        for (name, facts) in sections {
            guard wanted.isEmpty || all || wanted.contains(name.lowercased()) else { continue }
            if !text.isEmpty { text += "\r\n" }
            text += "# \(name)\r\n"
            for (key, value) in facts { text += "\(key):\(value)\r\n" }
        }
        return text
    }

    private var serverFacts: [(String, String)] {
        [
            ("stele_version", Front.version), ("redis_version", Front.version),
            ("redis_mode", "standalone"), ("role", "master"),
            ("process_id", "\(Syscall.processID)"),
            ("uptime_in_seconds", "\((now - startedAt) / 1_000)"),
            ("server_time_usec", "\(wall.microseconds)"),
            ("clock_held_back_usec", "\(wallClock.heldBack)"),
            ("data_directory", settings.directory),
            ("used_memory_rss", "\(Syscall.residentBytes())"),
        ]
    }

    private var clientFacts: [(String, String)] {
        [
            ("connected_clients", "\(table.count)"), ("maxclients", "\(settings.connectionsMax)"),
            ("blocked_clients", "\(blockedReads.count)"),
            ("pubsub_clients", "\(subscriptions.clientCount)"),
            ("log_reads_under_way", "\(readsUnderWay)"),
            ("output_bytes", "\(outputTotal)"),
        ]
    }

    private var logFacts: [(String, String)] {
        [
            ("head_seq", "\(engine.head)"), ("durable_seq", "\(engine.durable)"),
            ("root", engine.logHead.root.hex), ("batches", "\(counters.batches)"),
            ("checkpoint_seq", "\(engine.checkpointed)"),
            ("checkpoints", "\(counters.checkpoints)"),
            ("checkpoint_under_way", engine.isCheckpointing ? "1" : "0"),
            // 0 where nobody holds on to an old commit.
            ("oldest_reader_age_ms", "\(readerWatch.oldest(now: now)?.age ?? 0)"),
            ("oldest_reader_process", "\(readerWatch.oldest(now: now)?.process ?? 0)"),
            ("slow_readers", "\(readerWatch.slowCount)"),
        ]
    }

    private var ledgerFacts: [(String, String)] {
        [
            ("accounts", "\(engine.ledger.state.accountCount)"),
            ("words", "\(engine.ledger.state.words.count)"),
            ("actors", "\(engine.ledger.state.actors.count)"),
            ("rules", "\(engine.ledger.rulesNumber)"),
            ("duplicates", "\(engine.duplicateCount)"),
        ] + legacyFacts
    }

    private var legacyFacts: [(String, String)] {
        guard let file = engine.ledger.legacy as? LegacyFile else { return [] }
        return [
            ("legacy_accounts", "\(file.count)"),
            ("legacy_unreadable", "\(file.unreadableCount)"),
            ("legacy_migrated", "\(file.migratedCount)"),
            ("legacy_refused", "\(file.refusedCount)"),
        ]
    }

    private var statFacts: [(String, String)] {
        [
            ("total_connections_received", "\(counters.connectionsAccepted)"),
            ("total_commands_processed", "\(counters.commands)"),
            ("total_net_input_bytes", "\(counters.bytesReceived)"),
            ("total_net_output_bytes", "\(counters.bytesSent)"),
            ("rejected_connections", "\(counters.connectionsRefused)"),
            ("denied_peers", "\(counters.peersDenied)"),
            ("descriptors_exhausted", "\(counters.descriptorsExhausted)"),
            ("malformed_frames", "\(counters.malformedFrames)"),
            ("partial_frames_timed_out", "\(counters.partialFramesTimedOut)"),
            ("write_stalls_timed_out", "\(counters.writeStallsTimedOut)"),
            ("output_overflows", "\(counters.outputOverflows)"),
            ("input_overflows", "\(counters.inputOverflows)"),
            ("notices_told", "\(counters.noticesTold)"),
            ("subscribers_cut_off", "\(counters.subscribersCutOff)"),
            ("throttlings", "\(counters.throttlings)"),
            ("rationings", "\(counters.rationings)"), ("log_reads", "\(counters.logReads)"),
        ]
    }

    private var refusalFacts: [(String, String)] {
        RefusalCode.allCases.compactMap { code in
            let count = counters.refusals[code, default: 0]
            return count == 0 ? nil : ("refusal_\(code.rawValue.lowercased())", "\(count)")
        }
    }

    private var commandFacts: [(String, String)] {
        CommandName.allCases.compactMap { name in
            let count = counters.byCommand[Int(name.rawValue)]
            return count == 0 ? nil : ("cmdstat_\(name)", "calls=\(count)")
        }
    }

    private var limitFacts: [(String, String)] {
        ServerLimits.listing.map { ($0.0, "\($0.1)") }
            + [
                // As the config file says; 0 is no limit.
                ("user_connections_max", "\(settings.rations.connections)"),
                ("user_events_per_second", "\(settings.rations.eventsPerSecond)"),
                ("user_bytes_per_second", "\(settings.rations.bytesPerSecond)"),
            ]
            + [
                ("event_bytes_max", "\(Limits.eventBytesMax)"),
                ("rulebook_bytes_max", "\(Limits.rulebookBytesMax)"),
                ("batch_events_max", "\(Limits.batchEventsMax)"),
                ("batch_bytes_max", "\(Limits.batchBytesMax)"),
            ]
    }
}
