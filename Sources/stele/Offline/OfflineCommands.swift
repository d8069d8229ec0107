/// The commands that work on a ledger's directory, without the daemon.
enum OfflineCommands {
    static var all: [LocalCommand] {
        [
            VerifyCommand.declaration, ReplayCommand.declaration, ExportCommand.declaration,
            WhatIfCommand.declaration,
            RebuildCommand.declaration, SalvageCommand.declaration,
        ]
    }

    static let dataOption = OptionDeclaration(
        "data", "DIR", "the ledger's directory (default stele-data)")

    static func directory(_ arguments: ParsedArguments) throws(Failure) -> String {
        guard arguments.positionals.isEmpty else {
            throw .usage(
                "unexpected '\(arguments.positionals[0])'",
                hint: "The directory is given as --data DIR.")
        }
        Interrupt.listen()
        return arguments["data"] ?? "stele-data"
    }
}
