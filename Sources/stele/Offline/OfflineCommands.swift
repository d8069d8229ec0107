/// The commands that work on a ledger's directory, without the daemon.
enum OfflineCommands {
    static var all: [LocalCommand] { [] }
}
