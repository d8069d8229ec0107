import Store

/// `stele salvage`: gets a log back from a file that LMDB can't follow any more.
enum SalvageCommand {
    static let declaration = LocalCommand(
        name: "salvage", grammar: "--data DIR --into NEWDIR",
        summary: "Rebuilds a damaged log from the raw pages of its file",
        options: [
            OfflineCommands.dataOption,
            OptionDeclaration("into", "NEWDIR", "a directory to be made, for what was found"),
        ],
        details: """
              Searches every page of DIR/log/data.mdb for batches, keeps those whose hashes are right,
              and writes the longest chain of them from the first event on as a new ledger, with the
              keys. DIR itself isn't touched; the daemon must be stopped. Then: stele verify --data
              NEWDIR.
              Ends with 1 if batches were found that belong behind the end of the chain, or none at all.
            """,
        examples: ["stele salvage --data stele-data --into rescued"],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let path = try OfflineCommands.directory(arguments)
        guard let target = arguments["into"] else {
            throw .usage("salvage wants --into NEWDIR: where to put what it finds")
        }
        guard !Environment.exists(target) else {
            throw .usage(
                "\(target) is there already", hint: "Salvage writes only into a new directory.")
        }
        guard Environment.exists(path + "/log/data.mdb") else {
            throw Failure(StoreError.missing(path: path), path: path)
        }
        let salvage: Salvage
        // Held until the end: pages that somebody writes meanwhile belong to no chain.
        let lock: DirectoryLock?
        do throws(StoreError) {
            lock = try DirectoryLock.quiet(path)
            salvage = try Salvage(path: path + "/log/data.mdb")
        } catch {
            throw Failure(error, path: path)
        }
        defer { withExtendedLifetime(lock) {} }
        let found = Found(salvage)
        guard found.last > 0 else {
            print(found, target: nil, context.console)
            return .no
        }
        try write(salvage, from: path, to: target)
        print(found, target: target, context.console)
        return found.isComplete ? .done : .no
    }

    /// What the search came to.
    struct Found {
        var batches: Int
        var chained: Int
        /// The last event of the chain, and the highest one of any batch.
        var last: UInt64
        var highest: UInt64
        var damages: [String]

        /// Whether no batch is known of that the chain lacks.
        var isComplete: Bool { last > 0 && last >= highest }

        init(_ salvage: Salvage) {
            let chain = salvage.chain
            batches = salvage.batches.count
            chained = chain.count
            last = chain.last?.header.last ?? 0
            highest = max(
                salvage.batches.map(\.header.last).max() ?? 0,
                salvage.damages.map(\.header.last).max() ?? 0)
            damages = salvage.damages.map { "at byte \($0.offset) of the file: \($0.damage)" }
        }
    }

    private static func write(
        _ salvage: Salvage, from path: String, to target: String
    ) throws(Failure) {
        do throws(SystemFault) {
            try Environment.makeDirectory(target)
            try Environment.makeDirectory(target + "/log")
            if Environment.exists(path + "/keys") {
                try Descriptor.copy(path + "/keys", to: target + "/keys")
            }
        } catch {
            throw Failure(code: .no, message: error.description)
        }
        do throws(StoreError) {
            _ = try salvage.rebuild(in: target + "/log")
        } catch {
            throw Failure(error, path: target)
        }
    }

    private static let damagesListedMax = 10

    private static func print(_ found: Found, target: String?, _ console: Console) {
        if console.isJSON {
            console.output.line(
                JSONWriter.object([
                    ("batches", String(found.batches)), ("chained", String(found.chained)),
                    ("last_seq", String(found.last)), ("highest_seq", String(found.highest)),
                    ("complete", found.isComplete ? "true" : "false"),
                    ("damages", JSONWriter.array(found.damages.map(JSONWriter.string))),
                ]))
            return
        }
        let style = console.style
        console.output.line(
            "\(NumberFormat.grouped(found.batches)) intact batches found, "
                + "\(NumberFormat.grouped(found.chained)) follow each other from the first event on"
        )
        for damage in found.damages.prefix(damagesListedMax) {
            console.output.line("  " + style.bad("damaged ") + damage)
        }
        guard let target else {
            return console.output.line(style.bad("the first batch is gone: nothing can be rebuilt"))
        }
        console.output.line(
            style.good("written to \(Escape.forTerminal(target))")
                + ", up to event \(NumberFormat.grouped(found.last))")
        if !found.isComplete {
            console.output.line(
                style.bad("lost: ")
                    + "events after \(found.last); traces lead up to \(found.highest)")
        }
    }
}
