/// What plain records need to know of the actions that they name, found out once for each and good for
/// as long as the rulebook is in force: inputs, steps and postings in flat lists, their formulas as
/// `PlainCode`.
struct PlainActions: ~Copyable {
    struct Entry {
        var spelling = PlainBalances.Spelling()
        var name = Word.none
        /// Whether it may be recorded plainly at all.
        var isPlain = false
        var inputs: Range<Int> = 0..<0
        var steps: Range<Int> = 0..<0
        var posts: Range<Int> = 0..<0
        var shownCount = 0
        /// How an event's cause begins: the kind, the action's word, no other event.
        var start = PlainBytes()
    }

    struct Input {
        enum Kind { case number, bool, name }

        var name: Word
        var spelling: PlainBalances.Spelling
        var nameCount: Int
        /// `name=` where that takes no more than eight bytes.
        var head: UInt64?
        var kind: Kind
        /// How an event's input begins: its name's word, the kind of its value.
        var start = PlainBytes()
        var minimum = Int64.min
        var maximum = Int64.max
        /// Those that it may be, if not all.
        var choices: Range<Int> = 0..<0
        /// What it is where it isn't given, if it needn't be.
        var byDefault: Int64?
        /// Its place among the action's inputs in the order of their names.
        var rank = 0
    }

    struct Step {
        var name: Word
        var isShown: Bool
        var code: Range<Int>
    }

    struct Post {
        /// Empty: always.
        var when: Range<Int>
        var amount: Range<Int>
        var currency: Word
        var facet: Word
        /// The input that is the facet, if it isn't that word.
        var facetInput: Int?
        var side: PostRule.Side
    }

    /// An input as it was given.
    struct Given {
        var position = 0
        var text = 0..<0
    }

    /// A posting on its way.
    struct Planned {
        var balance = BalanceName(currency: .none)
        var amount: Int64 = 0
        var isSpend = false
        var post = PlainPost(
            offset: 0, total: 0, value: .zero, sum: .zero, after: 0, climbs: false)
    }

    private static let slotCount = 256
    private static let nameSlotCount = 1_024
    static let stepsMax = 16

    private var entries = Flat(repeating: Entry(), count: slotCount)
    private var rules: UInt32 = 0

    // Of all entries.
    var inputs = FlatList<Input>()
    var steps = FlatList<Step>()
    var posts = FlatList<Post>()
    var code = FlatList<PlainCode>()
    var choices = FlatList<Int64>()
    var tables = FlatList<TableRule.Entry>()

    /// Names that inputs had, and their words, which stay theirs whatever the rulebook.
    private var names = Flat(repeating: PlainBalances.Spelling(), count: nameSlotCount)
    private var words = Flat(repeating: Word.none, count: nameSlotCount)

    // Of the command under way.
    var given = Flat(repeating: Given(), count: PlainCommands.inputsMax)
    var values = Flat(repeating: Int64(0), count: PlainCommands.inputsMax)
    var stepValues = Flat(repeating: Int64(0), count: stepsMax)
    var planned = Flat(repeating: Planned(), count: PlainCommands.partsMax)
    var stack = Flat(repeating: Int64(0), count: FormulaProgram.depthMax)

    /// What is known was so under another rulebook.
    @inline(__always)
    mutating func see(rules number: UInt32) {
        if number != rules { reset(number) }
    }

    private mutating func reset(_ number: UInt32) {
        rules = number
        for index in 0..<Self.slotCount { entries[index] = Entry() }
        inputs.removeAll()
        steps.removeAll()
        posts.removeAll()
        code.removeAll()
        choices.removeAll()
        tables.removeAll()
    }

    @inline(__always)
    func entry(_ spelling: PlainBalances.Spelling) -> Entry? {
        let slot = spelling.slot(of: Self.slotCount)
        guard entries[slot].name != .none, entries[slot].spelling == spelling else { return nil }
        return entries[slot]
    }

    /// Two actions may meet in one slot and take turns; what they leave behind must not pile up. Before
    /// the next one is taken in, since then all entries are gone with what they point to.
    mutating func dropLeftovers() {
        if code.count + inputs.count > 65_536 { reset(rules) }
    }

    mutating func insert(_ entry: Entry) {
        entries[entry.spelling.slot(of: Self.slotCount)] = entry
    }

    @inline(__always)
    func word(_ spelling: PlainBalances.Spelling) -> Word? {
        let slot = spelling.slot(of: Self.nameSlotCount)
        return names[slot] == spelling && words[slot] != .none ? words[slot] : nil
    }

    mutating func insert(_ word: Word, _ spelling: PlainBalances.Spelling) {
        let slot = spelling.slot(of: Self.nameSlotCount)
        names[slot] = spelling
        words[slot] = word
    }

    @inline(__always)
    func isChoice(_ value: Int64, of input: Int) -> Bool {
        let range = inputs[input].choices
        if range.isEmpty { return true }
        for index in range where choices[index] == value { return true }
        return false
    }
}

/// A few encoded bytes that are the same in every event, to be written in one go.
struct PlainBytes {
    private(set) var word: UInt64 = 0
    private(set) var count = 0

    mutating func u8(_ byte: UInt8) {
        precondition(count < 8, "a word has eight bytes")
        word |= UInt64(byte) << UInt64(8 * count)
        count += 1
    }

    mutating func varint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            u8(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        u8(UInt8(truncatingIfNeeded: rest))
    }
}

extension Ledger {
    /// What is known of an action that is named so.
    @inline(__always)
    mutating func plainAction(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> PlainActions.Entry? {
        guard let spelling = PlainBalances.Spelling(bytes, range) else { return nil }
        return plainActions.entry(spelling) ?? enterAction(spelling, bytes, range)
    }

    @inline(never)
    private mutating func enterAction(
        _ spelling: PlainBalances.Spelling, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> PlainActions.Entry? {
        var text: [UInt8] = []
        for index in range { text.append(bytes[index]) }
        guard let word = state.words.find(text, text.indices),
            let position = rules.actionPosition(word)
        else { return nil }
        plainActions.dropLeftovers()
        let entry = plainActions.enter(rules.actions[position])
        plainActions.insert(entry, as: spelling)
        return plainActions.entry(spelling)
    }

    /// The word of a name, if the ledger has one.
    @inline(__always)
    mutating func plainWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Word? {
        guard let spelling = PlainBalances.Spelling(bytes, range) else { return nil }
        return plainActions.word(spelling) ?? enterWord(spelling, bytes, range)
    }

    @inline(never)
    private mutating func enterWord(
        _ spelling: PlainBalances.Spelling, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Word? {
        var text: [UInt8] = []
        for index in range { text.append(bytes[index]) }
        guard UTF8Text.isName(text, ByteRange(start: 0, count: text.count)),
            let word = state.words.find(text, text.indices)
        else { return nil }
        plainActions.insert(word, spelling)
        return word
    }
}

extension PlainActions {
    fileprivate mutating func insert(_ entry: Entry, as spelling: PlainBalances.Spelling) {
        var entry = entry
        entry.spelling = spelling
        insert(entry)
    }

    /// Takes an action in; where anything about it can't be done plainly, its name alone.
    fileprivate mutating func enter(_ action: ActionRule) -> Entry {
        var entry = Entry()
        entry.name = action.name
        guard action.isPlain, action.inputs.count <= PlainCommands.inputsMax,
            action.steps.count <= Self.stepsMax, action.posts.count <= PlainCommands.partsMax,
            action.steps.count(where: \.isShown) <= PlainCommands.partsMax
        else { return entry }
        let (inputStart, stepStart, postStart) = (inputs.count, steps.count, posts.count)
        for rule in action.inputs {
            guard let input = input(rule, of: action) else { return entry }
            inputs.append(input)
        }
        for rule in action.steps {
            guard rule.formula.type == .number || rule.formula.type == .bool,
                let code = enter(rule.formula)
            else { return entry }
            steps.append(Step(name: rule.name, isShown: rule.isShown, code: code))
        }
        for rule in action.posts {
            guard let post = post(rule) else { return entry }
            posts.append(post)
        }
        entry.inputs = inputStart..<inputs.count
        entry.steps = stepStart..<steps.count
        entry.posts = postStart..<posts.count
        entry.shownCount = action.steps.count(where: \.isShown)
        entry.start.u8(CauseKind.action.rawValue)
        entry.start.varint(action.name.rawValue)
        entry.start.varint(0)
        entry.isPlain = true
        return entry
    }

    private mutating func input(_ rule: InputRule, of action: ActionRule) -> Input? {
        let range = 0..<rule.bytes.count
        guard let spelling = PlainBalances.Spelling(rule.bytes.span, range) else { return nil }
        var input = Input(
            name: rule.name, spelling: spelling, nameCount: rule.bytes.count, kind: .number)
        input.rank = action.inputs.count { $0.bytes.lexicographicallyPrecedes(rule.bytes) }
        let start = choices.count
        switch rule.type {
        case .integer(let minimum, let maximum):
            (input.minimum, input.maximum) = (minimum, maximum)
            for choice in rule.choices { choices.append(choice) }
        case .bool: input.kind = .bool
        case .name(let oneOf):
            input.kind = .name
            for word in oneOf { choices.append(Int64(word.rawValue)) }
        case .account, .text, .list: return nil
        }
        input.choices = start..<choices.count
        if input.nameCount < 8 {
            let head = rule.bytes + [UInt8(ascii: "=")]
            input.head = head.span.word(at: 0, count: head.count)
        }
        input.start.varint(rule.name.rawValue)
        switch input.kind {
        case .number: input.start.u8(0)
        case .bool: input.start.u8(1)
        case .name: input.start.u8(2)
        }
        switch rule.byDefault {
        case .formula(let formula): input.byDefault = formula.constant?.whole
        case .name(let word, _): input.byDefault = Int64(word.rawValue)
        case .text, nil: break
        }
        return input
    }

    private mutating func post(_ rule: PostRule) -> Post? {
        var when = 0..<0
        if let condition = rule.when {
            guard let code = enter(condition) else { return nil }
            when = code
        }
        guard let amount = enter(rule.amount) else { return nil }
        var post = Post(
            when: when, amount: amount, currency: rule.balance.currency, facet: .none,
            facetInput: nil, side: rule.side)
        switch rule.balance.facet {
        case nil: break
        case .word(let word): post.facet = word
        case .input(let index):
            post.facetInput = index
        default: return nil
        }
        return post
    }
}
