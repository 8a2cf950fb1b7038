import CanonCodeModel
import CanonFacts

/// Something that one process has once: a variable of a module or class, or the state of an object that such a variable holds.
struct SharedState {
    enum Form {
        /// A container that is changed in place.
        case container
        /// A variable that functions bind anew.
        case rebound
    }

    var file: FileID
    /// Where the name is known: of a class or an instance the class; ``FileFacts/noIndex`` for a module's.
    var owner: UInt32
    var name: Name
    var line: UInt32
    var form: Form
    var fact: StateFact
    /// An attribute of instances (`self.x`): shared because the process has one instance, which ``holder`` keeps.
    var isOfInstance = false
    var holder: Holder?

    /// What makes one instance the only one of the process.
    struct Holder {
        /// `module.manager`, `module.get_manager`
        var symbol: String
        var file: FileID
        var line: UInt32
        /// It is made on first use.
        var isLazy: Bool
    }
}

/// One place in a function that reads or changes a shared variable.
struct StateTouch {
    enum Kind {
        case put, take, rebind
        /// All entries at once: `.values()`, iteration.
        case whole
        case read
    }

    var kind: Kind
    var file: FileID
    /// The function, in the facts of its file.
    var function: UInt32
    var event: UInt32
    var line: UInt32
    var column: UInt16
    /// The dotted text up to the variable, as it stands in the source.
    var prefix: String
}

/// Finds what the live code of a process shares, and who touches it.
struct SharedStates {
    private(set) var states: [SharedState] = []
    /// By the index of ``states``.
    private(set) var touches: [[StateTouch]] = []
    private let model: CodeModel

    init(_ context: borrowing RuleContext) {
        model = context.model
        var holders: [ObjectID: SharedState.Holder] = [:]
        for file in context.liveFiles { findHolders(in: file, &holders) }
        followOwners(&holders)
        var states: [SharedState] = []
        for file in context.liveFiles { states += Self.states(in: file, holders, context.model) }
        self.states = states
        touches = Array(repeating: [], count: states.count)
        var isLive = [Bool](repeating: false, count: context.model.files.count)
        for file in context.liveFiles { isLive[Int(file.rawValue)] = true }
        collect(isLive)
    }

    // MARK: Objects that a process has once

    /// Classes of which a module or class keeps one instance.
    private func findHolders(in file: FileID, _ holders: inout [ObjectID: SharedState.Holder]) {
        let facts = model.facts(of: file)
        for state in facts.state where state.owner != .instance {
            guard
                state.valueKind == .call || (state.flags.contains(.startsEmpty) && state.flags.contains(.setByFunction))
            else {
                continue
            }
            let isLazy = state.flags.contains(.startsEmpty)
            var type: ObjectID?
            if state.valueKind == .call, state.value.exists {
                let callee = facts.names[state.value]
                if callee == "cls", state.declaration != FileFacts.noIndex {
                    type = ObjectID(file: file, index: state.declaration)
                } else if Self.looksLikeClass(callee) {
                    type = model.resolve(callee, in: file, scope: state.declaration).object
                }
            } else if state.valueKind == .unresolved, state.owner != .module, state.declaration != FileFacts.noIndex {
                // `cls._instance = super().__new__(cls)`
                type = ObjectID(file: file, index: state.declaration)
            }
            guard let type, model.kind(of: type) == .class, holders[type] == nil else { continue }
            holders[type] = SharedState.Holder(
                symbol: symbol(of: state, in: file), file: file, line: state.line, isLazy: isLazy)
        }
        // `@lru_cache def get_manager(): return Manager()`: one result for everybody when there is no argument to tell them apart.
        for (index, declaration) in facts.declarations.enumerated()
        where declaration.kind == .function && declaration.decorators.count > 0 && declaration.parameters.count == 0 {
            guard
                TestCollection.hasDecorator(
                    declaration, facts,
                    where: { name in
                        ["lru_cache", "cache", "cached", "singleton"].contains { name.elementsEqual($0.utf8) }
                    })
            else { continue }
            let function = ObjectID(file: file, index: UInt32(index))
            for product in model.products(of: function) where holders[product.object] == nil {
                holders[product.object] = SharedState.Holder(
                    symbol: model.symbol(of: function), file: file, line: declaration.line, isLazy: true)
            }
        }
    }

    /// A callee that a class may have: its last part has a capital.
    private static func looksLikeClass(_ callee: String) -> Bool {
        let last = callee.lastPart(at: ".")?.drop { $0 == "_" }
        return last?.first?.isUppercase == true
    }

    private func symbol(of state: StateFact, in file: FileID) -> String {
        let name = model.facts(of: file).names[state.name]
        let module = model.modules[Int(model.module(of: file).rawValue)].name
        guard state.declaration != FileFacts.noIndex else { return "\(module).\(name)" }
        return "\(model.symbol(of: ObjectID(file: file, index: state.declaration))).\(name)"
    }

    func symbol(of state: SharedState) -> String { symbol(of: state.fact, in: state.file) }

    /// What the only instance of a class makes for itself, the process has once, too: `self.registry = Registry()`.
    private func followOwners(_ holders: inout [ObjectID: SharedState.Holder]) {
        var pending = holders.keys.sorted()
        while let owner = pending.popLast() {
            guard let holder = holders[owner] else { continue }
            let facts = model.facts(of: owner.file)
            for state in facts.state
            where state.owner == .instance && state.declaration == owner.index && state.valueKind == .call
                && state.value.exists
            {
                let callee = facts.names[state.value]
                guard Self.looksLikeClass(callee),
                    let part = model.resolve(callee, in: owner.file, scope: owner.index).object,
                    model.kind(of: part) == .class, holders[part] == nil
                else { continue }
                holders[part] = SharedState.Holder(
                    symbol: holder.symbol + "." + facts.names[state.name], file: owner.file, line: state.line,
                    isLazy: holder.isLazy)
                pending.append(part)
            }
        }
    }

    // MARK: State

    private static func states(
        in file: FileID, _ holders: [ObjectID: SharedState.Holder], _ model: CodeModel
    ) -> [SharedState] {
        let facts = model.facts(of: file)
        var found: [SharedState] = []
        for fact in facts.state {
            var state = SharedState(
                file: file, owner: fact.declaration, name: fact.name, line: fact.line, form: .container, fact: fact)
            switch fact.container {
            case .dict, .defaultDict, .orderedDict, .counter, .chainMap, .weakKeyDictionary, .weakValueDictionary,
                .list, .deque,
                .set, .weakSet, .queue, .priorityQueue:
                break
            case .none:
                guard fact.owner != .instance, fact.flags.contains(.setByFunction) else { continue }
                state.form = .rebound
            case .tuple, .frozenSet, .lock, .semaphore, .condition, .event, .contextVar, .threadLocal: continue
            }
            switch fact.owner {
            case .module: break
            case .instance:
                let owner = ObjectID(file: file, index: fact.declaration)
                guard let holder = holders[owner] else { continue }
                state.holder = holder
                state.isOfInstance = true
            case .class, .classFromMethod:
                if fact.flags.contains(.isDeclaredOnly) { continue }
                // An instance that binds its own hides the class's.
                let isHidden = facts.state.contains {
                    $0.owner == .instance && $0.declaration == fact.declaration && $0.name == fact.name
                }
                if isHidden, state.form == .container { continue }
                let traits = model.classInfo(of: ObjectID(file: file, index: fact.declaration)).traits
                // Fields of records and models are copied for each instance.
                if !traits.isDisjoint(with: [.validatedModel, .dataclass, .enumeration, .typedDict, .namedTuple]) {
                    continue
                }
            }
            found.append(state)
        }
        return found
    }

    // MARK: Touches

    private mutating func collect(_ isLive: [Bool]) {
        var byFile: [FileID: [StateReader.Target]] = [:]
        var byPlace: [FileID: [(name: String, state: Int)]] = [:]
        for (index, state) in states.enumerated() {
            byFile[state.file, default: []].append(
                StateReader.Target(state: index, name: state.name, owner: state.owner))
            if state.owner == FileFacts.noIndex {
                byPlace[state.file, default: []].append((model.facts(of: state.file).names[state.name], index))
            }
        }
        // Files that import such a variable by its name.
        for (source, variables) in byPlace {
            for edge in model.importers(of: model.module(of: source)) where isLive[Int(edge.from.rawValue)] {
                let statement = model.imports(in: edge.from)[Int(edge.index)]
                guard case .variable(source) = statement.target else { continue }
                let facts = model.facts(of: edge.from)
                let event = facts.events[Int(statement.event)]
                let name = facts.names[event.name]
                for variable in variables where variable.name == name {
                    let local = event.value.exists ? event.value : event.name
                    byFile[edge.from, default: []].append(
                        StateReader.Target(state: variable.state, name: local, owner: FileFacts.noIndex))
                }
            }
        }
        for (file, targets) in byFile {
            var reader = StateReader(file: file, facts: model.facts(of: file), targets: targets)
            for (state, touch) in reader.read() { touches[state].append(touch) }
        }
        for index in touches.indices {
            touches[index].sort { $0.file != $1.file ? $0.file < $1.file : $0.event < $1.event }
            // Two imports of one name in a file lead to the same places.
            var last: (file: FileID, event: UInt32)?
            touches[index].removeAll { touch in
                defer { last = (touch.file, touch.event) }
                return last.map { $0 == (touch.file, touch.event) } ?? false
            }
        }
    }
}
