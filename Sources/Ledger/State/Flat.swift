internal import CMemory

/// A run of values of fixed length with one owner: an array without reference count, uniqueness
/// checks and hidden copies.
///
/// The rows, cells and tokens of all accounts lie in these. Every command looks at a handful of them;
/// through arrays of arrays, counting references and proving uniqueness took longer than the
/// deciding itself (a third of all instructions). Bounds are checked as an array's are.
@safe struct Flat<Element: ~Copyable>: ~Copyable {
    // Points to `count` initialized values, or to none; owned by this value alone, freed in deinit.
    private var base: UnsafeMutablePointer<Element>
    private(set) var count: Int

    /// No values, and no memory.
    init() {
        unsafe base = UnsafeMutablePointer.allocate(capacity: 0)
        count = 0
    }

    init(count: Int, _ make: () -> Element) {
        precondition(count >= 0)
        unsafe base = Self.allocate(count)
        self.count = count
        for index in 0..<count { unsafe (base + index).initialize(to: make()) }
    }

    /// Large ones begin with a cache line: what is 64 bytes long then lies in one, not two.
    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
        let byteCount = count * MemoryLayout<Element>.stride
        guard byteCount >= 4_096 else { return UnsafeMutablePointer.allocate(capacity: count) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        return unsafe memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    subscript(index: Int) -> Element {
        @inline(__always) _read {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            // Within the bounds that were just checked; likewise below.
            yield unsafe base[index]
        }
        @inline(__always) _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            yield unsafe &base[index]
        }
    }

    /// Has the processor fetch a value that will be looked at soon; nothing waits for it.
    ///
    /// To look at it instead would do as well, but for the looks behind it: a processor looks ahead past
    /// some that it waits for, not past dozens.
    @inline(__always)
    func prefetch(_ index: Int) {
        guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
        // Within the bounds that were just checked.
        unsafe cmemory_prefetch(base + index)
    }

    /// The same with what lies up to 64 bytes, a line of memory, behind its beginning.
    @inline(__always)
    func prefetchOn(_ index: Int) {
        guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
        // Within the bounds that were just checked: the second at most at the last value's last byte.
        let start = unsafe UnsafeRawPointer(base + index)
        let last = (count &- index) &* MemoryLayout<Element>.stride &- 1
        unsafe cmemory_prefetch(start)
        unsafe cmemory_prefetch(start + min(64, last))
    }

    /// Lends some of the values.
    @inline(__always)
    func withSpan<R>(_ range: Range<Int>, _ body: (Span<Element>) -> R) -> R {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        // Within the bounds that were just checked; the values outlive the call.
        let values = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
        return body(unsafe values.span)
    }

    /// Makes it longer; what is there is moved.
    mutating func grow(to count: Int, _ make: () -> Element) {
        precondition(count >= self.count)
        let larger = unsafe Self.allocate(count)
        unsafe larger.moveInitialize(from: base, count: self.count)
        for index in self.count..<count { unsafe (larger + index).initialize(to: make()) }
        unsafe base.deallocate()
        unsafe base = larger
        self.count = count
    }
}

extension Flat where Element: Copyable {
    init(repeating value: Element, count: Int) {
        self.init(count: count) { value }
    }
}

// Sendable where its elements are: its memory is reached through this value alone, which can't be copied; who
// passes it on has it no more, and reading it at once from many threads changes nothing.
extension Flat: @unchecked Sendable where Element: Sendable & ~Copyable {}

/// A list in flat memory, which grows at its end.
struct FlatList<Element: Sendable>: ~Copyable, Sendable {
    private var items = Flat<Element>()
    private(set) var count = 0

    subscript(index: Int) -> Element {
        @inline(__always) _read {
            precondition(index < count, "index out of range")
            yield items[index]
        }
    }

    mutating func append(_ element: Element) {
        if count == items.count { items.grow(to: max(16, 2 * count)) { element } }
        items[count] = element
        count += 1
    }

    mutating func removeAll() { count = 0 }
}
