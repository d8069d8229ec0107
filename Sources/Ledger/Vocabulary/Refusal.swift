/// The stable codes of refusals. Their text is part of the contract with clients.
package enum RefusalCode: String, Sendable, CaseIterable {
    case badArgument = "BADARG"
    case undeclared = "UNDECLARED"
    case notFound = "NOTFOUND"
    case insufficient = "INSUFFICIENT"
    case requirement = "REQUIREMENT"
    case taken = "TAKEN"
    case inactive = "INACTIVE"
    case limit = "LIMIT"
    case overflow = "OVERFLOW"
    case conflict = "CONFLICT"
    case keyReused = "KEYREUSED"
    case notPermitted = "NOPERM"
    case noSeason = "NOSEASON"
    case frozen = "FROZEN"
    case rules = "RULES"
    case busy = "BUSY"
    case tooBig = "TOOBIG"
    case loading = "LOADING"
    case full = "FULL"
    case corrupt = "CORRUPT"
}

/// Why a command was refused: a stable code, facts for programs, a sentence for people.
///
/// A refusal changed nothing.
package struct Refusal: Error, Sendable, Equatable {
    package var code: RefusalCode
    /// `name=value` facts, in the order in which they are shown.
    package var facts: [Fact]
    /// A sentence that a person can act on. It may quote what the client sent: escape it when printing.
    package var sentence: String

    package struct Fact: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(_ code: RefusalCode, _ facts: [Fact] = [], _ sentence: String) {
        self.code = code
        self.facts = facts
        self.sentence = sentence
    }
}
