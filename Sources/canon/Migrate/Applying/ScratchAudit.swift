import CanonAudit
import CanonCodeModel

/// The audit of a scratch tree before and after the changes: the same manifest, the same files.
struct ScratchAudit {
    /// How far a program is from one implementation.
    struct Standing: Equatable {
        var concept: String
        var implementations: Int
        /// Modules that reach the concept in another way than the registered one.
        var strays: Int
        /// Statements that import the canonical object through a path that is not registered.
        var statements: Int
        /// The objects that give way, and the places in other files that take them. The audit need not hold them for implementations
        /// when somebody names them.
        var givingWay: Int
    }

    /// What the changes made of the program.
    struct Result {
        var before: Standing
        var after: Standing
        var comparison: AuditReport
    }

    private let settings: AuditSettings
    private let plan: MigrationPlan
    private let conceptName: String?
    /// Whether only a part of the program was to change.
    private let isPartial: Bool
    private let before: (audit: Audit, report: AuditReport, standing: Standing)

    /// Audits the tree as it is before the changes.
    ///
    /// - Parameters:
    ///   - settings: those of the plan. The folder in the scratch tree takes the place of theirs; a manifest stays where it is.
    ///   - conceptName: nil for the concept of the plan's target.
    init(
        of folder: String, _ settings: AuditSettings, _ plan: MigrationPlan, concept conceptName: String?,
        isPartial: Bool
    ) throws {
        var settings = settings
        if settings.config == nil {
            // It may be a file that git ignores.
            settings.config = try AuditReader(settings).manifestText().map { _ in
                settings.path + "/" + ManifestFile.name
            }
        }
        settings.path = folder
        settings.cache = nil
        self.settings = settings
        self.plan = plan
        self.conceptName = conceptName
        self.isPartial = isPartial
        before = try Self.audit(settings, plan, conceptName)
    }

    private static func audit(_ settings: AuditSettings, _ plan: MigrationPlan, _ conceptName: String?) throws
        -> (audit: Audit, report: AuditReport, standing: Standing)
    {
        do {
            var input = try AuditReader(settings).workTree()
            let audit: Audit
            let declared = Audit(input)
            if let standing = Self.standing(declared, declared.run(), plan, conceptName) { return standing }
            // Nobody declared it: the plan's target is what there should be one of.
            input.manifest.concepts.append(
                Manifest.Concept(name: plan.target, line: 0, canonical: .init(plan.target, line: 0)))
            audit = Audit(input)
            let report = audit.run()
            guard let standing = Self.standing(audit, report, plan, plan.target) else {
                throw ApplyFailure(.audit, "the audit finds no \(plan.target)")
            }
            return standing
        } catch let failure as CommandFailure {
            throw ApplyFailure(.audit, failure.description)
        }
    }

    private static func standing(
        _ audit: Audit, _ report: AuditReport, _ plan: MigrationPlan, _ conceptName: String?
    ) -> (audit: Audit, report: AuditReport, standing: Standing)? {
        // The target may be called by an alias, and it may be the concept's factory.
        let target = audit.context.model.resolve(plan.target).object
        let declared = audit.context.concepts.first { concept in
            conceptName.map { concept.name == $0 }
                ?? (target != nil && (concept.canonical == target || concept.factory == target))
        }
        guard let declared, let found = report.score.concepts.first(where: { $0.name == declared.name }) else {
            return nil
        }
        let paths = report.findings.filter { $0.rule == "import-path" && $0.concept == found.name }
        let standing = Standing(
            concept: found.name, implementations: found.implementations, strays: found.consumers - found.bound,
            statements: paths.reduce(0) { $0 + $1.placeCount },
            givingWay: Set(plan.sources.compactMap { audit.context.model.resolve($0).object }).subtracting(
                [target].compactMap(\.self)
            ).reduce(0) { $0 + 1 + audit.context.model.consumers(of: $1).count })
        return (audit, report, standing)
    }

    /// Audits the tree again, after the changes.
    ///
    /// - Throws: ``ApplyFailure`` unless the program is better off, and nowhere worse.
    func compare() throws -> Result {
        let after = try Self.audit(settings, plan, conceptName)
        let moved = ScopeShrinkage.moves(base: before.audit.context, now: after.audit.context)
        let report = after.report.compared(with: before.report, named: "the tree before", moved: moved)
        let result = Result(before: before.standing, after: after.standing, comparison: report)
        try require(result)
        return result
    }

    private func require(_ result: Result) throws {
        guard let comparison = result.comparison.comparison else { return }
        guard comparison.blocked.isEmpty else {
            throw ApplyFailure(
                .audit, "what was found before and after cannot be compared:" + comparison.blocked.listed())
        }
        try requireFall(result.before, result.after)
        let worse = Set(comparison.new + comparison.worse)
        let findings = result.comparison.findings.filter { worse.contains($0.fingerprint) && !$0.isIntegrity }
        guard findings.isEmpty else {
            let (noun, verb) = findings.count == 1 ? ("finding", "is") : ("findings", "are")
            throw ApplyFailure(
                .audit,
                "the changes would bring \(findings.count) \(noun) that \(verb) new or worse. Leave the files out with --only, "
                    + "or waive in the manifest what is to stay for now:"
                    + findings.map { "\($0.rule)  \($0.path):\($0.line)  \($0.message)" }.listed())
        }
    }

    private func requireFall(_ before: Standing, _ after: Standing) throws {
        let figures =
            "implementations \(before.implementations) → \(after.implementations), modules on another path "
            + "\(before.strays) → \(after.strays), stray import statements \(before.statements) → \(after.statements), "
            + "objects that give way and their uses \(before.givingWay) → \(after.givingWay)"
        if before.implementations > 1, !isPartial, after.implementations >= before.implementations {
            throw ApplyFailure(
                .audit,
                "the implementations of \(before.concept) do not become fewer (\(figures)): the plan without --apply says what "
                    + "blocks their removal; --only moves consumers alone")
        }
        // Mending documents makes no program better.
        guard plan.changes.contains(where: { $0.path.hasSuffix(".py") }) else { return }
        let fell =
            after.implementations < before.implementations || after.strays < before.strays
            || after.statements < before.statements || after.givingWay < before.givingWay
        guard fell, after.givingWay <= before.givingWay, after.implementations <= before.implementations,
            after.strays <= before.strays
        else {
            throw ApplyFailure(.audit, "\(before.concept) is not better off afterwards: \(figures)")
        }
    }
}
