package import Ledger

/// Who may say what, by the table of commands. What isn't listed is denied.
package enum Permission {
    /// Why a peer may not say this; `nil` if it may. An unknown subcommand is for its parser to
    /// refuse, and needs what its container needs.
    package static func refuse(
        _ name: CommandName, _ request: Request, to role: Role
    ) -> Refusal? {
        guard !CommandTable.roles[Int(name.rawValue)].isDisjoint(with: role) else {
            let spec = CommandTable.spec(name)
            return notPermitted(spec.name.uppercased(), spec.roles)
        }
        // Writes and simple reads end here: this runs for every command.
        guard name.hasSubcommands else { return nil }
        let spec = CommandTable.specs[Int(name.rawValue)]
        guard request.count > 1,
            let sub = spec.subcommand(Misspelt.quoted(request.bytes, request.arguments[1])),
            sub.roles.isDisjoint(with: role)
        else { return nil }
        return notPermitted("\(spec.name) \(sub.name)".uppercased(), sub.roles)
    }

    /// AT rewrites when things happened: only operators may.
    package static func refuse(_ command: borrowing Command, to role: Role) -> Refusal? {
        guard command.at != nil, !role.contains(.operate) else { return nil }
        return notPermitted("AT", .operate)
    }

    private static func notPermitted(_ what: String, _ roles: Role) -> Refusal {
        let names = [(Role.game, "game"), (.audit, "audit"), (.operate, "operate")]
            .filter { roles.contains($0.0) }.map(\.1).joined(separator: " or ")
        return Refusal(
            .notPermitted, [.init("needs", names.replacing(" or ", with: ","))],
            "\(what) needs the role \(names), which this socket or this user doesn't have")
    }
}
