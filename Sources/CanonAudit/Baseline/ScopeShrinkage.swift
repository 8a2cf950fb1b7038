import CanonCodeModel
import CanonFacts

/// Code that left the measurement without leaving the tree.
public enum ScopeShrinkage {
    public struct Move: Hashable, Sendable {
        public var basePath: String
        public var path: String
        public var module: String
        public var scope: SourceScope
    }

    /// Live files of the base that are in another scope now: under their own path, because the manifest changed, or moved,
    /// when most of their definitions are found in a file that the base did not have.
    ///
    /// - Parameter scopes: what the base's own manifest said; nil for the scopes of `base`.
    public static func moves(base: RuleContext, scopes: ScopeMap? = nil, now: RuleContext) -> [Move] {
        var moves: [Move] = []
        var candidates: [UInt64: [FileID]] = [:]
        for index in now.model.files.indices {
            let file = FileID(rawValue: UInt32(index))
            guard isUnmeasured(now.scope(of: file)), base.model.file(path: now.path(of: file)) == nil else { continue }
            for hash in definitions(now.model.files[index].facts) { candidates[hash, default: []].append(file) }
        }
        let live = scopes.map { map in
            let scopes = map.scopes(of: base.model.files.lazy.map(\.path))
            return scopes.indices.filter { scopes[$0] == .live }.map { FileID(rawValue: UInt32($0)) }
        }
        for file in live ?? base.liveFiles {
            let path = base.path(of: file)
            if let same = now.model.file(path: path) {
                let scope = now.scope(of: same)
                guard isUnmeasured(scope) else { continue }
                moves.append(Move(basePath: path, path: path, module: base.moduleName(of: file), scope: scope))
                continue
            }
            guard !candidates.isEmpty else { continue }
            let definitions = definitions(base.model.files[Int(file.rawValue)].facts)
            var hits: [FileID: Int] = [:]
            for hash in definitions { for other in candidates[hash] ?? [] { hits[other, default: 0] += 1 } }
            guard let best = hits.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                best.value * 2 > definitions.count
            else { continue }
            moves.append(
                Move(
                    basePath: path, path: now.path(of: best.key), module: base.moduleName(of: file),
                    scope: now.scope(of: best.key)))
        }
        return moves
    }

    private static func isUnmeasured(_ scope: SourceScope) -> Bool { scope != .live }

    /// What a file defines at its top level, by name and body.
    private static func definitions(_ facts: FileFacts) -> Set<UInt64> {
        Set(
            facts.declarations.lazy.filter { $0.parent == FileFacts.noIndex && $0.tokenCount >= 8 }.map { declaration in
                facts.names.withUTF8(of: declaration.name) {
                    ContentHash.of(UnsafeRawBufferPointer($0), seed: declaration.bodyHash)
                }
            })
    }

    /// What counts alone suggest, when the files of the base are not at hand: less live code and more of the rest.
    static func suspicion(
        _ base: [SourceScope: AuditReport.ScopeCount], _ now: [SourceScope: AuditReport.ScopeCount]
    ) -> String? {
        let lost = (base[.live]?.files ?? 0) - (now[.live]?.files ?? 0)
        guard lost > 0 else { return nil }
        for scope in [SourceScope.backup, .vendored, .generated, .fixture, .tool] {
            let gained = (now[scope]?.files ?? 0) - (base[scope]?.files ?? 0)
            guard gained > 0 else { continue }
            return
                "\(lost) live \(lost == 1 ? "file is" : "files are") gone and \(gained) in the scope \(scope.rawValue) came: "
                + "compare revisions to tell whether code was moved out of the measurement"
        }
        return nil
    }
}
