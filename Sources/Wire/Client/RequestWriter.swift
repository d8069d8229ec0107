/// Writes commands as RESP: arrays of bulk strings, the only shape the daemon takes.
package enum RequestWriter {
    package static func append(_ arguments: [String], to output: inout [UInt8]) {
        appendHead(UInt8(ascii: "*"), arguments.count, to: &output)
        for argument in arguments { append(argument.utf8, to: &output) }
    }

    package static func append(_ arguments: [[UInt8]], to output: inout [UInt8]) {
        appendHead(UInt8(ascii: "*"), arguments.count, to: &output)
        for argument in arguments { append(argument, to: &output) }
    }

    private static func append(_ bytes: some Collection<UInt8>, to output: inout [UInt8]) {
        appendHead(UInt8(ascii: "$"), bytes.count, to: &output)
        output.append(contentsOf: bytes)
        output.append(UInt8(ascii: "\r"))
        output.append(UInt8(ascii: "\n"))
    }

    private static func appendHead(_ type: UInt8, _ count: Int, to output: inout [UInt8]) {
        output.append(type)
        output.append(contentsOf: String(count).utf8)
        output.append(UInt8(ascii: "\r"))
        output.append(UInt8(ascii: "\n"))
    }
}
