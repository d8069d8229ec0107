// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built the same way: Swift 6, unsafe code marked, no warning let through.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A module of the ledger; `needs` is the module graph, which the build checks against the imports.
func module(_ name: String, needs: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: needs, swiftSettings: settings)
}

func tests(_ name: String, needs: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: needs, swiftSettings: settings)
}

let package = Package(
    name: "stele",
    products: [
        .executable(name: "steled", targets: ["steled"]),
        .executable(name: "stele", targets: ["stele"]),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMemory"),

        module("LMDB", needs: ["CLMDB"]),
        module("Proof", needs: ["CCrypto"]),
        module("Secrets", needs: ["CCrypto"]),
        module("Ledger", needs: ["CMemory"]),
        module("Rows"),
        module("Store", needs: ["LMDB", "Proof", "CLinux"]),
        module("Engine", needs: ["Ledger", "Store", "Proof", "Secrets"]),
        module("Wire", needs: ["Ledger"]),
        module(
            "Server",
            needs: ["Wire", "Engine", "Ledger", "Rows", "Store", "Proof", "Secrets", "CLinux"]),

        .executableTarget(
            name: "steled", dependencies: ["Server", "Engine", "CLinux"], swiftSettings: settings),
        .executableTarget(
            name: "stele",
            dependencies: [
                "Wire", "Engine", "Store", "Ledger", "Rows", "Proof", "Secrets", "CLinux",
            ],
            swiftSettings: settings),

        // The simulated world; tests and a program of its own run it.
        .target(
            name: "Simulation", dependencies: ["Engine", "Ledger", "Proof", "Secrets", "Store"],
            path: "Tests/Simulation", swiftSettings: settings),
        .executableTarget(
            name: "stelesim", dependencies: ["Simulation"], swiftSettings: settings),

        tests("LedgerTests", needs: ["Ledger"]),
        tests("RulesTests", needs: ["Ledger"]),
        tests("LMDBTests", needs: ["LMDB"]),
        tests("RowsTests", needs: ["Rows"]),
        tests("ProofTests", needs: ["Proof"]),
        tests("SecretsTests", needs: ["Secrets"]),
        tests("SimulationTests", needs: ["Simulation"]),
        tests("StoreTests", needs: ["Store", "LMDB", "Proof"]),
        tests(
            "SteleTests",
            needs: [
                "stele", "Wire", "Engine", "Ledger", "Rows", "Store", "Proof", "Secrets", "CLinux",
            ]),
        tests("WireTests", needs: ["Wire", "Ledger"]),
        tests("ServerTests", needs: ["Server", "Engine", "Wire", "Ledger", "Store"]),
    ]
)

// The fuzzers need a main function of libFuzzer's own, so they exist only where ops/fuzz builds them.
if Context.environment["STELE_FUZZ"] != nil {
    package.products.append(.executable(name: "stele-fuzz", targets: ["Fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["Ledger", "Proof", "Rows", "Store", "Wire"],
            path: "Tests/Fuzz",
            swiftSettings: settings))
}
