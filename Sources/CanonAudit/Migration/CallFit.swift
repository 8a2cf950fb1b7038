import CanonCodeModel
import CanonFacts

/// Holds the calls of what gives way against what takes its place.
struct CallFit {
    private let goal: MigrationGoal
    private let model: CodeModel
    private let interfaces: [ObjectID: Interface]
    /// By object that gives way.
    private let replacements: [ObjectID: Interface]
    private let classes: Set<ObjectID>
    private let fronted: Set<ObjectID>

    init(_ goal: MigrationGoal, _ model: CodeModel) {
        self.goal = goal
        self.model = model
        var interfaces: [ObjectID: Interface] = [:]
        var replacements: [ObjectID: Interface] = [:]
        for source in goal.sources {
            guard let path = goal.replacements[source], let target = model.resolve(path.description).object else {
                continue
            }
            interfaces[source] = Interface(source, model)
            replacements[source] = Interface(target, model)
        }
        self.interfaces = interfaces
        self.replacements = replacements
        fronted = goal.fronted
        // What is made behind a front is the same as before.
        classes = Set(
            goal.sources.filter { !goal.fronted.contains($0) && model.kind(of: $0) == .class })
    }

    /// Whether there is anything to compare.
    var isTrivial: Bool { interfaces.isEmpty }

    /// A call site that does not fit, with the object that it is written for.
    struct Misfit {
        var source: ObjectID
        var call: UnfitCall
    }

    /// - Parameter calls: the calls of the file, read from its source.
    func misfits(in file: FileID, calls: [CallShape]) -> [Misfit] {
        let facts = model.facts(of: file)
        let names = InstanceNames(of: classes, in: file, model)
        var shapes: [String: CallShape] = [:]
        for call in calls { shapes["\(call.line):\(call.column):\(call.callee)"] = call }
        var found: [Misfit] = []
        func add(_ source: ObjectID, _ line: UInt32, _ text: String, _ reason: String) {
            found.append(
                Misfit(
                    source: source,
                    call: UnfitCall(
                        path: model.path(of: file), line: Int(line), call: text, source: model.symbol(of: source),
                        reason: reason)))
        }
        for (_, event) in facts.events.selecting([.call, .use])
        where !event.flags.contains(.unresolved) && !names.isEmpty {
            let text = facts.names[event.name]
            guard let (source, rest) = names.instance(text, in: event.declaration), let first = rest.first else {
                continue
            }
            let call = rest.count == 1 && event.kind == .call ? shapes[Self.key(event, text)] : nil
            if let reason = misfit(source, member: String(first), call, isBound: true) {
                add(source, event.line, call?.text ?? text, reason)
            }
        }
        for reference in model.references(in: file) {
            let event = facts.events[Int(reference.event)]
            let text = facts.names[event.name]
            let shape = event.kind == .call ? shapes[Self.key(event, text)] : nil
            if fronted.contains(reference.object) {
                guard let reason = misfitOfFront(reference, facts) else { continue }
                add(reference.object, event.line, shape?.text ?? text, reason)
            } else if interfaces[reference.object] != nil {
                guard let shape, let reason = misfitOfCall(reference.object, shape) else { continue }
                add(reference.object, event.line, shape.text, reason)
            } else if let source = model.enclosingClass(of: reference.object), interfaces[source] != nil,
                let reason = misfit(source, member: model.name(of: reference.object), nil, isBound: false)
            {
                add(source, event.line, shape?.text ?? text, reason)
            }
        }
        found += inherited(in: file, calls)
        found += patched(in: file, calls, names)
        var seen: Set<UnfitCall> = []
        return found.filter { seen.insert($0.call).inserted }
    }

    /// What tells one call of a file from the others.
    private static func key(_ event: Event, _ callee: String) -> String { "\(event.line):\(event.column):\(callee)" }

    /// What takes an object's place, as it is called there.
    private func replacementName(_ source: ObjectID) -> String { goal.replacements[source]?.name ?? "" }

    // MARK: One use

    /// Why code that means the class itself does not fit a front, which is another class; an annotation does.
    private func misfitOfFront(_ reference: Reference, _ facts: FileFacts) -> String? {
        guard let name = goal.replacements[reference.object]?.name else { return nil }
        let made = model.name(of: reference.object)
        let factory = goal.concept?.declared.factory.map { "; \($0.value) gives one" } ?? ""
        switch reference.kind {
        case .annotation: return nil
        case .call: return "\(name) only hands out instances of \(made), and a call of it makes none\(factory)"
        case .use, .decorator:
            // Another name for it is no use.
            let next = Int(reference.event) + 1
            if next < facts.events.count {
                let binding = facts.events[next]
                if binding.kind == .bind, binding.valueKind == .reference, binding.line == reference.line,
                    binding.value == facts.events[Int(reference.event)].name
                {
                    return nil
                }
            }
            return "\(name) is another class than \(made), whose instances it hands out"
        }
    }

    /// Why a call of the object itself does not fit its replacement, although it fits the object.
    private func misfitOfCall(_ source: ObjectID, _ call: CallShape) -> String? {
        guard let old = interfaces[source], let new = replacements[source] else { return nil }
        let name = replacementName(source)
        if let before = old.construction, let after = new.construction {
            if before.isAsync != after.isAsync {
                return after.isAsync ? "\(name) is async, and it is not" : "\(name) is not async, and it is"
            }
            if let reason = after.misfit(of: call), before.misfit(of: call) == nil {
                return "\(name)(…): \(reason)"
            }
        }
        return nil
    }

    private func misfit(_ source: ObjectID, member: String, _ call: CallShape?, isBound: Bool) -> String? {
        guard let old = interfaces[source], let new = replacements[source] else { return nil }
        let name = "\(replacementName(source)).\(member)"
        guard let after = new.member(member) else {
            // What the old one lacks as well is not lost.
            guard !new.mayHaveMore, old.member(member) != nil else { return nil }
            return "\(replacementName(source)) has no '\(member)'"
        }
        guard let before = old.member(member) else { return nil }
        switch (before, after) {
        case (.method(let before), .method(let after)):
            if before.isAsync != after.isAsync {
                return after.isAsync
                    ? "\(name) is async, and that of \(model.name(of: source)) is not"
                    : "\(name) is not async, and that of \(model.name(of: source)) is"
            }
            guard isBound, let call, let reason = after.misfit(of: call), before.misfit(of: call) == nil else {
                return nil
            }
            return "\(name)(…): \(reason)"
        case (.method, .attribute): return call == nil ? nil : "\(name) is no method"
        case (.attribute, .method): return "\(name) is a method, and that of \(model.name(of: source)) is not"
        case (.attribute, .attribute): return nil
        }
    }

    // MARK: Subclasses

    /// What classes of a file that inherit from an object take from it: `super().send(…)`, `self.send(…)`.
    private func inherited(in file: FileID, _ calls: [CallShape]) -> [Misfit] {
        var found: [Misfit] = []
        for object in model.classes(in: file) where interfaces[object] == nil {
            let info = model.classInfo(of: object)
            guard let source = info.ancestors.first(where: { classes.contains($0) }),
                let declaration = model.declaration(of: object)
            else { continue }
            let own = Interface.names(of: object, without: source, model)
            for call in calls where call.line >= Int(declaration.line) && call.line <= Int(declaration.endLine) {
                let parts = call.callee.split(separator: ".").map(String.init)
                guard parts.count >= 2, parts[0] == "super()" || parts[0] == "self" else { continue }
                if parts[0] == "self", own.contains(parts[1]) { continue }
                if parts[0] == "super()", parts[1] == "__init__" {
                    guard let reason = misfitOfCall(source, call) else { continue }
                    found.append(misfit(source, call, file, reason))
                } else if let reason = misfit(
                    source, member: parts[1], parts.count == 2 ? call : nil, isBound: true)
                {
                    found.append(misfit(source, call, file, reason))
                }
            }
        }
        return found
    }

    private func misfit(_ source: ObjectID, _ call: CallShape, _ file: FileID, _ reason: String) -> Misfit {
        Misfit(
            source: source,
            call: UnfitCall(
                path: model.path(of: file), line: call.line, call: call.text, source: model.symbol(of: source),
                reason: reason))
    }

    // MARK: Tests that replace members

    /// `patch.object(Old, "send")`: the member must be there.
    private func patched(in file: FileID, _ calls: [CallShape], _ names: InstanceNames) -> [Misfit] {
        calls.compactMap { call in
            guard let first = call.firstReference, let member = call.secondText,
                call.callee.hasSuffix("patch.object") || call.callee.hasSuffix(".setattr"),
                let object = model.resolve(first, in: file).object, classes.contains(object),
                let reason = misfit(object, member: member, nil, isBound: false)
            else { return nil }
            return misfit(object, call, file, reason)
        }
    }
}
