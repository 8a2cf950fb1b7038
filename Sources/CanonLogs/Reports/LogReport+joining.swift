extension LogReport {
    /// The most places that are kept of what could not be read; the others are counted.
    static let maximumJoinedPlaces = 200

    /// Takes in what a later look at the same logs has found, so that many short looks read as one long one.
    public mutating func add(_ later: LogReport) {
        interval = Interval(joining: interval, later.interval)
        entries += later.entries
        filteredEntries += later.filteredEntries
        repeatedEntries += later.repeatedEntries
        for source in later.sources { add(source) }
        for service in later.services { add(service) }
        services.sort { $0.name < $1.name }
        for problem in later.problems { add(problem) }
        problems.sort(by: ProblemReport.comesFirst)
        limits += later.limits.filter { !limits.contains($0) }
        notes += later.notes.filter { !notes.contains($0) }
        incompleteCount += later.incompleteCount
        incomplete += later.incomplete.prefix(max(0, Self.maximumJoinedPlaces - incomplete.count))
    }

    private mutating func add(_ source: Source) {
        guard let place = sources.firstIndex(where: { $0.name == source.name }) else { return sources.append(source) }
        sources[place].entries += source.entries
        sources[place].bytes = max(sources[place].bytes, source.bytes)
        sources[place].problems += source.problems
        sources[place].isCutOff = sources[place].isCutOff || source.isCutOff
        sources[place].interval = Interval(joining: sources[place].interval, source.interval)
    }

    private mutating func add(_ service: Service) {
        guard let place = services.firstIndex(where: { $0.name == service.name }) else {
            return services.append(service)
        }
        services[place].entries += service.entries
        services[place].revisions = Set(services[place].revisions + service.revisions).sorted()
        services[place].interval = Interval(joining: services[place].interval, service.interval)
    }

    private mutating func add(_ problem: ProblemReport) {
        guard let place = problems.firstIndex(where: { $0.fingerprint == problem.fingerprint }) else {
            return problems.append(problem)
        }
        problems[place].add(problem)
    }
}

extension ProblemReport {
    /// Takes in what a later look has seen of the same problem.
    fileprivate mutating func add(_ later: ProblemReport) {
        // A look that has not seen it takes nothing back.
        guard later.count > 0 else { return }
        guard count > 0 else {
            self = later
            return
        }
        let earlier = self
        self = later
        // New or back in one of the looks is new or back in all of them.
        if state != .new, state != .regressed, earlier.state == .new || earlier.state == .regressed {
            state = earlier.state
            stateReason = earlier.stateReason
        }
        if earlier.priority < priority {
            priority = earlier.priority
            priorityEvidence = earlier.priorityEvidence
        }
        count += earlier.count
        newCount += earlier.newCount
        isLowerBound = isLowerBound || earlier.isLowerBound
        first = [earlier.first, first].compactMap(\.self).min()
        last = [earlier.last, last].compactMap(\.self).max()
        revisions = earlier.revisions
        for revision in later.revisions { add(revision) }
        instances = max(instances, earlier.instances)
        instancesAreCapped = instancesAreCapped || earlier.instancesAreCapped
        repeatedEntries += earlier.repeatedEntries
        mergedFingerprints = Set(earlier.mergedFingerprints + mergedFingerprints).sorted()
        samples = Array(earlier.samples.prefix(1) + samples.suffix(1))
        // The bars of the looks are of different lengths.
        timeline = []
    }

    private mutating func add(_ revision: Revision) {
        guard let place = revisions.firstIndex(where: { $0.name == revision.name }) else {
            return revisions.append(revision)
        }
        revisions[place].count += revision.count
        revisions[place].first = [revisions[place].first, revision.first].compactMap(\.self).min()
        revisions[place].last = [revisions[place].last, revision.last].compactMap(\.self).max()
    }

    /// The order of a report: new and returned ones first, then by priority and count.
    static func comesFirst(_ a: ProblemReport, _ b: ProblemReport) -> Bool {
        func rank(_ state: ProblemState) -> Int {
            switch state {
            case .regressed: 0
            case .new: 1
            case .known: 2
            case .unknown: 3
            case .resolved: 4
            }
        }
        if rank(a.state) != rank(b.state) { return rank(a.state) < rank(b.state) }
        if a.priority != b.priority { return a.priority < b.priority }
        if a.count != b.count { return a.count > b.count }
        return a.fingerprint < b.fingerprint
    }
}

extension LogReport.Interval {
    /// From the earlier beginning to the later end.
    fileprivate init?(joining a: Self?, _ b: Self?) {
        let both = [a, b].compactMap(\.self)
        var tally = Sightings.Tally()
        for text in both.flatMap({ [$0.first, $0.last] }) {
            var text = text
            tally.add(text.withUTF8 { LogTime.parse($0) })
        }
        self.init(tally)
    }
}
