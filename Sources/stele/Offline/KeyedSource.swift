import Ledger
import Secrets
import Store

/// Gives a fold the accounts' keys and nothing else: what is folded is all there is, and the texts of
/// accounts that weren't forgotten can be read.
final class KeyedSource: StateSource {
    private let log: LMDBLog
    /// The first key that couldn't be read.
    private(set) var fault: StoreError?

    private let readsTexts: Bool

    /// - Parameter readsTexts: whether ids, memos and texts will be wanted. Decrypting an id for each
    ///   account opened takes longer than folding its events.
    init(_ log: LMDBLog, readsTexts: Bool) {
        self.log = log
        self.readsTexts = readsTexts
    }

    func key(of account: AccountNumber) -> AccountKey {
        do throws(StoreError) {
            return AccountKey(try log.key(of: account.rawValue))
        } catch {
            fault = fault ?? error
            return .absent
        }
    }

    func tokenKey(_ account: AccountNumber) -> TokenKey {
        guard readsTexts else { return .absent }
        let (low, high) = key(of: account).tokenKey
        return TokenKey(low: low, high: high)
    }

    func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? {
        guard readsTexts else { return nil }
        let key = key(of: account)
        return key.isAbsent ? nil : key.unseal(sealed, sequence: sequence, field: field)
    }

    func storedRow(_ account: AccountNumber) -> [UInt8]? { nil }
    func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    func storedKey(_ token: Token) -> SequenceNumber? { nil }
    func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? { nil }
    func storedID(_ account: AccountNumber) -> (opened: SequenceNumber, sealed: [UInt8])? { nil }

    // Reading a log draws no keys and seals nothing.
    func drawKey(_ account: AccountNumber) -> TokenKey { .absent }
    func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] { text }
}
