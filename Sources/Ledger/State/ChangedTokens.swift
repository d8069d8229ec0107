/// Tokens of ids that left the directory, roughly in the order of their bytes: by the first ten
/// bits they lie in lists, each of which is sorted when its turn comes.
///
/// Entries stored in the order of their keys share pages; in the order of their coming each would change
/// a page of its own. And no moment comes at which millions have to be sorted at once.
package struct ChangedTokens: Sendable {
    private static let listBits: UInt64 = 10
    private var lists = [[Token]](repeating: [], count: 1 << listBits)
    package private(set) var count = 0

    package init() {}

    package mutating func append(_ token: Token) {
        lists[Int(token.low.byteSwapped >> (64 - Self.listBits))].append(token)
        count += 1
    }

    /// How many lists there are, those without a token among them.
    var listCount: Int { lists.count }

    /// Sorts a list, and answers how many tokens it has.
    mutating func sortList(_ index: Int) -> Int {
        lists[index].sort()
        return lists[index].count
    }

    func token(_ index: Int, ofList list: Int) -> Token { lists[list][index] }

    /// Adds those of another one.
    mutating func append(_ other: ChangedTokens) {
        for list in other.lists { for token in list { append(token) } }
    }
}
