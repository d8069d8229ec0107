import Glibc

/// One line per fact on stderr. Whatever comes from outside is escaped and cut short.
package enum Report {
    package static func line(_ text: String) {
        var bytes: [UInt8] = Array("steled: ".utf8)
        for scalar in text.unicodeScalars.prefix(2_000) {
            if scalar.value < 0x20 || scalar.value == 0x7F {
                bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
            } else {
                bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        bytes.append(0x0A)
        Syscall.write(STDERR_FILENO, bytes)
    }
}
