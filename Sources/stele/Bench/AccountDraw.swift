import Glibc

/// Decides whose turn it is, without allocating.
struct AccountDraw {
    enum Distribution: String, CaseIterable {
        case uniform, zipf
    }

    private let accounts: UInt64
    private var random: UInt64
    /// Draws made beforehand, used in turn: drawing from a Zipf distribution takes longer than all else
    /// that a command needs. Empty for uniform draws, which are made as they are needed.
    private var table: [UInt32] = []
    private var next = 0
    /// Counts through all accounts instead, once.
    private var isInTurn = false

    /// Enough draws that a run of some seconds sees few of them again.
    private static let tableSize = 1 << 22

    init(accounts: Int, distribution: Distribution, seed: UInt64) {
        self.accounts = UInt64(accounts)
        random = seed | 1
        guard distribution == .zipf else { return }
        var zipf = ZipfSampler(accounts: accounts, exponent: 0.99)
        table.reserveCapacity(Self.tableSize)
        for _ in 0..<Self.tableSize {
            // Ranks are scattered over the accounts, so that hot ones aren't neighbours.
            let rank = zipf.next { Double(nextRandom() >> 11) * 0x1p-53 }
            table.append(UInt32(rank * 2_654_435_761 % self.accounts))
        }
    }

    /// Every account once, from the first to the last.
    static func inTurn(accounts: Int) -> AccountDraw {
        var draw = AccountDraw(accounts: accounts, distribution: .uniform, seed: 1)
        draw.isInTurn = true
        return draw
    }

    mutating func nextAccount() -> UInt32 {
        if isInTurn {
            defer { next = next + 1 == Int(accounts) ? 0 : next + 1 }
            return UInt32(next)
        }
        guard !table.isEmpty else {
            // The high half of a product maps 32 random bits onto the accounts without dividing.
            return UInt32(((nextRandom() >> 32) &* accounts) >> 32)
        }
        defer { next = next + 1 == table.count ? 0 : next + 1 }
        return table[next]
    }

    /// xorshift64*: fast, and random enough to spread load.
    private mutating func nextRandom() -> UInt64 {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        return random &* 0x2545_F491_4F6C_DD1D
    }
}

/// Draws ranks so that rank k comes up in proportion to 1 / (k + 1)^exponent, by inverting the integral
/// of the density and rejecting the little that lies outside (Hörmann and Derflinger, 1996).
struct ZipfSampler {
    private let count: Double
    private let exponent: Double
    private let atStart: Double
    private let atEnd: Double
    private let shortcut: Double

    /// - Parameter exponent: anything positive but 1.
    init(accounts: Int, exponent: Double) {
        count = Double(accounts)
        self.exponent = exponent
        atStart = Self.integral(1.5, exponent) - 1
        atEnd = Self.integral(Double(accounts) + 0.5, exponent)
        shortcut =
            2 - Self.inverse(Self.integral(2.5, exponent) - Glibc.pow(2, -exponent), exponent)
    }

    /// The next rank, from 0. `uniform` gives numbers from 0 up to but not including 1.
    mutating func next(_ uniform: () -> Double) -> UInt64 {
        while true {
            let u = atEnd + uniform() * (atStart - atEnd)
            let x = Self.inverse(u, exponent)
            let k = min(max(x.rounded(), 1), count)
            if k - x <= shortcut || u >= Self.integral(k + 0.5, exponent) - Glibc.pow(k, -exponent)
            {
                return UInt64(k) - 1
            }
        }
    }

    private static func integral(_ x: Double, _ exponent: Double) -> Double {
        Glibc.pow(x, 1 - exponent) / (1 - exponent)
    }

    private static func inverse(_ y: Double, _ exponent: Double) -> Double {
        Glibc.pow(y * (1 - exponent), 1 / (1 - exponent))
    }
}
