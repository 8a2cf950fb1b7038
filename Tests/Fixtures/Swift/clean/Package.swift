// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "sockets",
    targets: [
        .target(name: "Wire"),
        .target(name: "Hub", dependencies: ["Wire"]),
        .target(name: "Journal", dependencies: ["Wire"]),
        .executableTarget(name: "App", dependencies: ["Hub", "Journal", "Wire"]),
    ]
)
