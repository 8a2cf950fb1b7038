/// Makes problems of what a run has seen: shapes of one template are one, entries about one exception are one, and what the
/// memory knows under a fingerprint keeps it.
struct ProblemGrouper {
    /// What the memory knows of identities.
    struct Known: Sendable {
        var shapes: [KnownShape] = []
        /// When each problem was first seen; the oldest keeps its fingerprint when several turn out to be one.
        var firstSeen: [String: Int64] = [:]
        /// Fingerprints that lead to another.
        var aliases: [String: String] = [:]

        func current(_ fingerprint: String) -> String {
            var fingerprint = fingerprint
            var steps = 0
            while let next = aliases[fingerprint], steps < 100 {
                fingerprint = next
                steps += 1
            }
            return fingerprint
        }
    }

    /// A message of a template counts as an echo of an exception when so much of it stands beside one.
    private static let echoShare = 0.9

    private struct Key: Hashable {
        var template: TemplateID
        var logger: String
        var service: String
    }

    let known: Known

    /// Takes what the collector has, and leaves the miner with what the memory has as well.
    func groups(of collector: ProblemCollector) -> [ProblemGroup] {
        let remembered = collector.remember(known.shapes)
        let templates = collector.miner.templates()
        var byFingerprint: [String: ProblemGroup] = [:]
        for group in messageGroups(collector, remembered, templates) + exceptionGroups(collector) {
            if var other = byFingerprint[group.fingerprint] {
                other.members += group.members
                other.merged.formUnion(group.merged)
                if case .exception = group.identity { other.identity = group.identity }
                byFingerprint[group.fingerprint] = other
            } else {
                byFingerprint[group.fingerprint] = group
            }
        }
        return joined(byFingerprint.values.sorted { $0.fingerprint < $1.fingerprint })
    }

    // MARK: Messages

    private func messageGroups(
        _ collector: ProblemCollector, _ remembered: [ShapeID], _ templates: TemplateSet
    ) -> [ProblemGroup] {
        var members: [Key: [Sightings]] = [:]
        var texts: [TemplateID: String] = [:]
        for sightings in collector.sightings {
            guard case .message(let shape) = sightings.kind else { continue }
            let template = templates.template(of: shape)
            // A shape over the miner's cap has no template of its own.
            let id = template?.id ?? TemplateID(rawValue: shape.low)
            texts[id] = template?.text ?? "messages of \(shape.low) words (too many kinds to tell apart)"
            members[Key(template: id, logger: sightings.logger, service: sightings.service), default: []].append(
                sightings)
        }
        var candidates: [Key: Set<String>] = [:]
        var byShape: [String: String] = [:]
        for (shape, id) in zip(known.shapes, remembered) {
            let fingerprint = known.current(shape.fingerprint)
            byShape[shape.shape + "\u{0}" + shape.logger + "\u{0}" + shape.service] = fingerprint
            guard let template = templates.template(of: id) else { continue }
            candidates[Key(template: template.id, logger: shape.logger, service: shape.service), default: []].insert(
                fingerprint)
        }
        return members.map { key, sightings in
            var names = candidates[key] ?? []
            for case .message(let shape) in sightings.map(\.kind) {
                if let name = byShape["\(shape)\u{0}\(key.logger)\u{0}\(key.service)"] { names.insert(name) }
            }
            let text = Masker.masked(texts[key.template] ?? "")
            let own = ProblemGroup.fingerprint(template: text, logger: key.logger, service: key.service)
            if names.isEmpty { names = [known.current(own)] }
            let oldest = names.min { (known.firstSeen[$0] ?? .max, $0) < (known.firstSeen[$1] ?? .max, $1) } ?? own
            return ProblemGroup(
                fingerprint: oldest, merged: names.subtracting([oldest]), identity: .template(text), members: sightings)
        }
    }

    // MARK: Exceptions

    private func exceptionGroups(_ collector: ProblemCollector) -> [ProblemGroup] {
        collector.sightings.compactMap { sightings in
            guard case .exception(let exception) = sightings.kind else { return nil }
            return ProblemGroup(
                fingerprint: known.current(ProblemGroup.fingerprint(of: exception)), identity: .exception(exception),
                members: [sightings])
        }
    }

    // MARK: Two entries about one failure

    /// Messages that are logged beside an exception, on the same instance at the same time and naming it, are part of its problem.
    private func joined(_ groups: [ProblemGroup]) -> [ProblemGroup] {
        var groups = groups
        let exceptions = groups.indices.filter { if case .exception = groups[$0].identity { true } else { false } }
        guard !exceptions.isEmpty else { return groups }
        var absorbed: Set<Int> = []
        for index in groups.indices {
            guard case .template(let template) = groups[index].identity,
                groups[index].severity >= .error || groups[index].severity == .unspecified,
                let host = exceptions.first(where: { isEcho(groups[index], of: groups[$0]) })
            else { continue }
            let echo = groups[index]
            groups[host].members += echo.members
            if known.firstSeen[echo.fingerprint] != nil { groups[host].merged.insert(echo.fingerprint) }
            groups[host].echoes.append(
                ProblemEcho(template: template, count: echo.members.reduce(0) { $0 + $1.all.count }))
            absorbed.insert(index)
        }
        return groups.indices.filter { !absorbed.contains($0) }.map { groups[$0] }
    }

    private func isEcho(_ group: ProblemGroup, of host: ProblemGroup) -> Bool {
        guard case .exception(let exception) = host.identity, !Set(group.services).isDisjoint(with: host.services),
            group.samples.contains(where: { Self.names($0.text, exception) })
        else { return false }
        var moments: [UInt64: [Int64]] = [:]
        for member in host.members {
            for moment in member.moments { moments[moment.instance, default: []].append(moment.time) }
        }
        for instance in moments.keys { moments[instance]?.sort() }
        let own = group.members.flatMap(\.moments)
        guard !own.isEmpty else { return false }
        let beside = own.count { moment in
            guard let times = moments[moment.instance] else { return false }
            let next = times.place { $0 >= moment.time - ProblemGroup.sameFailure }
            return next < times.count && times[next] <= moment.time + ProblemGroup.sameFailure
        }
        return Double(beside) >= Double(own.count) * Self.echoShare
    }

    private static func names(_ text: String, _ exception: ExceptionShape) -> Bool {
        let type = exception.type.split(separator: ".").last.map(String.init) ?? exception.type
        if text.contains(type) { return true }
        let message = exception.message.prefix(60)
        return message.utf8.count >= 8 && text.contains(message)
    }
}

extension [Int64] {
    /// In a sorted list, the place of the first element that satisfies what all after it do.
    fileprivate func place(where satisfies: (Int64) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if satisfies(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
