package import Engine
package import Ledger
import Wire

extension Engine: EventNaming {
    package func actor(_ number: UInt32) -> Actor? { ledger.state.actor(number) }

    package func unseal(_ text: ByteRange, of event: Event, field: UInt8) -> [UInt8]? {
        guard let account = event.accounts.first?.account else { return nil }
        return ledger.state.source.unseal(
            Array(event.text[text.range]), account, event.sequence, field: field)
    }
}

extension Engine: ProfileNaming {
    package var words: Words { ledger.state.words }
    package var rules: Rulebook { ledger.rules }
    package var rulesNumber: UInt32 { ledger.rulesNumber }
}
