/// Makes text from outside harmless where it is printed.
enum Escape {
    /// Control characters and those that turn the direction of writing become visible escapes: a
    /// memo must not be able to move the cursor, colour the screen or hide a digit.
    static func forTerminal(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2028...0x2029,
            0x2066...0x2069, 0xFEFF:
            true
        default: false
        }
    }
}
