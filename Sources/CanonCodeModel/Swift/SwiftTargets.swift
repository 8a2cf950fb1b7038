internal import CanonFacts

/// Tells the target, and so the module, of a Swift file from its path, as SwiftPM lays packages out: `Sources/Shop/Cart.swift`
/// below a folder with a `Package.swift` is of the module Shop.
struct SwiftTargets {
    struct Target: Hashable {
        /// The folder of the package, relative to the tree, with a slash at its end; empty for the tree itself.
        var package: String
        /// As an `import` names it.
        var name: String
    }

    /// Folders of packages, the deepest first.
    private let packages: [String]

    init(_ files: [CodeFile]) {
        packages = files.lazy.map(\.path).filter { $0 == Self.manifest || $0.hasSuffix("/" + Self.manifest) }
            .map { String($0.dropLast(Self.manifest.count)) }
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    func target(of path: String) -> Target {
        let package = packages.first { path.hasPrefix($0) } ?? ""
        let folders = path.dropFirst(package.count).split(separator: "/").dropLast()
        guard let kind = folders.firstIndex(where: { Self.folders.contains($0) }) else {
            // The manifest, and packages that name their folders themselves: the first folder.
            return Target(package: package, name: Self.moduleName(folders.first ?? "Package"))
        }
        // A tree without a manifest may have packages in its folders.
        let below = packages.isEmpty ? folders[..<kind].map { $0 + "/" }.joined() : ""
        let name = kind + 1 < folders.endIndex ? folders[kind + 1] : folders[kind]
        return Target(package: package + below, name: Self.moduleName(name))
    }

    private static let manifest = "Package.swift"
    private static let folders: Set<Substring> = ["Sources", "Source", "src", "srcs", "Tests", "Plugins"]

    /// A target's name as an identifier: `canon-swift` is imported as `canon_swift`.
    private static func moduleName(_ folder: Substring) -> String {
        String(folder.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
