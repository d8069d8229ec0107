import Ledger

extension ReplyWriter {
    /// Answers COMMAND and its subcommands from the table.
    package mutating func command(_ request: Request) {
        guard request.count > 1 else {
            array(CommandTable.specs.count)
            for spec in CommandTable.specs { commandInfo(spec) }
            return
        }
        let names = (2..<max(request.count, 2)).map { request.text($0) }
        if request.argument(1, is: "COUNT"), names.isEmpty {
            integer(CommandTable.specs.count)
        } else if request.argument(1, is: "LIST") {
            commandList(request)
        } else if request.argument(1, is: "INFO") {
            commandInfos(names)
        } else if request.argument(1, is: "DOCS") {
            commandDocs(names)
        } else if request.argument(1, is: "GETKEYS") {
            commandKeys(request)
        } else {
            error("ERR unknown subcommand '\(request.text(1))'. Try COMMAND DOCS.")
        }
    }

    private mutating func commandList(_ request: Request) {
        var specs = CommandTable.specs
        if request.count == 5, request.argument(2, is: "FILTERBY"),
            request.argument(3, is: "PATTERN")
        {
            specs = specs.filter { Glob.matches($0.name, pattern: request.text(4).lowercased()) }
        } else if request.count != 2 {
            return error("ERR syntax error")
        }
        array(specs.count)
        for spec in specs { bulk(spec.name) }
    }

    private mutating func commandInfos(_ names: [String]) {
        let names = names.isEmpty ? CommandTable.specs.map(\.name) : names
        array(names.count)
        for name in names {
            if let found = Self.find(name) {
                commandInfo(found.spec, container: found.container)
            } else {
                nullArray()
            }
        }
    }

    private mutating func commandDocs(_ names: [String]) {
        let names = names.isEmpty ? CommandTable.specs.map(\.name) : names
        let found = names.compactMap(Self.find)
        map(found.count)
        for (spec, container) in found { commandDocs(spec, container: container) }
    }

    /// `award`, or `rules|put`.
    private static func find(_ name: String) -> (spec: CommandSpec, container: String?)? {
        let parts = name.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let command = CommandTable.lookup(String(first)) else {
            return nil
        }
        let spec = CommandTable.spec(command)
        guard parts.count == 2 else { return (spec, nil) }
        return spec.subcommand(String(parts[1])).map { ($0, spec.name) }
    }

    private mutating func commandKeys(_ request: Request) {
        guard request.count > 2,
            let name = CommandTable.lookup(request.bytes, request.arguments[2])
        else { return error("ERR Invalid command specified") }
        var keys: [Int] = []
        if name == .xread {
            if let at = (3..<request.count).first(where: { request.argument($0, is: "STREAMS") }) {
                keys = Array((at + 1)..<(at + 1 + (request.count - at - 1) / 2))
            }
        } else {
            var spec = CommandTable.spec(name)
            if request.count > 3, let sub = spec.subcommand(request.text(3)) { spec = sub }
            if spec.keys != .none {
                keys = Array(
                    stride(
                        from: spec.keys.first + 2, through: spec.keys.last + 2, by: spec.keys.step))
            }
        }
        guard !keys.isEmpty else {
            return error("ERR The command has no key arguments")
        }
        guard let last = keys.last, last < request.count else {
            return error("ERR Invalid number of arguments specified for command")
        }
        array(keys.count)
        for key in keys { bulk(request.bytes, request.arguments[key]) }
    }
}
