import CanonCodeModel
import CanonFacts

/// Names that are taken, inside of a `try`, from a module that may be only half loaded.
///
/// A imports a name of B behind `except ImportError`, and B, before it binds that name, imports something that leads back to
/// A. Whoever imports B first makes A's statement fail, silently: A finds B in `sys.modules`, still without the name.
struct HalfLoadedImports {
    private let model: CodeModel
    /// Files that loading a file loads, by statements that nothing may skip.
    private let loads: [[FileID]]
    private let cycles: LoadCycles

    init(_ context: borrowing RuleContext) {
        model = context.model
        var loads = [[FileID]](repeating: [], count: context.model.files.count)
        for file in context.liveFiles {
            for statement in model.imports(in: file) where !statement.context.isSkippedAtImport {
                for target in Self.targets(of: statement, context.model) where target != file {
                    loads[Int(file.rawValue)].append(target)
                }
            }
        }
        self.loads = loads
        cycles = LoadCycles(loads: loads, from: context.liveFiles)
    }

    /// The files that a statement loads; packages around them are loaded as well, but those of the importer are already.
    private static func targets(of statement: Import, _ model: CodeModel) -> [FileID] {
        var targets: [FileID] = []
        if let from = statement.from, let file = model.file(of: from) { targets.append(file) }
        if case .module(let module) = statement.target, let file = model.file(of: module), file != targets.first {
            targets.append(file)
        }
        return targets
    }

    func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        for file in context.liveFiles where cycles.contains(file) {
            for statement in model.imports(in: file)
            where statement.kind == .name && statement.context.contains(.importGuard)
                && !statement.context.isSkippedAtImport
            {
                guard let from = statement.from, let source = model.file(of: from), source != file,
                    cycles.areTogether(file, source)
                else { continue }
                check(statement, of: file, from: source, context, &findings)
            }
        }
    }

    private func check(
        _ statement: Import, of file: FileID, from source: FileID, _ context: borrowing RuleContext,
        _ findings: inout FindingCollector
    ) {
        let facts = model.facts(of: file)
        let name = facts.names[facts.events[Int(statement.event)].name]
        guard let binding = model.bindings(of: name, in: source).first else { return }
        // What loads the importer while the name is not bound yet.
        let culprit = model.imports(in: source).first { item in
            item.event < binding.event && !item.context.isSkippedAtImport
                && Self.targets(of: item, model).contains {
                    cycles.areTogether($0, source) && leads(from: $0, to: file, avoiding: source)
                }
        }
        guard let culprit else { return }
        let (own, other) = (context.moduleName(of: file), context.moduleName(of: source))
        let path = context.path(of: file)
        let bound = Int(model.facts(of: source).events[Int(binding.event)].line)
        findings.add(
            [own, "\(other).\(name)"], at: path, line: Int(statement.line), confidence: .likely,
            message:
                "when \(other) is imported first, it has no \(name) yet when \(own) asks for it, and the `except` swallows that",
            evidence: [
                Evidence(
                    path: context.path(of: source), line: Int(culprit.line),
                    text: "\(model.text(of: culprit, in: source)), which loads \(own)"),
                Evidence(path: path, line: Int(statement.line), text: model.text(of: statement, in: file)),
                Evidence(path: context.path(of: source), line: bound, text: "\(name) is bound only here"),
            ])
    }

    /// Whether loading one file loads another without going through a third.
    private func leads(from start: FileID, to goal: FileID, avoiding source: FileID) -> Bool {
        if start == goal { return true }
        guard start != source else { return false }
        var seen: Set<FileID> = [start, source]
        var pending = [start]
        while let file = pending.popLast() {
            for next in loads[Int(file.rawValue)] where cycles.areTogether(next, goal) && seen.insert(next).inserted {
                if next == goal { return true }
                pending.append(next)
            }
        }
        return false
    }
}
