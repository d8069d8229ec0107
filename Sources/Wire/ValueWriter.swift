package import Ledger

/// Writes nested values in some notation. What is written in a map must alternate `key` and value.
///
/// Counts stand in front of what they count in RESP, and nobody wants to count optional parts
/// before writing them: the writer does it. Nothing here is on the path of a write.
package protocol ValueWriter {
    mutating func map(_ body: (inout Self) -> Void)
    mutating func list(_ body: (inout Self) -> Void)
    mutating func key(_ name: String)
    /// A key of what `fill` appends.
    mutating func key(_ fill: (inout [UInt8]) -> Void)
    mutating func text(_ fill: (inout [UInt8]) -> Void)
    mutating func number(_ value: Int64)
    mutating func truth(_ value: Bool)
}

extension ValueWriter {
    package mutating func text(_ value: String) { text { $0.append(contentsOf: value.utf8) } }
    package mutating func instant(_ value: Instant) { text { $0.appendTime(value) } }
    package mutating func sequence(_ value: SequenceNumber) { number(Int64(clamping: value)) }

    package mutating func word(_ word: Word, _ names: some Naming) {
        text { names.appendText(of: word, to: &$0) }
    }

    package mutating func account(_ account: AccountNumber, _ names: some Naming) {
        text { names.appendID(of: account, to: &$0) }
    }

    package mutating func balance(_ balance: BalanceName, _ names: some Naming) {
        text { $0.appendBalance(balance, names: names) }
    }

    /// An integer if it is one, else the text `p/q`.
    package mutating func fraction(_ value: Rational) {
        if value.denominator == 1 {
            number(value.numerator)
        } else {
            text { $0.appendRational(value) }
        }
    }

    /// The value of a step; a stamp, which has its ladder's name, as a rung.
    package mutating func shown(
        _ name: Word, _ value: Rational, rules: UInt32, _ names: some Naming
    ) {
        guard let whole = value.whole else { return fraction(value) }
        rung(whole, of: name, rules: rules, names)
    }

    /// A rung by its name on a named ladder, else as an integer.
    package mutating func rung(
        _ rung: Int64, of ladder: Word, rules: UInt32, _ names: some Naming
    ) {
        var name: [UInt8] = []
        if names.appendRung(rung, of: ladder, rules: rules, to: &name) {
            text { $0.append(contentsOf: name) }
        } else {
            number(rung)
        }
    }
}

/// RESP in the version of a reply.
package struct RESPValues: ValueWriter {
    package var reply: ReplyWriter
    private var items = 0

    package init(_ reply: ReplyWriter) { self.reply = reply }

    private mutating func container(isMap: Bool, _ body: (inout Self) -> Void) {
        let outer = items
        let place = reply.open(isMap: isMap)
        items = 0
        body(&self)
        reply.close(place, isMap: isMap, count: items)
        items = outer + 1
    }

    package mutating func map(_ body: (inout Self) -> Void) { container(isMap: true, body) }
    package mutating func list(_ body: (inout Self) -> Void) { container(isMap: false, body) }
    package mutating func key(_ name: String) { reply.bulk(name) }
    package mutating func key(_ fill: (inout [UInt8]) -> Void) { reply.bulk(fill) }

    package mutating func text(_ fill: (inout [UInt8]) -> Void) {
        reply.bulk(fill)
        items += 1
    }

    package mutating func number(_ value: Int64) {
        reply.integer(value)
        items += 1
    }

    package mutating func truth(_ value: Bool) {
        reply.boolean(value)
        items += 1
    }

    /// One value, which `fill` writes.
    mutating func value(_ fill: (inout ReplyWriter) -> Void) {
        fill(&reply)
        items += 1
    }
}

/// JSON on one line.
package struct JSONValues: ValueWriter {
    package var bytes: [UInt8] = []
    private var needsComma = false
    private var scratch: [UInt8] = []

    package init() {}

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func container(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout Self) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    package mutating func map(_ body: (inout Self) -> Void) { container("{", "}", body) }
    package mutating func list(_ body: (inout Self) -> Void) { container("[", "]", body) }

    package mutating func key(_ name: String) { key { $0.append(contentsOf: name.utf8) } }

    package mutating func key(_ fill: (inout [UInt8]) -> Void) {
        text(fill)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func text(_ fill: (inout [UInt8]) -> Void) {
        separate()
        scratch.removeAll(keepingCapacity: true)
        fill(&scratch)
        bytes.append(UInt8(ascii: "\""))
        let digits = Array("0123456789abcdef".utf8)
        for byte in scratch {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func number(_ value: Int64) {
        separate()
        bytes.appendDecimal(value)
    }

    package mutating func truth(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }
}

/// The fields of a stream entry: names and texts in turn, what is nested as JSON.
package struct EntryValues: ValueWriter {
    package var reply: ReplyWriter
    private var json: JSONValues?
    private var items = 0
    private var isInside = false

    package init(_ reply: ReplyWriter) { self.reply = reply }

    package mutating func map(_ body: (inout Self) -> Void) {
        guard isInside else { return fields(body) }
        nested { outer, json in
            json.map { inner in outer.pass(&inner, body) }
        }
    }

    package mutating func list(_ body: (inout Self) -> Void) {
        nested { outer, json in
            json.list { inner in outer.pass(&inner, body) }
        }
    }

    /// The entry itself: an array of names and values.
    private mutating func fields(_ body: (inout Self) -> Void) {
        let start = reply.bytes.count
        isInside = true
        items = 0
        body(&self)
        isInside = false
        var front = ReplyWriter(isRESP3: reply.isRESP3)
        front.array(items * 2)
        reply.bytes.insert(contentsOf: front.bytes, at: start)
    }

    /// Something in JSON: written where JSON is being written already, else as a text of its own.
    private mutating func nested(_ body: (inout Self, inout JSONValues) -> Void) {
        if var current = json {
            json = nil
            body(&self, &current)
            json = current
            return
        }
        var fresh = JSONValues()
        body(&self, &fresh)
        json = nil
        reply.bulk(fresh.bytes)
        items += 1
    }

    /// Lends `inner` to a body that writes through us.
    private mutating func pass(_ inner: inout JSONValues, _ body: (inout Self) -> Void) {
        json = inner
        inner = JSONValues()
        body(&self)
        if let current = json { inner = current }
        json = nil
    }

    package mutating func key(_ name: String) {
        if json == nil { reply.bulk(name) } else { json?.key(name) }
    }

    package mutating func key(_ fill: (inout [UInt8]) -> Void) {
        if json == nil { reply.bulk(fill) } else { json?.key(fill) }
    }

    package mutating func text(_ fill: (inout [UInt8]) -> Void) {
        guard json == nil else {
            json?.text(fill)
            return
        }
        reply.bulk(fill)
        items += 1
    }

    package mutating func number(_ value: Int64) {
        guard json == nil else {
            json?.number(value)
            return
        }
        text { $0.appendDecimal(value) }
    }

    package mutating func truth(_ value: Bool) {
        guard json == nil else {
            json?.truth(value)
            return
        }
        text { $0.append(contentsOf: (value ? "true" : "false").utf8) }
    }
}
