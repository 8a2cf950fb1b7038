import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonPython

/// Which files of a tree are Swift that an audit reads.
enum SwiftSources {
    /// What SwiftPM builds and checks out is not the tree's own.
    static func holds(_ path: String) -> Bool {
        path.hasSuffix(".swift") && !path.split(separator: "/").dropLast().contains { $0 == ".build" || $0 == ".git" }
    }

    /// What an audit lacks when Swift is wanted and nothing reads it; nil when it lacks nothing.
    static func gap(in paths: some Sequence<String>, _ manifest: Manifest, program: SwiftProgram?) -> Evidence? {
        guard program == nil, manifest.audits("swift") else { return nil }
        let scopes = ScopeMap(manifest: manifest)
        let missed = paths.filter { holds($0) && [.live, .test, .tool].contains(scopes.scope(of: $0)) }
        guard let first = missed.first else { return nil }
        let others = missed.count > 1 ? " (and \(missed.count - 1) more files)" : ""
        return Evidence(path: first, line: 0, text: "Swift cannot be read here\(others): \(SwiftProgram.remedy)")
    }
}

extension Manifest {
    /// Whether files of a language are audited: it is named, or none is.
    func audits(_ language: String) -> Bool {
        languages.isEmpty || languages.contains { $0.value == language }
    }
}
