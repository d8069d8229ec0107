private import CCrypto

/// The system gave no random bytes.
package struct RandomnessUnavailable: Error {}

/// Bytes that nobody can guess: an account's key, a ledger's id.
package func randomBytes(count: Int) throws(RandomnessUnavailable) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // RAND_bytes writes `count` bytes into a buffer that has as many; 1 is success.
    guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else { throw RandomnessUnavailable() }
    return bytes
}

extension AccountKey {
    /// A fresh key from the system's random numbers.
    /// - Throws: when the system has none to give; the account must not be opened then.
    package static func random() throws(RandomnessUnavailable) -> AccountKey {
        AccountKey(random: try randomBytes(count: randomByteCount))
    }
}

/// Draws keys for accounts that are opened one after another: random numbers for some of them are asked
/// for at once, since each asking costs as much as all else about opening an account.
package final class KeyDraw {
    /// What wasn't given out yet, from `next` on; what was is zeros.
    private var bytes: [UInt8] = []
    private var next = 0
    private static let keyCount = 64

    package init() {}

    /// - Throws: as `AccountKey.random`.
    package func draw() throws(RandomnessUnavailable) -> AccountKey {
        if next == bytes.count {
            bytes = try randomBytes(count: Self.keyCount * AccountKey.byteCount)
            next = 0
        }
        let end = next + AccountKey.byteCount
        let key = AccountKey(randomFirst: bytes.span.extracting(next..<end))
        for index in next..<end { bytes[index] = 0 }
        next = end
        return key
    }
}
