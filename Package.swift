// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Scripts/profiled-build builds twice: the first program notes which way its code went, the second is laid out by that.
/// The value is `record`, or the file of the profile. It concerns the modules that read much and whose time is measured.
enum Profiling {
    private static let mode = Context.environment["CANON_PROFILE"] ?? ""

    static var swift: [SwiftSetting] {
        // The compiler keeps the object of a file whose code is the same, whatever it was told about profiles; here it must not.
        let always = ["-Xfrontend", "-disable-incremental-llvm-codegen", "-Xfrontend"]
        return switch mode {
        case "": swiftSettings
        case "record": swiftSettings + [.unsafeFlags(always + ["-ir-profile-generate"])]
        default: swiftSettings + [.unsafeFlags(always + ["-ir-profile-use=\(mode)"])]
        }
    }

    static var c: [CSetting] {
        switch mode {
        case "": []
        case "record": [.unsafeFlags(["-fprofile-generate"])]
        default: [.unsafeFlags(["-fprofile-use=\(mode)"])]
        }
    }
}

let package = Package(
    name: "canon",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "canon", targets: ["canon"]),
        // For Benchmarks, which measures the event log on its own.
        .library(name: "CanonStore", targets: ["CanonStore"]),
        // For Benchmarks, whose load is paced and measured as the one of `canon load`.
        .library(name: "CanonVerify", targets: ["CanonVerify"]),
        .library(name: "CanonWire", targets: ["CanonWire"]),
        .library(name: "CanonWebSocket", targets: ["CanonWebSocket"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-syntax", exact: "603.0.1"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .target(name: "CanonWire", swiftSettings: swiftSettings),
        .target(
            name: "CanonWebSocket",
            dependencies: ["CZlib", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CanonStore",
            dependencies: [
                "CanonWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CanonAgents",
            dependencies: [
                "CanonWire",
                "CCanonFiles",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CanonGateway",
            dependencies: [
                "CanonAgents",
                "CanonStore",
                "CanonWebSocket",
                "CanonWire",
                "CCanonConsole",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings,
            plugins: ["StampCommit"]
        ),
        .target(name: "CanonFacts", swiftSettings: Profiling.swift),
        .target(
            name: "CanonPython",
            dependencies: ["CanonFacts", "CCanonBytes", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: Profiling.swift
        ),
        // In an executable of its own: swift-syntax doubles the build, and `make run` must not pay for it.
        .target(
            name: "CanonSwift",
            dependencies: [
                "CanonFacts",
                .product(name: "SwiftDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftParser", package: "swift-syntax"),
                .product(name: "SwiftParserDiagnostics", package: "swift-syntax"),
                .product(name: "SwiftSyntax", package: "swift-syntax"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(name: "CanonCodeModel", dependencies: ["CanonFacts"], swiftSettings: Profiling.swift),
        .target(
            name: "CanonAudit",
            dependencies: [
                "CanonCodeModel",
                "CanonFacts",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: Profiling.swift
        ),
        .target(
            name: "CanonVerify",
            dependencies: [
                "CanonAudit",
                "CanonLogs",
                "CanonWebSocket",
                "CanonWire",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "CanonLogs",
            dependencies: [
                "CCanonBytes",
                "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: Profiling.swift
        ),
        .executableTarget(
            name: "canon",
            dependencies: [
                "CanonAgents",
                "CanonAudit",
                "CanonCodeModel",
                "CanonFacts",
                "CanonGateway",
                "CanonLogs",
                "CanonPython",
                "CanonStore",
                "CanonVerify",
                "CanonWire",
                "CCanonFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "canon-swift", dependencies: ["CanonFacts", "CanonSwift"], swiftSettings: swiftSettings),

        // C: what Swift cannot say (`#embed`, a variadic system call, the mask of a vector comparison).
        .target(
            name: "CCanonBytes", cSettings: Profiling.c,
            linkerSettings: [.linkedLibrary("iconv", .when(platforms: [.macOS]))]),
        .target(name: "CCanonFiles"),
        .target(
            name: "CCanonConsole",
            exclude: ["assets"],
            cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]
        ),

        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        .plugin(name: "StampCommit", capability: .buildTool()),

        .target(name: "CanonTestSupport", path: "Tests/CanonTestSupport", swiftSettings: swiftSettings),
        .testTarget(
            name: "CanonWireTests", dependencies: ["CanonTestSupport", "CanonWire"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CanonWebSocketTests",
            dependencies: [
                "CanonTestSupport",
                "CanonWebSocket",
                "CZlib",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonStoreTests",
            dependencies: [
                "CanonTestSupport", "CanonStore", "CanonWire", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonAgentsTests",
            dependencies: [
                "CanonAgents", "CanonWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "CanonFactsTests", dependencies: ["CanonFacts"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CanonPythonTests", dependencies: ["CanonFacts", "CanonPython"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CanonSwiftTests",
            dependencies: ["CanonAudit", "CanonCodeModel", "CanonFacts", "CanonSwift", "CanonTestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonCodeModelTests", dependencies: ["CanonCodeModel", "CanonFacts", "CanonPython"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CanonAuditTests",
            dependencies: [
                "canon", "CanonAudit", "CanonCodeModel", "CanonFacts", "CanonPython", "CanonTestSupport",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonLogsTests",
            dependencies: [
                "CanonLogs", "CanonTestSupport", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonGatewayTests",
            dependencies: [
                "CanonGateway", "CanonAgents", "CanonStore", "CanonTestSupport", "CanonVerify", "CanonWebSocket",
                "CanonWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonVerifyTests",
            dependencies: [
                "CanonAudit", "CanonLogs", "CanonTestSupport", "CanonVerify", "CanonWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CanonCommandTests",
            dependencies: [
                "canon", "CanonAgents", "CanonAudit", "CanonGateway", "CanonLogs", "CanonStore", "CanonTestSupport",
                "CanonWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
    ]
)
