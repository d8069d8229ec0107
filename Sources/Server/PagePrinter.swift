import Engine
import Ledger
import Secrets
import Store
import Wire

/// Pages of events as replies have them. A long page takes milliseconds to print, during which the
/// front thread would decide nothing: it is printed where it was read.
struct PageJob: Sendable {
    enum Form: Sendable {
        /// As HISTORY answers.
        case list
        /// As the streams answer.
        case entries
    }

    var pages: [[Event]]
    var form: Form
    var isRESP3: Bool
    var names: NameSnapshot

    /// The pages, printed; `nil` where a key doesn't open what it has sealed, which is for the thread
    /// that guards the ledger to find out.
    func run(_ key: @escaping (AccountNumber) -> AccountKey?) -> [[UInt8]]? {
        let printer = PagePrinter(names: names, keys: KeyRing(key))
        let printed = pages.map { events in
            var reply = ReplyWriter(isRESP3: isRESP3)
            reply.events(events, as: form, printer)
            return reply.bytes
        }
        return printer.keys.hasFailed ? nil : printed
    }
}

extension ReplyWriter {
    mutating func events(_ events: [Event], as form: PageJob.Form, _ names: some EventNaming) {
        switch form {
        case .list:
            values { writer in
                writer.list { writer in
                    for event in events { writer.event(event, names) }
                }
            }
        case .entries:
            array(events.count)
            for event in events { entry(event, names) }
        }
    }

    /// An event as the entry `<seq>-0` of a stream.
    mutating func entry(_ event: Event, _ names: some EventNaming) {
        array(2)
        bulk("\(event.sequence)-0")
        var writer = EntryValues(self)
        self = ReplyWriter()
        writer.event(event, names)
        self = writer.reply
    }
}

/// Names from a snapshot, texts unsealed with keys from the file.
private struct PagePrinter: EventNaming {
    let names: NameSnapshot
    let keys: KeyRing

    func actor(_ number: UInt32) -> Actor? { names.actor(number) }

    func appendText(of word: Word, to text: inout [UInt8]) { names.appendText(of: word, to: &text) }

    func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        names.appendID(of: account, to: &text)
    }

    func appendRung(
        _ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]
    ) -> Bool {
        names.appendRung(rung, of: ladder, rules: rules, to: &text)
    }

    func notices(of event: Event) -> [Notice] { names.notices(of: event) }

    func unseal(_ text: ByteRange, of event: Event, field: UInt8) -> [UInt8]? {
        guard let account = event.accounts.first?.account else { return nil }
        return keys.unseal(Array(event.text[text.range]), account, event.sequence, field)
    }
}

/// The keys that a page needs, each read from the file once.
private final class KeyRing {
    private let read: (AccountNumber) -> AccountKey?
    private var keys: [AccountNumber: AccountKey] = [:]
    private(set) var hasFailed = false

    init(_ read: @escaping (AccountNumber) -> AccountKey?) { self.read = read }

    func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, _ field: UInt8
    ) -> [UInt8]? {
        guard let key = keys[account] ?? read(account), key.isIntact else {
            hasFailed = true
            return nil
        }
        keys[account] = key
        if key.isAbsent { return nil }
        let text = key.unseal(sealed, sequence: sequence, field: field)
        if text == nil { hasFailed = true }
        return text
    }
}
