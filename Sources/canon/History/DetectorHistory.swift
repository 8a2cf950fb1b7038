import CanonAudit
import CanonVerify

/// Which commits of a window changed the manifest in a way that changes what an audit counts. A comment does not.
struct DetectorHistory {
    let reader: AuditReader
    let repository: GitRepository
    /// What every sample is judged by.
    let judge: Manifest

    func changes(in window: HistoryWindow) throws -> [HistoryReport.DetectorChange] {
        guard let first = window.commits.first, let last = window.commits.last, first.id != last.id else { return [] }
        let touched = try repository.run([
            "rev-list", "--first-parent", "--reverse", "\(first.id)..\(last.id)", "--", ManifestFile.name,
        ])
        let commits = Dictionary(window.commits.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return try String(decoding: touched, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard let commit = commits[String(line)] else { return nil }
            let before = try CommitTree(repository, files: repository.files(of: "\(commit.id)^1"))
            let now = try CommitTree(repository, files: repository.files(of: commit.id))
            let changes = Self.changes(state(before), state(now))
            return changes.isEmpty ? nil : .init(commit: commit, changes: changes, leftOut: leftOut(of: before))
        }
    }

    private enum State: Equatable {
        case none
        case wrong
        case some(Detector)
    }

    private func state(_ tree: CommitTree) -> State {
        guard tree.bytes(of: ManifestFile.name) != nil else { return .none }
        guard let manifest = try? reader.manifest(of: tree) else { return .wrong }
        return .some(Detector(manifest))
    }

    /// A manifest that looks away would otherwise make the past as clean as the present. The first one of a repository narrows nothing
    /// that anybody had declared.
    private func leftOut(of tree: CommitTree) -> [String] {
        guard tree.bytes(of: ManifestFile.name) != nil, let own = try? reader.manifest(of: tree) else { return [] }
        let paths = tree.paths.filter { $0.hasSuffix(".py") }
        let (then, now) = (ScopeMap(manifest: own).scopes(of: paths), ScopeMap(manifest: judge).scopes(of: paths))
        return paths.indices.filter { then[$0] == .live && now[$0] != .live }.map { paths[$0] }
    }

    private static func changes(_ before: State, _ now: State) -> [String] {
        switch (before, now) {
        case (.some(let before), .some(let now)): now.changes(since: before)
        case _ where before == now: []
        case (_, .none): ["the manifest is gone"]
        case (.none, .some): ["the first manifest"]
        case (_, .wrong): ["the manifest cannot be used any more"]
        case (.wrong, .some): ["the manifest can be used again"]
        }
    }
}
