import Glibc

// Writing to a reader that went away is an error to handle, not a reason to die.
signal(SIGPIPE, SIG_IGN)
exit(Program.run(Array(CommandLine.arguments.dropFirst())).rawValue)
