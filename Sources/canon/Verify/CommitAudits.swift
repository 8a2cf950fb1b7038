import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonVerify

/// Audits of commits, each made once, all judged by the concepts of one manifest.
///
/// Commits of one history share most of their files: their facts are kept by content, so that each further commit costs the
/// reading of what changed, the linking and the rules.
final class CommitAudits: StaticAnalysis {
    private let reader: AuditReader
    private let repository: GitRepository
    /// Declares what every commit is judged by.
    private let manifest: Manifest
    private var known = KnownFacts()
    private var results: [Key: StaticResult] = [:]
    private let progress: (String) -> Void

    private struct Key: Hashable {
        var commit: String
        var measure: Measure
    }

    /// - Parameter progress: told which commit is being read.
    init(_ reader: AuditReader, manifest: Manifest, progress: @escaping (String) -> Void = { _ in }) throws {
        self.reader = reader
        self.manifest = manifest
        self.progress = progress
        repository = try reader.requiredRepository()
    }

    func result(at commit: String, by measure: Measure) throws -> StaticResult {
        let key = Key(commit: commit, measure: measure)
        if let found = results[key] { return found }
        progress(commit)
        let (audit, judge) = try audit(commit, measure)
        var result = try measured(audit, commit, judge)
        if let names = measure.names { try result.replaceSymbols(with: names, in: audit) }
        results[key] = result
        return result
    }

    func names(_ names: Set<String>, knownAt commit: String, by measure: Measure) throws -> Set<String> {
        let context = try audit(commit, measure).audit.context
        var known: Set<String> = []
        for name in names {
            let resolution = context.model.resolve(name)
            if let object = resolution.object, context.scope(of: object) == .live { known.insert(name) }
        }
        return known
    }

    /// The program of a commit, linked, and the manifest that it is judged by.
    private func audit(_ commit: String, _ measure: Measure) throws -> (audit: Audit, judge: Manifest) {
        let judge = try judge(measure)
        let audit = Audit(try reader.commit(commit, manifest: judge, known: known))
        try remember(audit, commit)
        return (audit, judge)
    }

    /// The concepts as they are declared now, in the files that counted then.
    private func judge(_ measure: Measure) throws -> Manifest {
        guard let commit = measure.scopesOf,
            let then = try own(CommitTree(repository, files: repository.files(of: commit)))
        else { return manifest }
        var judge = manifest
        judge.scopes = then.scopes
        judge.roots = then.roots
        judge.languages = then.languages
        judge.services = then.services
        return judge
    }

    /// The manifest that stands in a commit; nil when it has none, or one that is wrong: that judged nothing then.
    private func own(_ tree: CommitTree) -> Manifest? {
        guard let own = try? reader.manifest(of: tree), !own.concepts.isEmpty else { return nil }
        return own
    }

    private func measured(_ audit: Audit, _ commit: String, _ judge: Manifest) throws -> StaticResult {
        // The score is all that is needed, and it needs no rule.
        let report = audit.run(rules: [])
        guard let own = (audit.input.tree as? CommitTree).flatMap({ own($0) }) else {
            return StaticResult(commit: commit, report, own: nil, waivers: "")
        }
        let ownReport =
            own.judgesAs(judge) ? report : Audit(try reader.commit(commit, manifest: own, known: known)).run(rules: [])
        return StaticResult(commit: commit, report, own: ownReport, waivers: own.allowances)
    }

    private func remember(_ audit: Audit, _ commit: String) throws {
        let facts = Dictionary(audit.input.files.map { ($0.path, $0.facts) }, uniquingKeysWith: { first, _ in first })
        var known = KnownFacts(python: audit.input.python)
        for entry in try repository.files(of: commit) {
            if let facts = facts[entry.path] { known.byBlob[KnownFacts.key(of: entry)] = facts }
        }
        self.known = known
    }
}

extension Manifest {
    /// What it excuses, as one text: two manifests with the same one excuse the same.
    fileprivate var allowances: String {
        waivers.map { "\($0.rule.value) \($0.symbol?.value ?? "") \($0.fingerprint?.value.text ?? "")" }.sorted()
            .joined(separator: "; ")
    }

    /// Whether another one finds the same implementations.
    fileprivate func judgesAs(_ other: Manifest) -> Bool {
        concepts == other.concepts && scopes == other.scopes && roots == other.roots
            && searchPaths == other.searchPaths && services == other.services && python == other.python
    }
}

extension StaticResult {
    /// Puts the names that a replay of the imports finds in the place of the implementations of every concept.
    fileprivate mutating func replaceSymbols(with query: Claim.NameQuery, in audit: Audit) throws {
        let model = audit.context.model
        guard let moment = StopPoint(query.moment) else {
            throw CommandFailure(
                "names.at: '\(query.moment)' is none of MODULE, MODULE:FUNCTION and MODULE:LINE",
                status: ExitStatus.usage)
        }
        let replay: ReplayResult
        do {
            replay = try ImportReplay(model: model).run(entry: query.entry, at: moment)
        } catch {
            // A commit in which the program is not there has no names, and says nothing.
            concepts = [:]
            return
        }
        guard replay.failure == nil, replay.stop != nil else {
            concepts = [:]
            return
        }
        let found = replay.names(
            matching: Glob(query.name, ignoresCase: true), modules: Glob(query.module, ignoresCase: true), in: model)
        for (concept, list) in concepts {
            let canonical = replay.object(named: list.canonical) ?? model.resolve(list.canonical).object
            var other = list
            other.symbols = Set(found.filter { $0.object != canonical }.map(\.name)).union([list.canonical])
            other.aliases = Dictionary(
                found.filter { $0.object == canonical }.map { ($0.name, list.canonical) },
                uniquingKeysWith: { first, _ in first })
            concepts[concept] = other
        }
    }
}
