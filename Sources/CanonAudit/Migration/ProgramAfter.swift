import CanonCodeModel
import CanonFacts

/// The program as a plan leaves it, linked anew.
struct ProgramAfter {
    private let model: CodeModel
    private let mentions: TextMentions
    private let entries: Set<String>
    /// What the modules of the canonical objects load.
    private let loaded: Set<String>

    init(_ work: MigrationWork, candidates: [LayerCandidate]) {
        model = CodeModel(files: work.filesAfter(), options: work.model.options)
        mentions = TextMentions(
            of: Set(candidates.map { $0.symbol(work.model) }), model, work.input.tree)
        entries = Set(work.input.manifest.entries.map(\.value))
        let modules = Set(work.goal.replacements.values.map(\.module)).compactMap { [model] in model.module(named: $0) }
        var options = Reachability.Options()
        options.functions = false
        loaded = Set(model.reach(from: modules, options).modules.map { [model] in model.name(of: $0) })
    }

    /// What still needs it; nothing when it can go.
    func blockers(of candidate: LayerCandidate, _ work: MigrationWork) -> [Evidence] {
        let symbol = candidate.symbol(work.model)
        var blockers: [Evidence] = []
        if let mention = mentions[symbol] { blockers.append(mention) }
        guard let file = model.file(path: work.context.path(of: candidate.file)) else { return blockers }
        let module = model.module(of: file)
        guard let name = candidate.name else {
            if entries.contains(symbol) {
                blockers.append(Evidence(path: work.input.manifest.path, line: 0, text: "an entry of the manifest"))
            }
            blockers += importers(of: module, in: file)
            if blockers.isEmpty, candidate.isSpeculative, !isShell(file) {
                blockers.append(Evidence(path: model.path(of: file), line: 1, text: "it has code of its own"))
            }
            return blockers
        }
        blockers += takers(of: name, from: module, in: file)
        if candidate.isDefinition, let object = model.resolve(symbol).object, object.file == file {
            blockers += model.consumers(of: object).filter { $0.name.exists }
                .map { evidence($0.file, $0.line, $0.event) }
            let own = work.files[candidate.file]?.used[name]
            if own != nil, loaded.contains(model.name(of: module)) {
                blockers.append(
                    Evidence(
                        path: model.path(of: file), line: Int(candidate.line),
                        text:
                            "its own file uses it, and the canonical module loads that file: an import would be circular"
                    ))
            }
        } else if !candidate.isDefinition, work.files[candidate.file]?.used[name] != nil {
            blockers.append(
                Evidence(path: model.path(of: file), line: Int(candidate.line), text: "its own file uses it"))
        }
        return blockers
    }

    /// Why something can go.
    func proof(of candidate: LayerCandidate, _ work: MigrationWork) -> [String] {
        let symbol = candidate.symbol(work.model)
        let before = work.model.importers(of: work.model.module(of: candidate.file))
            .filter { $0.from != candidate.file }
        let count = before.count { edge in
            guard let name = candidate.name else { return true }
            let statement = work.model.imports(in: edge.from)[Int(edge.index)]
            let facts = work.model.facts(of: edge.from)
            return statement.kind == .name && facts.names[facts.events[Int(statement.event)].name] == name
        }
        let imports =
            count == 0
            ? "no file imports \(symbol)"
            : "no import of \(symbol) is left (\(count == 1 ? "there was one" : "there were \(count)"))"
        return [imports, "no text and no configuration names it"]
            + (candidate.name == nil ? ["it is no entry of the manifest"] : [])
    }

    // MARK: Who needs it

    private func importers(of module: ModuleID, in file: FileID) -> [Evidence] {
        model.importers(of: module).filter { $0.from != file }.map { edge in
            evidence(edge.from, edge.line, model.imports(in: edge.from)[Int(edge.index)].event)
        }
    }

    private func takers(of name: String, from module: ModuleID, in file: FileID) -> [Evidence] {
        model.importers(of: module).compactMap { edge in
            guard edge.from != file else { return nil }
            let statement = model.imports(in: edge.from)[Int(edge.index)]
            let facts = model.facts(of: edge.from)
            switch statement.kind {
            case .name:
                guard statement.from == module, facts.names[facts.events[Int(statement.event)].name] == name else {
                    return attribute(name, of: statement, module, in: edge.from)
                }
            case .all:
                guard statement.from == module, !name.hasPrefix("_") else { return nil }
                if let exports = model.exports(of: file), exports.isComplete, !exports.names.contains(name) {
                    return nil
                }
                guard needs(name, byStarIn: edge.from, depth: 0) else { return nil }
            case .module: return attribute(name, of: statement, module, in: edge.from)
            case .dynamic: break
            }
            return evidence(edge.from, edge.line, statement.event)
        }
    }

    /// Whether a file that takes everything uses a name, or somebody takes that from the file.
    private func needs(_ name: String, byStarIn file: FileID, depth: Int) -> Bool {
        guard depth < 8 else { return true }
        let facts = model.facts(of: file)
        guard facts.error == nil else { return true }
        guard model.effectiveBinding(of: name, in: file) == nil else { return false }
        let isUsed = facts.events.contains { event in
            switch event.kind {
            case .use, .call: event.name.exists && facts.names[event.name].prefix { $0 != "." } == name
            case .bind, .return: event.value.exists && facts.names[event.value].prefix { $0 != "." } == name
            default: false
            }
        }
        if isUsed { return true }
        let module = model.module(of: file)
        return model.importers(of: module).contains { edge in
            let statement = model.imports(in: edge.from)[Int(edge.index)]
            let taker = model.facts(of: edge.from)
            switch statement.kind {
            case .name:
                return statement.from == module && taker.names[taker.events[Int(statement.event)].name] == name
            case .all: return edge.from != file && needs(name, byStarIn: edge.from, depth: depth + 1)
            case .module, .dynamic: return attribute(name, of: statement, module, in: edge.from) != nil
            }
        }
    }

    /// `c.X` in a file that has the module under a name.
    private func attribute(_ name: String, of statement: Import, _ module: ModuleID, in file: FileID) -> Evidence? {
        let facts = model.facts(of: file)
        for (_, event) in facts.events.selecting([.use, .call, .bind]) {
            let text = facts.names[event.name]
            guard text.hasSuffix("." + name) || text.contains("." + name + ".") else { continue }
            let parts = text.split(separator: ".").map(String.init)
            guard let place = parts.firstIndex(of: name), place > 0,
                model.resolve(parts[..<place].joined(separator: "."), in: file, scope: event.declaration).module
                    == module
            else { continue }
            return Evidence(path: model.path(of: file), line: Int(event.line), text: text)
        }
        return nil
    }

    private func evidence(_ file: FileID, _ line: UInt32, _ event: UInt32) -> Evidence {
        Evidence(
            path: model.path(of: file), line: Int(line), text: model.text(of: Hop(file: file, event: event, line: line))
        )
    }

    // MARK: What is left in it

    /// Whether a file only imports, gives other names and says that it is old.
    private func isShell(_ file: FileID) -> Bool {
        let facts = model.facts(of: file)
        guard facts.declarations.isEmpty, facts.error == nil else { return false }
        return facts.events.allSatisfy { event in
            switch event.kind {
            case .importModule, .importName, .importAll, .enter, .leave, .exports, .use: true
            case .bind:
                event.valueKind == .null || facts.names[event.name].hasPrefix("__")
                    || (event.valueKind == .call && Self.isRemark(facts.names[event.value]))
            case .call: Self.isRemark(facts.names[event.name])
            default: false
            }
        }
    }

    private static func isRemark(_ callee: String) -> Bool {
        guard let last = callee.split(separator: ".").last else { return false }
        return ["getLogger", "get_logger", "warn", "info", "warning", "debug"].contains(last)
    }
}
