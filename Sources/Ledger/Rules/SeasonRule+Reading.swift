extension Primitive {
    /// `seasons: { 'season-1': { from: '2026-01-01', until: '2026-04-01', grace: '1h',
    ///     numbers: { xp_per_tier: 1000 }, on_entry: [ … ] } }`
    static let seasons = Primitive(key: "seasons") { compiler, value in
        compiler.readSeasons(value)
    }

    /// What seasons give: read last, as it may name anything.
    static let seasonEntries = Primitive(key: "seasons") { compiler, value in
        compiler.readSeasonEntries(value)
    }
}

extension RulebookCompiler {
    /// More would be a mistake of whoever generates them.
    private static let seasonsMax = 1000

    fileprivate mutating func readSeasons(_ value: JSON5Value) {
        var seasons: [(rule: SeasonRule, offset: Int)] = []
        for member in members(value, "seasons") {
            guard isName(member), let season = season(member) else { continue }
            // Both mark an account as having taken or entered them, by their names.
            if declarations.offers[member.key] != nil {
                mistakes.add(
                    member.keyOffset, "'\(member.key)' is an offer: call the season otherwise")
            }
            guard seasons.count < Self.seasonsMax else {
                mistakes.add(
                    member.keyOffset, "a rulebook has at most \(Self.seasonsMax) seasons")
                break
            }
            seasons.append((season, member.keyOffset))
        }
        seasons.sort { $0.rule.from < $1.rule.from }
        for (before, after) in zip(seasons, seasons.dropFirst())
        where after.rule.from < before.rule.until {
            mistakes.add(
                after.offset,
                "'\(after.rule.text)' begins before '\(before.rule.text)' ends, at "
                    + TimeText.text(before.rule.until))
        }
        declarations.seasons = seasons.map(\.rule)
    }

    private mutating func season(_ member: JSON5Member) -> SeasonRule? {
        guard var reader = object(member.value, "a season") else { return nil }
        let from = instant(
            reader.take("from"), neededBy: "when it begins (from)", at: reader.offset)
        let untilValue = reader.take("until")
        let until = instant(untilValue, neededBy: "when it ends (until)", at: reader.offset)
        let grace = duration(reader.take("grace"))
        let numbers = seasonNumbers(reader.take("numbers"), at: member.keyOffset)
        _ = reader.take("on_entry")
        finish(reader, "a season")
        guard let from, let until else { return nil }
        if until <= from {
            mistakes.add(untilValue?.offset ?? reader.offset, "a season ends after it begins")
        }
        return SeasonRule(
            name: declarations.names.word(for: member.key), text: member.key, from: from,
            until: until, grace: grace, numbers: numbers)
    }

    /// Every season has the same numbers, so that what reads one has it in any season.
    private mutating func seasonNumbers(_ value: JSON5Value?, at offset: Int) -> [Rational] {
        var given: [(name: String, value: Rational)] = []
        for member in value.map({ members($0, "numbers") }) ?? [] {
            guard isName(member, identifier: true) else { continue }
            guard case .number(let number) = member.value.kind else {
                report(member.value, "a number")
                continue
            }
            given.append((member.key, number))
        }
        let isFirst = declarations.seasonNumbers == nil
        let names = declarations.seasonNumbers ?? given.map(\.name)
        declarations.seasonNumbers = names
        if isFirst { return given.map(\.value) }
        for (name, _) in given where !names.contains(name) {
            mistakes.add(
                value?.offset ?? offset,
                "the seasons before have no number '\(name)'; all have the same"
                    + suggestion(for: name, among: names))
        }
        return names.map { name in
            if let number = given.first(where: { $0.name == name }) { return number.value }
            mistakes.add(
                value?.offset ?? offset,
                "the number '\(name)' of the other seasons is missing here")
            return .zero
        }
    }

    fileprivate mutating func readSeasonEntries(_ value: JSON5Value) {
        guard case .object(let members) = value.kind else { return }
        for member in members {
            if parts.migrations.contains(where: { $0.text == member.key }) {
                mistakes.add(
                    member.keyOffset, "'\(member.key)' is a migration: call the season otherwise")
            }
            guard case .object(let parts) = member.value.kind,
                let entry = parts.first(where: { $0.key == "on_entry" }),
                let index = declarations.seasons.firstIndex(where: { $0.text == member.key })
            else { continue }
            declarations.seasons[index].onEntry = effects(entry.value, FormulaScope())
        }
    }
}
