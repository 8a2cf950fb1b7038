public import CanonCodeModel
import CanonFacts
import Dispatch
import Synchronization

/// One run over one state of the tree: facts in, one report out. It reads nothing but what it is given.
public struct Audit: Sendable {
    /// What is audited.
    public struct Input: Sendable {
        public var files: [CodeFile]
        public var tree: any SourceTree
        /// What an earlier run found out about single files of the tree.
        public var parts: FileParts
        public var manifest: Manifest
        public var today: CalendarDate
        public var python: String
        public var toolVersion: String
        public var commit: String?
        public var dirty: Bool?
        /// Files and folders that could not be read.
        public var unread: [Evidence]
        /// Judges what documents claim; nil when nobody can here.
        public var claims: (any ClaimReader)?
        /// Threads.
        public var jobs: Int

        public init(
            files: [CodeFile], tree: any SourceTree = SourceTreeInMemory(), parts: FileParts = FileParts(),
            manifest: Manifest = Manifest(),
            today: CalendarDate, python: String, toolVersion: String, commit: String? = nil, dirty: Bool? = nil,
            unread: [Evidence] = [], claims: (any ClaimReader)? = nil, jobs: Int = 1
        ) {
            self.files = files
            self.tree = tree
            self.parts = parts
            self.manifest = manifest
            self.today = today
            self.python = python
            self.toolVersion = toolVersion
            self.commit = commit
            self.dirty = dirty
            self.unread = unread
            self.claims = claims
            self.jobs = jobs
        }
    }

    public let input: Input
    public let context: RuleContext

    /// Links the program.
    public init(_ input: Input) {
        self.input = input
        let version = input.python.split(separator: ".").compactMap { Int($0) }
        let options = CodeModel.Options(
            searchRoots: input.manifest.searchPaths.map(\.value), jobs: input.jobs,
            environment: RuntimeEnvironment(version: version + [0]))
        context = RuleContext(
            model: CodeModel(files: input.files, options: options), manifest: input.manifest, tree: input.tree,
            today: input.today, parts: input.parts,
            claims: input.claims.map { ClaimJudging(reader: $0, python: input.python, commit: input.commit) })
    }

    /// Applies rules and weighs what they found.
    ///
    /// - Parameter rules: all but in tests.
    public func run(rules: [any Rule.Type] = RuleList.all) -> AuditReport {
        let manifest = input.manifest
        let off = Set(manifest.rulesOff.map(\.value))
        let collectors = Self.check(rules.filter { !off.contains($0.name) }, context, jobs: input.jobs)
        var integrity = integrityFindings(collectors, rules: rules)
        var findings = collectors.flatMap(\.findings)
        var waivers = WaiverLedger(manifest.waivers, today: input.today)
        for index in findings.indices { waivers.apply(to: &findings[index]) }
        let checked = Set(collectors.map(\.rule.name))
        if checked.contains(StaleEntryRule.name) {
            var stale = StaleEntries(manifest: manifest, findings: FindingCollector(rule: StaleEntryRule.identity))
            stale.unusedWaivers(waivers.unused.filter { checked.contains($0.rule.value) })
            integrity += stale.findings.findings
        }
        let owners = CodeOwners(tree: input.tree)
        findings = Self.sorted(findings + integrity)
        for index in findings.indices { complete(&findings[index], owners) }
        let incomplete = (input.unread + collectors.flatMap(\.incomplete)).sorted()
        return AuditReport(
            tool: .init(
                version: input.toolVersion, ruleSet: RuleSetHash.rules(rules, manifest),
                manifest: RuleSetHash.manifest(manifest)),
            commit: input.commit, dirty: input.dirty, python: input.python, scopes: scopeCounts(),
            score: Score(concepts: context.conceptScores, findings: findings), routes: context.conceptRoutes,
            findings: findings,
            isolation: isolation(findings, collectors), incomplete: incomplete)
    }

    // MARK: Rules

    private static func check(_ rules: [any Rule.Type], _ context: RuleContext, jobs: Int) -> [FindingCollector] {
        let collectors = Mutex<[FindingCollector?]>(Array(repeating: nil, count: rules.count))
        let next = Atomic(0)
        let hasSwift = context.model.files.contains { $0.facts.language == .swift }
        let contexts = hasSwift ? [context, context.narrowed(to: [.python])] : [context]
        let order = rules.indices.filter { isSlow(rules[$0]) } + rules.indices.filter { !isSlow(rules[$0]) }
        DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, rules.count))) { _ in
            while true {
                let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard turn < order.count else { return }
                let index = order[turn]
                var collector = FindingCollector(rule: rules[index].identity)
                let sees = rules[index].languages.contains(.swift) ? contexts.first : contexts.last
                rules[index].check(sees ?? context, &collector)
                collectors.withLock { $0[index] = collector }
            }
        }
        return collectors.withLock { $0.compactMap(\.self) }
    }

    /// What takes longest begins first, so that no thread is at work alone at the end.
    private static func isSlow(_ rule: any Rule.Type) -> Bool {
        [SharedUserStateRule.name, MockDriftRule.name, UncollectableTestRule.name, BrokenImportRule.name].contains(
            rule.name)
    }

    private func integrityFindings(_ collectors: [FindingCollector], rules: [any Rule.Type]) -> [Finding] {
        let manifest = input.manifest
        var off = FindingCollector(rule: IntegrityRules.ruleOff)
        for entry in manifest.rulesOff {
            off.add(
                ["audit.rules", entry.value], at: manifest.path, line: entry.line,
                message: "\(entry.value) is switched off")
        }
        var idle = FindingCollector(rule: IntegrityRules.ruleMatchedNothing)
        for (rule, collector) in zip(
            rules.filter { !Set(manifest.rulesOff.map(\.value)).contains($0.name) }, collectors)
        where collector.examined == 0 && rule.isConfigured(by: manifest) {
            idle.add(
                ["audit.rules", rule.name], at: manifest.path, line: 0,
                message: "\(rule.name) is configured and found nothing to look at")
        }
        var incomplete = FindingCollector(rule: IntegrityRules.analysisIncomplete)
        for gap in input.unread + collectors.flatMap(\.incomplete) {
            incomplete.add([gap.path], at: gap.path, line: gap.line, message: gap.text)
        }
        return off.findings + idle.findings + incomplete.findings
    }

    // MARK: Findings

    /// Fills in what does not depend on the rule.
    private func complete(_ finding: inout Finding, _ owners: CodeOwners) {
        let concept = finding.concept.flatMap { name in input.manifest.concepts.first { $0.name == name } }
        // Who depends on a thing and what breaks with it says something of live code only.
        let isLive = finding.scope == .live
        finding.priority = Priority.of(
            severity: finding.severity, onGoldenPath: isLive && (concept?.isOnGoldenPath ?? false),
            consumers: isLive ? finding.consumers : 0)
        finding.owner = concept?.owner ?? owners.owner(of: finding.path)
        // With a deadline it takes history to tell: `AuditReport.escalated`.
        finding.escalateTo = concept.flatMap { $0.escalateAfter == nil ? $0.escalateTo : nil } ?? []
        finding.impact = concept?.impact
        if finding.evidence.count > Finding.maximumEvidence {
            finding.evidence.removeLast(finding.evidence.count - Finding.maximumEvidence)
        }
        if finding.places.count > Finding.maximumPlaces {
            finding.places.removeLast(finding.places.count - Finding.maximumPlaces)
        }
    }

    /// Findings are large: their places are sorted, and each of them is moved once.
    static func sorted(_ findings: [Finding]) -> [Finding] {
        let orders = findings.reading { finding, place in FindingOrder(finding.pointee, place: place) }
        // Those of a comparison were sorted before it, and it changes few of them.
        if zip(orders, orders.dropFirst()).allSatisfy({ $0 < $1 }) { return findings }
        return orders.withUnsafeBufferPointer { orders in
            orders.indices.sorted { orders[$0] < orders[$1] }.map { findings[$0] }
        }
    }

    private func isolation(_ findings: [Finding], _ collectors: [FindingCollector]) -> AuditReport.Isolation {
        let shared = findings.filter { $0.rule == "shared-user-state" && $0.scope == .live }
        let cleared = collectors.first { $0.rule.name == "shared-user-state" }?.cleared ?? []
        return AuditReport.Isolation(
            confirmed: shared.filter { $0.confidence != .review }.map(\.fingerprint),
            review: shared.filter { $0.confidence == .review }.map(\.fingerprint),
            refuted: cleared.map { Evidence(path: $0.path, line: $0.line, text: "\($0.symbol): \($0.message)") },
            canary: "not measured")
    }

    private func scopeCounts() -> [SourceScope: AuditReport.ScopeCount] {
        var counts: [SourceScope: AuditReport.ScopeCount] = [:]
        for scope in SourceScope.allCases {
            let files = context.files(in: scope)
            guard !files.isEmpty || scope == .live else { continue }
            counts[scope] = .init(
                files: files.count,
                bytes: files.reduce(0) { $0 + Int(context.model.files[Int($1.rawValue)].facts.byteCount) })
        }
        return counts
    }
}

/// By what findings are sorted: the worst first, then by rule and symbol; else in the order in which they were found.
private struct FindingOrder: Comparable {
    private let severity: Severity
    private let rule: String
    private let symbol: String
    private let fingerprint: Fingerprint
    let place: Int

    init(_ finding: Finding, place: Int) {
        severity = finding.severity
        rule = finding.rule
        symbol = finding.symbol
        fingerprint = finding.fingerprint
        self.place = place
    }

    static func < (a: FindingOrder, b: FindingOrder) -> Bool {
        if a.severity != b.severity { return a.severity > b.severity }
        if a.rule != b.rule { return a.rule < b.rule }
        if a.symbol != b.symbol { return a.symbol < b.symbol }
        if a.fingerprint != b.fingerprint { return a.fingerprint < b.fingerprint }
        return a.place < b.place
    }
}
