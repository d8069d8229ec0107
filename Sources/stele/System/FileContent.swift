/// Whole files that are known to be small.
enum FileContent {
    /// Reads a file, or standard input for `-`.
    static func read(_ path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
        do throws(SystemFault) {
            let file = path == "-" ? Descriptor.standardInput : try Descriptor.open(path)
            var content: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                guard let count = try file.read(into: &piece) else { continue }
                if count == 0 { return content }
                content += piece[..<count]
                guard content.count <= bytesMax else { break }
            }
        } catch {
            throw .usage("can't read \(path): \(error.reason)")
        }
        throw .usage("\(path) has more than \(NumberFormat.bytes(bytesMax))")
    }
}
