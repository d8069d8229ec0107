import Glibc
import Server

HugePages.begin()
exit(Daemon.run(Array(CommandLine.arguments.dropFirst())).rawValue)
