import CanonCodeModel
import CanonFacts
import Dispatch
import Synchronization

/// What the files of a migration hold, before and after.
struct MigrationWork {
    /// One file under way.
    struct File: Sendable {
        var before: [UInt8]
        var after: [UInt8]
        var statements = 0
        /// Names at its top that its own code uses, with what they are called afterwards.
        var used: [String: String] = [:]
        var left: [Rewriting.Left] = []
        /// Names that are taken out before the rest is rewritten.
        var removals: Set<String> = []
        var isDeleted = false
    }

    let request: MigrationRequest
    let goal: MigrationGoal
    let paths: MigrationPaths
    let input: Audit.Input
    let context: RuleContext
    let rewriter: any SourceRewriter
    /// The files that name something which gives way.
    let readers: [FileID]
    private(set) var files: [FileID: File] = [:]
    private(set) var unread: [Evidence] = []
    /// By file, the objects whose names it keeps: a call of it does not fit.
    private(set) var kept: [FileID: Set<ObjectID>] = [:]
    /// By file, why it keeps names although its own calls fit.
    private var stops: [FileID: [Rewriting.Left]] = [:]
    /// What texts mean; see ``CanonFacts/RewriteOrder/texts``.
    private var texts: [String: String] = [:]
    private var held: [FileID: Set<String>] = [:]

    var model: CodeModel { context.model }

    init(
        _ request: MigrationRequest, _ goal: MigrationGoal, _ paths: MigrationPaths, _ input: Audit.Input,
        _ context: RuleContext, _ rewriter: any SourceRewriter
    ) {
        self.request = request
        self.goal = goal
        self.paths = paths
        self.input = input
        self.context = context
        self.rewriter = rewriter
        readers = MigrationReaders(paths, goal, context.model).files
        for file in readers { load(file) }
    }

    private mutating func load(_ file: FileID) {
        guard files[file] == nil else { return }
        let path = context.path(of: file)
        guard let bytes = input.tree.bytes(of: path) else {
            unread.append(Evidence(path: path, line: 0, text: "it cannot be read"))
            return
        }
        files[file] = File(before: bytes, after: bytes)
    }

    func isCovered(_ file: FileID) -> Bool { request.covers(context.path(of: file)) }

    // MARK: Calls

    /// Finds calls that do not fit; files that have one keep the names of the object that it is about.
    mutating func compareCalls() -> [CallFit.Misfit] {
        let fit = CallFit(goal, paths, model)
        guard !fit.isTrivial else { return [] }
        let files = readers.filter { isCovered($0) && self.files[$0] != nil }
        let contents = self.files
        let rewriter = rewriter
        let found = Self.map(files, jobs: input.jobs) { file -> [CallFit.Misfit] in
            guard let bytes = contents[file]?.before, let calls = rewriter.calls(in: bytes) else { return [] }
            return fit.misfits(in: file, calls: calls)
        }
        for (file, misfits) in zip(files, found) {
            for misfit in misfits { kept[file, default: []].insert(misfit.source) }
        }
        return found.flatMap(\.self)
    }

    // MARK: Circles

    /// Files that the canonical module loads before it has its names: they cannot import it at their top.
    private mutating func findCircles() {
        let modules = Set(goal.replacements.values.map(\.module)).compactMap { model.module(named: $0) }
        var options = Reachability.Options()
        options.functions = false
        let loaded = model.reach(from: modules, options)
        var answers: [ModuleID: Bool] = [:]
        func loads(_ module: ModuleID) -> Bool {
            if let answer = answers[module] { return answer }
            let reach = model.reach(from: [module], options)
            let answer = modules.contains { reach.contains($0) }
            answers[module] = answer
            return answer
        }
        for file in readers where !paths.homes.contains(file) && isCovered(file) {
            let module = model.module(of: file)
            guard loaded.contains(module), !isAround(module, modules) else { continue }
            // Who loads it already, mostly by the old way, does so without harm.
            let statements = model.imports(in: file).filter { isMovedAtTop($0, in: file) }
            guard let statement = statements.first, !statements.contains(where: { $0.from.map(loads) == true }),
                !loads(module)
            else { continue }
            kept[file, default: []].formUnion(goal.replacements.keys)
            stops[file, default: []].append(
                Rewriting.Left(
                    line: Int(statement.line), text: model.text(of: statement, in: file),
                    reason: "an import of \(goal.targetPath.module) would be circular: that module loads this file"))
        }
    }

    /// Whoever keeps an object must go on getting it from where it does.
    private mutating func keepSuppliers() {
        for object in goal.sources {
            let consumers = model.consumers(of: object)
            var isChanged = true
            while isChanged {
                isChanged = false
                for consumer in consumers where keeps(consumer.file, object) {
                    guard let supplier = model.file(of: consumer.module), supplier != object.file,
                        !keeps(supplier, object), files[supplier] != nil
                    else { continue }
                    kept[supplier, default: []].insert(object)
                    isChanged = true
                    let name = model.facts(of: consumer.file).names[consumer.name]
                    let binding = model.effectiveBinding(of: name.moduleAndName?.name ?? name, in: supplier)
                    let line = binding.map { model.facts(of: supplier).events[Int($0.event)].line } ?? 1
                    stops[supplier, default: []].append(
                        Rewriting.Left(
                            line: Int(line), text: name.moduleAndName?.name ?? name,
                            reason: "\(context.path(of: consumer.file)) takes it from here and stays as it is"))
                }
            }
        }
    }

    private func isMovedAtTop(_ statement: Import, in file: FileID) -> Bool {
        guard statement.context.isDisjoint(with: [.function, .typeChecking, .never]), let from = statement.from else {
            return false
        }
        let facts = model.facts(of: file)
        return paths.moves.byModule[model.name(of: from)]?[facts.names[facts.events[Int(statement.event)].name]] != nil
    }

    private func isAround(_ module: ModuleID, _ inner: [ModuleID]) -> Bool {
        let name = model.name(of: module) + "."
        return inner.contains { model.name(of: $0).hasPrefix(name) }
    }

    // MARK: Rewriting

    mutating func rewrite() {
        findCircles()
        keepSuppliers()
        held = heldNames()
        rewrite(readers)
        holdWhatIsLeft()
        texts = meanings()
        if !texts.isEmpty { rewrite(readers) }
    }

    /// Takes a name out of the top of a file, and rewrites the file again.
    ///
    /// - Returns: why it cannot be taken out; nil when it is gone.
    mutating func remove(_ name: String, from file: FileID) -> Rewriting.Left? {
        load(file)
        guard let earlier = files[file], isCovered(file) else {
            return Rewriting.Left(line: 1, text: name, reason: "the file is not part of this plan")
        }
        let result = rewriter.remove(earlier.removals.union([name]), from: earlier.before, order(for: file))
        guard let result, result.removed.contains(name) else {
            return result?.left.first ?? Rewriting.Left(line: 1, text: name, reason: "the file would not parse")
        }
        files[file]?.removals.insert(name)
        rewrite([file])
        return nil
    }

    /// Nothing of the file is left.
    mutating func delete(_ file: FileID) {
        load(file)
        files[file]?.isDeleted = true
    }

    private mutating func rewrite(_ list: [FileID]) {
        let work = self
        let results = Self.map(list, jobs: input.jobs) { work.rewritten($0) }
        for (file, result) in zip(list, results) { if let result { files[file] = result } }
    }

    private func rewritten(_ file: FileID) -> File? {
        guard var item = files[file] else { return nil }
        let order = order(for: file)
        var bytes = item.before
        item.left = []
        if !item.removals.isEmpty, let result = rewriter.remove(item.removals, from: bytes, order) {
            bytes = result.bytes
            item.left = result.left
        }
        guard let result = rewriter.rewrite(bytes, order) else { return nil }
        item.after = result.bytes
        item.statements = result.statements
        item.used = result.used
        item.left += result.left + (stops[file] ?? [])
        return item
    }

    private func order(for file: FileID) -> RewriteOrder {
        let module = model.modules[Int(model.module(of: file).rawValue)]
        var order = RewriteOrder(
            module: module.name, isPackage: module.kind == .package, moves: paths.moves, texts: texts,
            heldNames: held[file] ?? [])
        var staying = kept[file] ?? []
        // The canonical object's own way to its name stays.
        if paths.homes.contains(file) { staying.formUnion(goal.staying) }
        if !staying.isEmpty { order.moves = paths.moves(without: staying) }
        return order
    }

    /// Whether the plan leaves a file's references to an object as they are.
    func keeps(_ file: FileID, _ object: ObjectID) -> Bool {
        !isCovered(file) || kept[file]?.contains(object) == true || model.facts(of: file).error != nil
    }

    /// Names that files must go on having because somebody who stays takes them from there.
    private func heldNames() -> [FileID: Set<String>] {
        var held: [FileID: Set<String>] = [:]
        for object in goal.replacements.keys {
            for consumer in model.consumers(of: object) where keeps(consumer.file, object) {
                guard let source = model.file(of: consumer.module) else { continue }
                let name = model.facts(of: consumer.file).names[consumer.name]
                held[source, default: []].insert(name.moduleAndName?.name ?? name)
            }
        }
        for file in readers where !isCovered(file) || kept[file] != nil { holdTexts(of: file, &held) }
        // Whoever takes everything takes what it does not say.
        for (path, object) in paths.objects {
            guard let (module, name) = path.moduleAndName, let id = model.module(named: module),
                let source = model.file(of: id)
            else { continue }
            for edge in model.importers(of: id) where keeps(edge.from, object) {
                if model.imports(in: edge.from)[Int(edge.index)].kind == .all { held[source, default: []].insert(name) }
            }
        }
        return held
    }

    private func holdTexts(of file: FileID, _ held: inout [FileID: Set<String>]) {
        let names = model.facts(of: file).names
        for index in 1..<UInt32(max(1, names.count)) {
            let name = Name(rawValue: index)
            guard names.withUTF8(of: name, { $0.contains(0x2E) }), let found = paths.moves.beginning(of: names[name]),
                let (module, last) = found.old.moduleAndName, let id = model.module(named: module),
                let source = model.file(of: id)
            else { continue }
            held[source, default: []].insert(last)
        }
    }

    /// What could not be rewritten goes on needing the names that it has.
    private mutating func holdWhatIsLeft() {
        let stubborn = Set(files.filter { !$0.value.left.isEmpty }.keys)
        guard !stubborn.isEmpty else { return }
        var again: Set<FileID> = []
        for object in goal.replacements.keys {
            for consumer in model.consumers(of: object) where stubborn.contains(consumer.file) {
                guard let source = model.file(of: consumer.module) else { continue }
                let name = model.facts(of: consumer.file).names[consumer.name]
                if held[source, default: []].insert(name.moduleAndName?.name ?? name).inserted { again.insert(source) }
            }
        }
        rewrite(again.filter { files[$0] != nil }.sorted())
    }

    /// A test that replaces a name in a module which uses it means that module, whatever the name is called there.
    private func meanings() -> [String: String] {
        var texts: [String: String] = [:]
        for (path, object) in paths.objects {
            guard let (module, name) = path.moduleAndName, let id = model.module(named: module),
                let file = model.file(of: id), let item = files[file]
            else { continue }
            if let used = item.used[name] { texts[path] = "\(module).\(used)" }
            if keeps(file, object) { texts[path] = path }
        }
        return texts
    }

    // MARK: Results

    /// The files of the tree as they are afterwards.
    func filesAfter() -> [CodeFile] {
        let changed = files.filter { isCovered($0.key) && ($0.value.isDeleted || $0.value.after != $0.value.before) }
        let list = changed.keys.sorted()
        let rewriter = rewriter
        let facts = Self.map(list, jobs: input.jobs) { rewriter.facts(of: changed[$0]!.after) }
        let byFile = Dictionary(uniqueKeysWithValues: zip(list, facts))
        return model.files.enumerated().compactMap { index, file in
            let id = FileID(rawValue: UInt32(index))
            if changed[id]?.isDeleted == true { return nil }
            return byFile[id].map { CodeFile(path: file.path, facts: $0) } ?? file
        }
    }

    func changes() -> [FileChange] {
        files.compactMap { file, item in
            guard isCovered(file), item.isDeleted || item.after != item.before else { return nil }
            return FileChange(
                path: context.path(of: file), before: item.before,
                outcome: item.isDeleted ? .deleted : .rewritten(item.after))
        }
    }

    var statements: Int {
        files.reduce(0) { $0 + (isCovered($1.key) && !$1.value.isDeleted ? $1.value.statements : 0) }
    }

    var remaining: MigrationPlan.Remaining {
        let others = files.filter { !isCovered($0.key) && $0.value.statements > 0 }
        return .init(statements: others.reduce(0) { $0 + $1.value.statements }, files: others.count)
    }

    var left: [LeftReference] {
        files.flatMap { file, item in
            isCovered(file) && !item.isDeleted
                ? (item.left + stars(in: file)).map {
                    LeftReference(path: context.path(of: file), line: $0.line, text: $0.text, reason: $0.reason)
                } : []
        }.sorted { ($0.path, $0.line, $0.text) < ($1.path, $1.line, $1.text) }
    }

    /// Imports of everything from modules that have something which gives way. They are apart from what the rewriter left: they
    /// need none of these names, because what their file uses of them is imported beside them.
    private func stars(in file: FileID) -> [Rewriting.Left] {
        model.imports(in: file).compactMap { statement in
            guard statement.kind == .all, let from = statement.from else { return nil }
            let module = model.name(of: from)
            let names = (paths.moves.byModule[module] ?? [:]).keys.filter { !$0.hasPrefix("_") }.sorted()
            guard let first = names.first else { return nil }
            let others = names.count == 1 ? "" : " and \(names.count - 1) more"
            return Rewriting.Left(
                line: Int(statement.line), text: model.text(of: statement, in: file),
                reason: "it takes everything that \(module) has, \(first)\(others) too, and does not say what it needs")
        }
    }

    /// Does the same with each element, on several threads, in order.
    private static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], jobs: Int, _ body: @escaping @Sendable (Element) -> Result
    ) -> [Result] {
        let results = Mutex<[Result?]>(Array(repeating: nil, count: elements.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, elements.count))) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < elements.count else { return }
                let result = body(elements[index])
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
