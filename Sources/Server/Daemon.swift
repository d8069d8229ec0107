import Engine
import Glibc
import Ledger
import Proof
import Store
import Wire

/// The daemon from its command line to its exit code.
///
/// In this order: read what was asked, block signals, lock and open the directory, fold the tail,
/// adopt the first rulebook, open the doors, serve. Nobody can connect before all is ready.
package enum Daemon {
    /// What a service manager tells apart.
    package enum ExitCode: Int32 {
        case done = 0
        case usage = 2
        /// Another process has the directory or the socket: starting again won't help.
        case held = 73
        /// The disk or its content failed: start again, and see what the log says. 76, from CLinux,
        /// where the kernel could only tell so by SIGBUS.
        case storage = 75
        case config = 78
    }

    /// Runs until told to stop.
    package static func run(_ arguments: [String]) -> ExitCode {
        let options: DaemonOptions
        do throws(UsageFault) {
            options = try DaemonOptions(arguments)
        } catch {
            if error.isAnswer {
                Syscall.write(STDOUT_FILENO, Array(error.description.utf8))
                return .done
            }
            Report.line("\(error.description); steled --help lists the options")
            return error.isConfig ? .config : .usage
        }
        do {
            try serve(options)
            Report.line("stopped: everything answered is on disk")
            return .done
        } catch {
            for line in "\(error)".split(separator: "\n") { Report.line(String(line)) }
            return exitCode(for: error)
        }
    }

    private static func exitCode(for error: any Error) -> ExitCode {
        if case StoreError.held = error { return .held }
        switch error {
        case is ConfigFault: return .config
        case let fault as SystemFault where fault.code == EADDRINUSE: return .held
        case is SystemFault: return .config
        default: return .storage
        }
    }

    private static func serve(_ options: DaemonOptions) throws {
        // Predictable hashing would let a client choose names that all collide.
        guard Syscall.environment("SWIFT_DETERMINISTIC_HASHING") == nil else {
            throw ConfigFault(description: "SWIFT_DETERMINISTIC_HASHING is set: unset it")
        }
        let signals = try SignalSource()
        Syscall.noteMemoryFaults(DataDirectory.stateDoubt(in: options.directory))
        Syscall.forbidDumps()
        let descriptors = Syscall.raiseOpenFiles()
        let manager = ServiceManager()
        manager.notify("STATUS=opening \(options.directory)")
        // What can't be served is said before anything is created.
        let doors = options.doors(manager)
        try check(doors)
        let rules = try options.rulesPath.map { try OfferedRules($0) }
        let legacy = try options.legacy.map { try legacyFile($0) }
        if Syscall.kind(of: "\(options.directory)/log") == .nothing {
            try rules?.refuseMistakes()
            for door in doors where door.inherited == nil { try Listener.checkFree(door.door) }
        }
        let files = try LedgerFiles(options.directory, report: Report.line)
        if let rules { try offer(rules, files) }
        if let legacy { try offer(legacy, files) }
        let listeners = try doors.map { door in
            try door.inherited.map { raw in try Listener.inherit(raw, door.door) }
                ?? Listener.open(door.door)
        }
        let settings = Settings(
            policy: Policy(configPath: options.configPath, config: options.config),
            manager: manager,
            connectionsMax: min(options.connectionsMax, max(descriptors - 64, 16)),
            rations: options.rations, directory: options.directory)
        let front = try Front(
            engine: files.engine, storage: files.storage, listeners: listeners,
            signals: signals, settings: settings)
        for listener in listeners {
            Report.line("listening at \(listener.door.path) for \(listener.door.role.names)")
        }
        manager.notify("READY=1\nSTATUS=serving \(files.engine.head) events")
        try front.run()
        if files.engine.fault == nil { files.storage.noteOrderlyEnd() }
    }

    /// What is wrong with doors whatever they lead to.
    private static func check(_ doors: [DaemonOptions.PlannedDoor]) throws {
        var paths = Set<String>()
        for planned in doors where planned.inherited == nil {
            let door = planned.door
            try Syscall.checkSocketPath(door.path)
            guard paths.insert(door.path).inserted else {
                throw ConfigFault(description: "\(door.path): two doors can't have one socket")
            }
            if let group = door.group, !Syscall.hasGroup(group) {
                throw ConfigFault(description: "there is no group \(group) on this machine")
            }
        }
    }

    /// Opens the file of whom to bring over when they are first touched. One that names nobody is taken
    /// for a mistake: accounts would be opened without what they had.
    private static func legacyFile(_ options: LegacyFile.Options) throws -> LegacyFile {
        let file = try LegacyFile(options)
        guard file.count > 0 || file.unreadableCount == 0 else {
            throw ConfigFault(
                description: "\(options.path): no line has an account in '\(options.accountField)'")
        }
        return file
    }

    private static func offer(_ file: LegacyFile, _ files: LedgerFiles) throws {
        let options = file.options
        guard files.engine.ledger.rules.hasMigration(named: options.migration) else {
            throw ConfigFault(
                description: "the rulebook in force declares no migration \(options.migration)")
        }
        files.engine.ledger.legacy = file
        Report.line(
            "\(options.path) has \(file.count) accounts to bring over by \(options.migration)"
                + (file.unreadableCount == 0
                    ? "" : "; \(file.unreadableCount) lines can't be read"))
    }

    /// Adopts the rulebook of the command line if the ledger has none; a different one is only
    /// pointed out, since rules change by RULES PUT, on the record.
    private static func offer(_ rules: OfferedRules, _ files: LedgerFiles) throws {
        let engine = files.engine
        if let current = engine.ledger.state.rules {
            guard current.text != rules.source else { return }
            Report.line(
                "warning: \(rules.path) is not the rulebook in force, number \(current.number); "
                    + (rules.mistakes == nil
                        ? "RULES PUT adopts it" : "it has mistakes, which stele rules check lists"))
            return
        }
        try rules.refuseMistakes()
        let peer = Peer(uid: getuid(), role: .operate)
        let wall = Instant(microseconds: Syscall.wallMicroseconds())
        do throws(Mistakes) {
            _ = try engine.ledger.adopt(
                rules.source, hash: SHA256.hash(rules.source.span).bytes, file: rules.path,
                from: peer, at: wall)
        } catch {
            throw ConfigFault(description: "\(error)")
        }
        Report.line("adopted the rulebook \(rules.path)")
    }
}
