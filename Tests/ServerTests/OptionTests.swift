import Testing

@testable import Ledger
@testable import Server

@Test(
    "options of the command line",
    arguments: [
        ["--data", "/d"], ["--data=/d"], ["--data", "/d", "--socket", "/s", "--rules", "r.json5"],
        ["--audit-socket", "/a", "--operate-socket", "/o", "--data", "/d"],
    ])
func options(line: [String]) throws {
    #expect(try DaemonOptions(line).directory == "/d")
}

@Test(
    "what a command line may not say",
    arguments: [
        [], ["--data"], ["--data", ""], ["/d"], ["--data", "/d", "--data", "/e"],
        ["--data", "/d", "--no-sync"], ["--data", "/d", "extra"], ["--help"],
    ])
func badOptions(line: [String]) {
    #expect(throws: UsageFault.self) { try DaemonOptions(line) }
}

@Test("a role with a door of its own isn't let in through the main one")
func doors() throws {
    let manager = ServiceManager(environment: { _ in nil }, pid: 1)
    let one = try DaemonOptions(["--data", "/d"]).doors(manager)
    #expect(one.map(\.door) == [Door(path: "/d/stele.sock", role: .all)])
    let three = try DaemonOptions([
        "--data", "/d", "--socket", "/g", "--audit-socket", "/a", "--operate-socket", "/o",
    ]).doors(manager)
    #expect(three.map(\.door.role) == [.game, .audit, .operate])
}

@Test("sockets are inherited only if they are meant for this process")
func inheritance() {
    let environment = ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "game:operate"]
    let ours = ServiceManager(environment: { environment[$0] }, pid: 7)
    #expect(ours.inherited.map(\.descriptor) == [3, 4])
    #expect(ours.inherited.map(\.name) == ["game", "operate"])
    #expect(ServiceManager(environment: { environment[$0] }, pid: 8).inherited.isEmpty)
    #expect(ServiceManager.role(ofDoor: "audit", among: ["audit"]) == .audit)
    #expect(ServiceManager.role(ofDoor: "stele.socket", among: ["stele.socket"]) == .all)
    #expect(ServiceManager.role(ofDoor: "x", among: ["x", "operate"]) == [.game, .audit])
}

@Test("a config file says options and users")
func config() throws {
    let config = try Config.parse(
        """
        # where it lies
        data = /var/lib/stele   # a comment
        connections-max=100

        operate-users = 0 1000
        """, "c")
    #expect(config.options == ["data": "/var/lib/stele", "connections-max": "100"])
    let policy = Policy(configPath: nil, config: config)
    #expect(policy.role(.all, uid: 1000) == .all)
    #expect(policy.role(.all, uid: 1001) == [.game, .audit])
    #expect(policy.role(.operate, uid: 1001) == nil)
    #expect(policy.role(.all, uid: 65_534) == nil)
}

@Test(
    "a config file's mistakes name the line",
    arguments: [
        ("data", "c:1: expected"), ("a = 1\n", "c:1: no such setting"),
        ("\ngame-users = root", "c:2: root is not"), ("data=a\ndata=b", "c:2: data is given twice"),
        ("sync = no", "c:1: no such setting"),
    ])
func badConfig(text: String, begins: String) {
    let fault = #expect(throws: ConfigFault.self) { try Config.parse(text, "c") }
    #expect(fault?.description.hasPrefix(begins) == true)
}

@Test("a door's path must fit, be free, and not be somebody's")
func doorPaths() throws {
    let path = "/tmp/stele-door-\(Syscall.processID).sock"
    let door = Door(path: path, role: .all)
    let first = try Listener.open(door)
    #expect(throws: SystemFault.self) { try Listener.open(door) }
    // As after a crash: the path is there, but nobody listens.
    let stale = Door(path: path + "2", role: .all)
    try abandon(stale)
    let second = try Listener.open(stale)
    second.removePath()
    first.removePath()
    #expect(Syscall.kind(of: path) == .nothing)
    let long = Door(path: "/tmp/" + String(repeating: "x", count: 103), role: .all)
    #expect(throws: SystemFault.self) { try Listener.open(long) }
    #expect(throws: SystemFault.self) { try Listener.open(Door(path: "/tmp", role: .all)) }
}

/// Leaves a socket behind that nobody listens at.
private func abandon(_ door: Door) throws {
    let listener = try Listener.open(door)
    _ = listener.door
}

@Test("all that peers can make us hold fits the memory of the shipped unit")
func limitsFit() {
    let total =
        ServerLimits.outputBytesTotalMax + ServerLimits.inFlightBytesTotalMax
        + ServerLimits.connectionsMax * ServerLimits.inputBufferBytes
        + ServerLimits.pooledBuffersMax * 2 * ServerLimits.pooledBufferBytesMax
        + 2 * Limits.batchBytesMax
    #expect(total < 4 << 30)
}
