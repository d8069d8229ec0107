/// Seals texts under one account's key after another, with memory that is used again: for whoever has
/// many to seal or to read.
package final class TextSealer {
    private let cipher = SyntheticIVCipher()
    private var textKey = [UInt8](repeating: 0, count: SHA256.byteCount)
    private var place = [UInt8](repeating: 0, count: 9)

    package init() {}

    /// As `AccountKey.seal`.
    package func seal(
        _ text: [UInt8], under key: AccountKey, sequence: UInt64, field: UInt8
    ) -> [UInt8] {
        turn(to: key, sequence, field)
        return cipher.seal(text, associated: place)
    }

    /// As `AccountKey.unseal`.
    package func unseal(
        _ sealed: [UInt8], under key: AccountKey, sequence: UInt64, field: UInt8
    ) -> [UInt8]? {
        guard !key.isAbsent else { return nil }
        turn(to: key, sequence, field)
        return cipher.unseal(sealed, associated: place)
    }

    private func turn(to key: AccountKey, _ sequence: UInt64, _ field: UInt8) {
        key.fill(textKey: &textKey)
        cipher.use(textKey)
        for index in 0..<8 {
            place[index] = UInt8(truncatingIfNeeded: sequence >> UInt64(8 * index))
        }
        place[8] = field
    }
}
