/// A command that the program carries out itself, with options of its own.
struct LocalCommand {
    var name: String
    /// The arguments in one line, without options.
    var grammar: String
    var summary: String
    var options: [OptionDeclaration]
    /// What a person needs to know beyond the summary.
    var details: String
    var examples: [String]
    var run: @Sendable (ParsedArguments, Context) throws(Failure) -> ExitCode
}

/// All of them, in the order in which help lists them.
enum LocalCommands {
    static var all: [LocalCommand] { throughDaemon + onFiles }

    static var throughDaemon: [LocalCommand] {
        [ImportCommand.declaration, MigrateCommand.declaration, BenchCommand.declaration]
    }

    static var onFiles: [LocalCommand] { OfflineCommands.all }

    static func find(_ name: String) -> LocalCommand? { all.first { $0.name == name } }
}
