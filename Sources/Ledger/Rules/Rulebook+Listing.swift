extension Rulebook {
    /// What the rulebook has, by name, as JSON on one line.
    package func listing() -> String {
        var text = "{\"edition\":\(edition),\"title\":\(JSONText.quoted(title))"
        text += ",\"currencies\":" + JSONText.list(currencies.map { JSONText.quoted($0.text) })
        text += ",\"ladders\":" + JSONText.list(ladders.map(\.listed))
        text += ",\"actions\":" + JSONText.list(actions.map(\.listed))
        text += ",\"tables\":" + JSONText.list(tables.map { JSONText.quoted($0.text) })
        for (key, items) in [
            ("seasons", seasons.map { JSONText.quoted($0.text) }),
            ("streaks", parts.streaks.map { JSONText.quoted($0.text) }),
            ("goals", parts.goals.map { JSONText.quoted($0.text) }),
            ("items", parts.items.map(\.listed)),
            ("offers", parts.offers.map(\.listed)),
            ("migrations", parts.migrations.map(\.listed)),
            ("notices", parts.notices.map { JSONText.quoted($0.text) }),
            ("show", parts.show.map { JSONText.quoted($0.name) }),
        ] where !items.isEmpty {
            text += ",\"\(key)\":" + JSONText.list(items)
        }
        return text + "}"
    }
}

extension ItemRule {
    fileprivate var listed: String { JSONText.quoted(text) }
}

extension OfferRule {
    fileprivate var listed: String {
        let listedParameters = parameters.map { parameter in
            "{\"name\":\(JSONText.quoted(parameter.text)),\"type\":\"\(parameter.type.word)\""
                + (parameter.isRequired ? ",\"required\":true}" : "}")
        }
        return "{\"name\":\(JSONText.quoted(text)),\"parameters\":"
            + JSONText.list(listedParameters) + "}"
    }
}

extension LadderRule {
    fileprivate var listed: String {
        var text = "{\"name\":\(JSONText.quoted(self.text)),\"start\":\(start)"
        if let cap { text += ",\"cap\":\(cap)" }
        if !nameTexts.isEmpty {
            text += ",\"rungs\":" + JSONText.list(nameTexts.map(JSONText.quoted))
        }
        return text + "}"
    }
}

extension ActionRule {
    fileprivate var listed: String { JSONText.declared(text, inputs) }
}

extension MigrationRule {
    fileprivate var listed: String { JSONText.declared(text, inputs) }
}

extension JSONText {
    /// What can be named with inputs.
    fileprivate static func declared(_ text: String, _ inputs: [InputRule]) -> String {
        let listedInputs = inputs.map { input in
            "{\"name\":\(JSONText.quoted(input.text)),\"type\":\"\(input.type.word)\""
                + (input.isRequired ? ",\"required\":true}" : "}")
        }
        return "{\"name\":\(quoted(text)),\"inputs\":" + list(listedInputs) + "}"
    }
}

extension InputType {
    /// As rulebooks write it.
    package var word: String {
        switch self {
        case .integer: "int"
        case .bool: "bool"
        case .name: "name"
        case .account: "account"
        case .text: "text"
        case .list: "list"
        }
    }
}

/// Just enough JSON to list names: quoting and joining.
enum JSONText {
    static func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
