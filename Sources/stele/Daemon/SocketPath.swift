/// Where the daemon listens, if nobody says.
enum SocketPath {
    /// Beside the data of a daemon started here, then where a service keeps it.
    static let usual = ["stele-data/stele.sock", "/run/stele/stele.sock"]

    /// `--socket`, else `$STELE_SOCKET`, else the first usual place where there is one.
    static func find(given: String?) throws(Failure) -> String {
        if let given { return given }
        if let variable = Environment["STELE_SOCKET"], !variable.isEmpty { return variable }
        if let found = usual.first(where: Environment.exists) { return found }
        throw Failure(
            code: .noDaemon,
            message: "no daemon found: none of \(usual.joined(separator: ", ")) is there",
            hint:
                "Start one with `steled --data stele-data`, or say where it is: --socket PATH or STELE_SOCKET."
        )
    }
}
