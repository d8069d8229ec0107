@testable import Ledger
@testable import Wire

/// A frame as a stock client sends it.
func frame(_ arguments: [String]) -> [UInt8] {
    var bytes = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
        bytes += Array("$\(argument.utf8.count)\r\n\(argument)\r\n".utf8)
    }
    return bytes
}

func frame(_ line: String) -> [UInt8] { frame(words(line)) }

/// Splits at spaces; `''` is an empty argument, `_` in quotes isn't needed anywhere.
func words(_ line: String) -> [String] {
    line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
}

func text(_ bytes: [UInt8], _ range: ByteRange) -> String {
    String(decoding: bytes[range.range], as: UTF8.self)
}

/// Parses a write as the daemon does.
func write(_ arguments: [String]) -> Result<Command, Refusal> {
    var request = Request(arguments)
    var command = Command()
    guard let name = CommandTable.lookup(arguments[0]) else {
        return .failure(Refusal(.undeclared, [], "no such command"))
    }
    do throws(Refusal) {
        try WriteParser.parse(name, &request, into: &command)
    } catch {
        return .failure(error)
    }
    return .success(command)
}

func query(_ line: String) -> Result<Query, Refusal> {
    let arguments = words(line)
    guard let name = CommandTable.lookup(arguments[0]) else {
        return .failure(Refusal(.undeclared, [], "no such command"))
    }
    do throws(Refusal) {
        return .success(try QueryParser.parse(name, Request(arguments)))
    } catch {
        return .failure(error)
    }
}

/// A small generator with a seed, so that a failure can be had again.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Names for tests: words and accounts are called by number from lists, ladder 9 has named rungs.
struct TestNames: Naming {
    var words = ["", "xp", "gold", "strength", "level", "tier", "sword"]
    var accounts = ["", "alice", "bob"]

    func appendText(of word: Word, to text: inout [UInt8]) {
        text.append(contentsOf: words[Int(word.rawValue)].utf8)
    }

    func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        text.append(contentsOf: accounts[Int(account.rawValue)].utf8)
    }

    func hasNamedRungs(_ ladder: Word, rules: UInt32) -> Bool { ladder == Word(5) }

    func appendRung(
        _ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]
    ) -> Bool {
        guard ladder == Word(5) else { return false }
        text.append(contentsOf: ["newcomer", "regular", "core"][Int(rung)].utf8)
        return true
    }
}

func string(_ writer: ReplyWriter) -> String { String(decoding: writer.bytes, as: UTF8.self) }

extension ReplyWriter {
    /// A receipt as the first one that is written.
    mutating func receipt(_ receipt: Receipt, names: some Naming) {
        var writer = ReceiptWriter()
        writer.write(receipt, names: names, to: &self)
    }
}
