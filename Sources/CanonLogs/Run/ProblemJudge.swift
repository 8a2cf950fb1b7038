/// Compares what a run has seen with what the memory knows, and says of each problem in which state it is.
struct ProblemJudge {
    let snapshot: LogMemory.Snapshot
    let services: [ServiceTally]
    let filter: ProblemCollector.Filter
    /// Why an absence says nothing in this run.
    let doubt: String?
    let interval: Sightings.Tally
    let sourceNames: [String]
    let isLowerBound: Bool

    /// How many entries must have been expected for their absence to mean something: with three, an unchanged problem stays
    /// away by chance once in twenty times (Poisson, e⁻³).
    static let enoughExpected = 3.0

    struct Judgement {
        var report: ProblemReport
        var stored: StoredProblem
        /// Nil for a problem that this run has not seen.
        var group: ProblemGroup?
    }

    func judgements(of groups: [ProblemGroup]) -> [Judgement] {
        let seen = groups.map(judge)
        let names = Set(groups.flatMap { [$0.fingerprint] + $0.merged })
        let absent = snapshot.problems.values.filter { !names.contains($0.fingerprint) }
            .sorted { $0.fingerprint < $1.fingerprint }.compactMap(judgeAbsent)
        return seen + absent
    }

    // MARK: Seen

    private func judge(_ group: ProblemGroup) -> Judgement {
        let totals = group.totals
        let held = merged(group)
        let transition = ProblemTransition(
            status: held?.status, observation: observation(group, totals, held?.status), lastSeen: held?.last)
        var total = Sightings.Tally(count: held?.count ?? 0, first: held?.first, last: held?.last)
        total.merge(totals.fresh)
        let seconds = interval.first.flatMap { first in interval.last.map { $0 - first } }
        let words = (group.samples.map(\.text) + [group.title]).joined(separator: "\n")
        let verdict = PriorityVerdict(
            severity: group.severity, count: totals.all.count, interval: seconds, revisions: group.revisions.count,
            instances: group.instances.count, words: words)
        var stored = stored(group, held: held, total: total, transition: transition)
        stored.priority = verdict.priority
        var report = report(stored, transition)
        report.priorityEvidence = verdict.evidence
        report.severity = group.severity.name
        report.count = totals.all.count
        report.newCount = totals.fresh.count
        report.repeatedEntries = totals.repeated
        report.first = totals.all.first.map { LogTime.text($0, milliseconds: true) }
        report.last = totals.all.last.map { LogTime.text($0, milliseconds: true) }
        report.isLowerBound = isLowerBound
        report.revisions = group.revisions.sorted { ($0.value.first ?? 0, $0.key) < ($1.value.first ?? 0, $1.key) }.map
        {
            ProblemReport.Revision(
                name: $0.key, count: $0.value.count, first: $0.value.first.map { LogTime.text($0, milliseconds: true) },
                last: $0.value.last.map { LogTime.text($0, milliseconds: true) })
        }
        report.instances = group.instances.count
        report.instancesAreCapped = group.members.contains { $0.instancesAreCapped }
        report.mergedFingerprints = group.merged.sorted()
        report.samples = group.samples.map { quote($0, isOfThisRun: true) }
        if let first = interval.first, let last = interval.last {
            report.timeline = group.timeline.binned(from: first, to: last, bins: 48)
        }
        return Judgement(report: report, stored: stored, group: group)
    }

    /// What the memory holds of the group: of several problems that turned out to be one, all together.
    private func merged(_ group: ProblemGroup) -> StoredProblem? {
        var result = snapshot.problems[group.fingerprint]
        for name in group.merged.sorted() {
            guard let other = snapshot.problems[name] else { continue }
            guard var held = result else {
                result = other
                continue
            }
            held.count += other.count
            held.first = [held.first, other.first].compactMap(\.self).min()
            held.last = [held.last, other.last].compactMap(\.self).max()
            if other.status == .open { held.status = .open }
            result = held
        }
        return result
    }

    private func observation(_ group: ProblemGroup, _ totals: ProblemGroup.Totals, _ status: ProblemStatus?)
        -> Observation
    {
        guard totals.fresh.count > 0 || status == nil else { return .seenBefore }
        guard case .resolved(let fix) = status else { return .seen(.plain) }
        guard let revision = fix.revision else {
            guard let last = totals.fresh.last, let after = fix.after else { return .seen(.afterFix) }
            return .seen(last > after ? .afterFix : .beforeFix)
        }
        let order = order(of: group.service, fix: fix)
        let verdicts = group.freshRevisions.keys.map { order.isNewer($0, than: revision) }
        if verdicts.contains(true) { return .seen(.afterFix) }
        return .seen(!verdicts.isEmpty && verdicts.allSatisfy { $0 == false } ? .beforeFix : .unordered)
    }

    private func order(of service: String, fix: ProblemStatus.Fix?) -> RevisionOrder {
        var firstSeen = snapshot.known.services[service]?.revisions ?? [:]
        for revision in services.first(where: { $0.name == service })?.revisions ?? [] {
            guard let first = revision.tally.first else { continue }
            firstSeen[revision.name] = min(firstSeen[revision.name] ?? first, first)
        }
        // A revision that has not logged yet comes after everything that the problem was seen on.
        if let revision = fix?.revision, firstSeen[revision] == nil { firstSeen[revision] = fix?.after }
        return RevisionOrder(firstSeen: firstSeen)
    }

    // MARK: Absent

    /// Nil when there is nothing to say: it was resolved before, and still is.
    private func judgeAbsent(_ problem: StoredProblem) -> Judgement? {
        guard problem.status == .open else { return nil }
        let order = order(of: problem.service, fix: nil)
        let revisions = services.first { $0.name == problem.service }?.revisions.map(\.name) ?? []
        let newest = revisions.max { order.isNewer($1, than: $0) ?? ($0 < $1) }
        let transition = ProblemTransition(
            status: problem.status, observation: .absent(coverage(problem)), newest: newest, lastSeen: problem.last)
        var stored = problem
        stored.status = transition.status
        stored.state = transition.state
        return Judgement(report: report(stored, transition), stored: stored, group: nil)
    }

    private func coverage(_ problem: StoredProblem) -> Observation.Coverage {
        if let doubt { return .insufficient(doubt) }
        if !filter.services.isEmpty, !filter.services.contains(problem.service) {
            return .insufficient("its service was not looked at (--service)")
        }
        if problem.severity != .unspecified, problem.severity < filter.severity {
            return .insufficient("its severity was not looked at (--min-severity)")
        }
        guard let service = services.first(where: { $0.name == problem.service }), service.later > 0 else {
            return .insufficient("its service logged nothing new")
        }
        let entries = snapshot.known.services[problem.service]?.entries ?? 0
        let expected = entries > 0 ? Double(service.later) * Double(problem.count) / Double(entries) : 0
        guard expected >= Self.enoughExpected else {
            return .insufficient(
                "its service logged \(service.later) new entries, in which too few of it were to be expected to tell")
        }
        return .enough(expected: expected)
    }

    // MARK: Shapes of the result

    private func stored(
        _ group: ProblemGroup, held: StoredProblem?, total: Sightings.Tally, transition: ProblemTransition
    ) -> StoredProblem {
        var template = ""
        var exception: ProblemReport.Exception?
        switch group.identity {
        case .template(let text): template = text
        case .exception(let shape):
            template = shape.message
            exception = ProblemReport.Exception(type: shape.type, frames: shape.frames)
        }
        var title = group.title
        // Messages that stand for an exception do not make it a message.
        if exception == nil, let held, held.kind == .exception {
            exception = held.exception
            template = held.template
            title = held.title
        }
        return StoredProblem(
            fingerprint: group.fingerprint, kind: exception == nil ? .message : .exception, title: title,
            template: template, exception: exception, logger: group.logger, service: group.service,
            severity: max(group.severity, held?.severity ?? .unspecified), priority: .p3, count: total.count,
            first: total.first, last: total.last, status: transition.status, state: transition.state,
            place: group.place,
            code: group.code ?? held?.code, samples: group.samples,
            echoes: group.echoes.isEmpty ? held?.echoes ?? [] : group.echoes)
    }

    private func report(_ stored: StoredProblem, _ transition: ProblemTransition) -> ProblemReport {
        ProblemReport(
            fingerprint: stored.fingerprint, state: transition.state, stateReason: transition.reason, kind: stored.kind,
            title: stored.title, template: stored.template, exception: stored.exception, service: stored.service,
            logger: stored.logger, severity: stored.severity.name, priority: stored.priority.name, priorityEvidence: [],
            count: 0, newCount: 0, totalCount: stored.count, isLowerBound: false,
            first: stored.first.map { LogTime.text($0, milliseconds: true) },
            last: stored.last.map { LogTime.text($0, milliseconds: true) }, revisions: [], instances: 0,
            instancesAreCapped: false, environment: stored.place, code: stored.code, alsoLoggedAs: stored.echoes,
            repeatedEntries: 0, mergedFingerprints: [], samples: stored.samples.map { quote($0, isOfThisRun: false) },
            timeline: [])
    }

    private func quote(_ sample: Sample, isOfThisRun: Bool) -> ProblemReport.Quote {
        ProblemReport.Quote(
            text: sample.text, insertId: sample.insertID,
            time: sample.time.map { LogTime.text($0, milliseconds: true) },
            revision: sample.revision,
            source: isOfThisRun && sourceNames.indices.contains(sample.source) ? sourceNames[sample.source] : nil,
            offset: sample.offset)
    }
}
