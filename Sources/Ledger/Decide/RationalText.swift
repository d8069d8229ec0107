extension Rational {
    /// The value with so many digits behind the point, rounded half up; as a fraction where it is
    /// too large to be scaled.
    func text(decimals: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<decimals { scale *= 10 }
        guard let scaled = multiplied(by: Rational(scale)), let rounded = scaled.rounded.whole
        else { return "\(self)" }
        guard decimals > 0 else { return "\(rounded)" }
        let digits = String(rounded.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: -decimals)
        return (rounded < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
    }
}
