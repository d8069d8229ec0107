/// An object of the rulebook while its keys are taken one by one; what is left over at the end is
/// unknown.
struct ObjectReader {
    let offset: Int
    private let members: [JSON5Member]
    private var asked: [String] = []

    init(_ members: [JSON5Member], at offset: Int) {
        self.members = members
        self.offset = offset
    }

    mutating func take(_ key: String) -> JSON5Value? {
        if !asked.contains(key) { asked.append(key) }
        return members.first { $0.key == key }?.value
    }

    /// What has not been asked for, with its place and a suggestion.
    func unknown(in what: String) -> [(offset: Int, message: String)] {
        members.filter { !asked.contains($0.key) }.map { member in
            let hint = suggestion(for: member.key, among: asked)
            let known = hint.isEmpty ? "; known are " + asked.joined(separator: ", ") : hint
            return (member.keyOffset, "\(what) has no '\(member.key)'\(known)")
        }
    }
}

/// Reading values as what they should be; what is wrong is reported and answers `nil`.
extension RulebookCompiler {
    mutating func report(_ value: JSON5Value, _ wanted: String) {
        if !value.isBroken {
            mistakes.add(value.offset, "\(wanted) is needed here, not \(value.phrase)")
        }
    }

    mutating func object(_ value: JSON5Value, _ what: String) -> ObjectReader? {
        guard case .object(let members) = value.kind else {
            report(value, "\(what), an object in braces,")
            return nil
        }
        return ObjectReader(members, at: value.offset)
    }

    mutating func members(_ value: JSON5Value, _ what: String) -> [JSON5Member] {
        guard case .object(let members) = value.kind else {
            report(value, "\(what), an object in braces,")
            return []
        }
        return members
    }

    mutating func list(_ value: JSON5Value?, _ what: String) -> [JSON5Value] {
        guard let value else { return [] }
        guard case .array(let values) = value.kind else {
            report(value, "\(what), a list in brackets,")
            return []
        }
        return values
    }

    /// Reports what is left in an object.
    mutating func finish(_ reader: ObjectReader, _ what: String) {
        for (offset, message) in reader.unknown(in: what) { mistakes.add(offset, message) }
    }

    mutating func string(_ value: JSON5Value?) -> JSON5String? {
        guard let value else { return nil }
        guard case .string(let string) = value.kind else {
            report(value, "a text in quotes")
            return nil
        }
        return string
    }

    mutating func bool(_ value: JSON5Value?, default otherwise: Bool) -> Bool {
        guard let value else { return otherwise }
        guard case .bool(let truth) = value.kind else {
            report(value, "true or false")
            return otherwise
        }
        return truth
    }

    mutating func integer(_ value: JSON5Value?, in range: ClosedRange<Int64>) -> Int64? {
        guard let value else { return nil }
        guard case .number(let number) = value.kind else {
            report(value, "an integer")
            return nil
        }
        guard let integer = number.whole, range.contains(integer) else {
            mistakes.add(
                value.offset,
                "an integer from \(range.lowerBound) to \(range.upperBound) is needed here, "
                    + "not \(number)"
            )
            return nil
        }
        return integer
    }

    /// One of a few words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: JSON5Value?, default otherwise: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let value, let string = string(value) else { return otherwise }
        if let choice = Choice(rawValue: string.text) { return choice }
        let all = Choice.allCases.map(\.rawValue)
        let known = all.map { "'\($0)'" }.joined(separator: ", ")
        mistakes.add(
            value.offset,
            "'\(string.text)' is none of \(known)\(suggestion(for: string.text, among: all))")
        return otherwise
    }

    /// A formula: in quotes, or a number, or true or false.
    mutating func formula(
        _ value: JSON5Value?, as type: FormulaType?, _ scope: FormulaScope
    ) -> Formula? {
        guard let value else { return nil }
        switch value.kind {
        case .number(let number) where type == nil || type == .number:
            return Formula(constant: number)
        case .bool(let truth) where type == nil || type == .bool:
            return Formula(constant: truth ? .one : .zero, type: .bool)
        case .string(let string):
            do {
                return try FormulaCompiler.compile(string.bytes, as: type, scope, declarations)
            } catch {
                mistakes.add(string.sourceOffset(of: error.offset), error.message)
            }
        default: report(value, "a formula for \((type ?? .number).phrase)")
        }
        return nil
    }

    /// A formula that is needed: its absence is reported at the object that lacks it.
    mutating func formula(
        _ value: JSON5Value?, as type: FormulaType?, _ scope: FormulaScope, neededBy what: String,
        at offset: Int
    ) -> Formula? {
        if value == nil { mistakes.add(offset, "\(what) is missing here") }
        return formula(value, as: type, scope)
    }

    /// A name of one part, in quotes.
    mutating func name(_ value: JSON5Value) -> [UInt8]? {
        guard let string = string(value) else { return nil }
        guard NameSyntax.isSegment(string.bytes) else {
            mistakes.add(
                value.offset, "'\(string.text)' is no name: \(NameSyntax.segmentRule)")
            return nil
        }
        return string.bytes
    }

    mutating func names(_ value: JSON5Value?, _ what: String) -> [Word] {
        var words: [Word] = []
        for item in list(value, what) {
            guard let text = name(item) else { continue }
            let word = declarations.names.word(for: text)
            if words.contains(word) {
                mistakes.add(
                    item.offset, "'\(String(decoding: text, as: UTF8.self))' is here already")
            } else {
                words.append(word)
            }
        }
        return words.sorted()
    }

    /// The key of a rule: false, and reported, where it is no name.
    mutating func isName(_ member: JSON5Member, identifier: Bool = false) -> Bool {
        let isRight =
            identifier
            ? NameSyntax.isIdentifier(member.key) && !FormulaParser.keywords.contains(member.key)
            : NameSyntax.isSegment(member.key.utf8)
        if isRight { return true }
        let rule =
            identifier
            ? "a letter or '_', then letters, digits or '_', and no word of the formula language"
            : NameSyntax.segmentRule
        mistakes.add(member.keyOffset, "'\(member.key)' can't be a name here: \(rule)")
        return false
    }
}
