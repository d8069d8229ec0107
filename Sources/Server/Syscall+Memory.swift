import CLinux

/// Memory in pages of 2 MiB, where the machine has them to give.
package enum HugePages {
    /// Begins the process anew with a malloc that asks for them, unless it has one already: the first
    /// thing that a program does, since nothing that it did before remains.
    package static func begin() {
        // The arguments as the kernel handed them over, which outlive the call.
        unsafe clinux_begin_with_huge_pages(CommandLine.unsafeArgv)
    }
}

extension Syscall {
    /// Gives memory that nothing uses back to the system: what was freed lies between what wasn't, where
    /// malloc keeps it. Takes a fraction of a millisecond to some.
    static func giveBackMemory() { clinux_give_back_memory() }
}
