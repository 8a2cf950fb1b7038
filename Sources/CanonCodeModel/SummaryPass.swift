internal import CanonFacts

/// The pass over a file's events that makes its ``FileSummary``.
struct SummaryPass {
    private let environment: RuntimeEnvironment
    private var summary = FileSummary(facts: FileFacts())
    /// What grows while a file is read, kept from file to file and copied at the end.
    private var bindings: [NameBinding] = []
    private var imports: [Import] = []
    private var pairs: [(key: TextKey, binding: UInt32)] = []
    private var open: [OpenBlock] = []
    /// The places of all imports.
    private var imported: [Int] = []
    /// Lambdas and comprehensions around: what they bind is theirs.
    private var hidden = 0

    fileprivate struct OpenBlock {
        var block: Block
        var event: UInt32
        var context: ArmContext
        /// In ``FileSummary/arms``, made when something in it asks.
        var arm = FileFacts.noIndex
        /// The innermost arm around, as a place in the stack; -1: none.
        var armLevel: Int
        /// Of a statement: what its first arm depends on.
        var decision = Decision.depends
    }

    fileprivate enum Decision {
        case depends, platform, always, never, typeChecking, notTypeChecking, main
    }

    private static let imports: Event.Kinds = [.importModule, .importName, .importAll, .dynamicImport]

    init(environment: RuntimeEnvironment) { self.environment = environment }

    mutating func run(_ facts: FileFacts) -> FileSummary {
        summary = FileSummary(facts: facts)
        bindings.removeAll(keepingCapacity: true)
        imports.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        hidden = 0
        imported.removeAll(keepingCapacity: true)
        let events = facts.events
        events.appendPlaces(of: Self.imports, to: &imported)
        var nextImport = 0
        var index = -1
        while index + 1 < events.count {
            index += 1
            switch events.kind(at: index) {
            case .use, .return, .raise, .assertion, .declareGlobal, .declareNonlocal: continue
            case .bind, .call: if !events.isTopLevel(at: index) { continue }
            default: break
            }
            let event = events[index]
            switch event.kind {
            case .enter:
                enter(event, UInt32(index), facts)
                guard event.block == .function, Int(event.link) > index else { break }
                // Of what a function does only its imports matter here. Most have none, and most events stand in functions.
                while nextImport < imported.count, imported[nextImport] < index { nextImport += 1 }
                if nextImport == imported.count || imported[nextImport] > Int(event.link) {
                    index = Int(event.link) - 1
                }
            case .leave: leave(event)
            case .importModule: note(event, UInt32(index), .module, facts)
            case .importName: note(event, UInt32(index), .name, facts)
            case .importAll: note(event, UInt32(index), .all, facts)
            case .dynamicImport: note(event, UInt32(index), .dynamic, facts)
            case .bind: bind(event, UInt32(index), facts)
            case .unbind: unbind(event, UInt32(index), facts)
            case .exports: exports(event, facts)
            case .call: call(event, facts)
            default: break
            }
        }
        summary.bindings = bindings.withUnsafeBufferPointer { Array($0) }
        summary.imports = imports.withUnsafeBufferPointer { Array($0) }
        summary.index(using: &pairs)
        return summary
    }

    // MARK: Blocks

    private var context: ArmContext { open.last?.context ?? [] }

    private mutating func enter(_ event: Event, _ index: UInt32, _ facts: FileFacts) {
        var begun = OpenBlock(block: event.block, event: index, context: context, armLevel: innermostArm)
        switch event.block {
        case .class, .function:
            let isTop = facts.declarations[Int(event.declaration)].parent == FileFacts.noIndex
            // An extension names what another statement declares.
            let isNew = !facts.declarations[Int(event.declaration)].flags.contains(.isExtension)
            if isTop, isNew, hidden == 0 {
                let kind: NameBinding.Kind = event.block == .class ? .class : .function
                append(event.name, index, kind, event.declaration, facts)
                if kind == .function, facts.names.key(of: event.name) == Known.getattr { summary.isDynamic = true }
            }
            begun.context.insert(event.block == .class ? .classBody : .function)
        case .lambda:
            hidden += 1
            begun.context.insert(.function)
        case .comprehension: hidden += 1
        case .then:
            let decision = decision(event, facts)
            if !open.isEmpty { open[open.count - 1].decision = decision }
            begun.context.formUnion(Self.context(of: decision, isFirst: true))
        case .otherwise:
            if let statement = open.last, statement.block == .ifStatement {
                begun.context.formUnion(Self.context(of: statement.decision, isFirst: false))
            }
        case .body:
            switch open.last?.block {
            case .tryStatement:
                begun.context.insert(.tryBody)
                if isGuard(event, facts) { begun.context.insert(.importGuard) }
            case .whileStatement where event.condition == .alwaysFalse: begun.context.insert(.never)
            default: begun.context.insert(.loop)
            }
        case .except:
            begun.context.insert(.exceptArm)
            if event.flags.contains(.catchesImportError) { begun.context.insert(.importFallback) }
        case .case: begun.context.insert(.conditional)
        default: break
        }
        open.append(begun)
    }

    private mutating func leave(_ event: Event) {
        if event.block == .lambda || event.block == .comprehension { hidden -= 1 }
        if !open.isEmpty { open.removeLast() }
    }

    private func decision(_ event: Event, _ facts: FileFacts) -> Decision {
        switch event.condition {
        case .unknown: .depends
        case .alwaysTrue: .always
        case .alwaysFalse: .never
        case .typeChecking: .typeChecking
        case .notTypeChecking: .notTypeChecking
        case .mainModule: .main
        case .platform:
            switch environment.decides(facts.names[event.name]) {
            case true?: .always
            case false?: .never
            case nil: .platform
            }
        }
    }

    private static func context(of decision: Decision, isFirst: Bool) -> ArmContext {
        switch decision {
        case .depends: .conditional
        case .platform: [.conditional, .platform]
        case .always: isFirst ? [] : .never
        case .never: isFirst ? .never : []
        case .typeChecking: isFirst ? .typeChecking : []
        case .notTypeChecking: isFirst ? [] : .typeChecking
        case .main: isFirst ? .mainGuard : []
        }
    }

    /// Whether one of the arms behind the body of a `try` catches ImportError.
    private func isGuard(_ body: Event, _ facts: FileFacts) -> Bool {
        var index = Int(body.link) + 1
        while index < facts.events.count {
            let event = facts.events[index]
            guard event.kind == .enter, event.block == .except || event.block == .otherwise || event.block == .finally
            else { return false }
            if event.block == .except, event.flags.contains(.catchesImportError) { return true }
            guard Int(event.link) >= index else { return false }
            index = Int(event.link) + 1
        }
        return false
    }

    private var innermostArm: Int {
        guard let last = open.last else { return -1 }
        return last.isArm ? open.count - 1 : last.armLevel
    }

    /// The number of the arm that the code stands in.
    private mutating func arm() -> UInt32 { arm(at: innermostArm) }

    private mutating func arm(at level: Int) -> UInt32 {
        guard level >= 0 else { return FileFacts.noIndex }
        if open[level].arm != FileFacts.noIndex { return open[level].arm }
        let parent = arm(at: open[level].armLevel)
        let statement = level > 0 ? open[level - 1].event : open[level].event
        open[level].arm = UInt32(summary.arms.count)
        summary.arms.append(Arm(event: open[level].event, statement: statement, parent: parent))
        return open[level].arm
    }

    // MARK: Names

    private mutating func append(
        _ name: Name, _ event: UInt32, _ kind: NameBinding.Kind, _ index: UInt32, _ facts: FileFacts,
        key: TextKey? = nil
    ) {
        bindings.append(
            NameBinding(
                name: name, event: event, arm: arm(), index: index, context: context, kind: kind,
                key: key ?? facts.names.key(of: name)))
    }

    private mutating func note(_ event: Event, _ index: UInt32, _ kind: Import.Kind, _ facts: FileFacts) {
        let number = UInt32(imports.count)
        imports.append(
            Import(
                kind: kind, event: index, line: event.line, scope: event.declaration, arm: arm(), context: context))
        guard event.declaration == FileFacts.noIndex, hidden == 0 else { return }
        switch kind {
        case .module:
            if event.value.exists {
                append(event.value, index, .importModule, number, facts)
            } else {
                append(event.name, index, .importModule, number, facts, key: facts.names.rootKey(of: event.name))
            }
        case .name: append(event.value.exists ? event.value : event.name, index, .importName, number, facts)
        case .all:
            append(.none, index, .importAll, number, facts, key: 0)
            summary.hasStarImport = true
        case .dynamic: break
        }
    }

    private mutating func bind(_ event: Event, _ index: UInt32, _ facts: FileFacts) {
        guard hidden == 0, event.form == .name || event.form == .starred else { return }
        switch event.binding {
        case .annotationOnly, .exceptionTarget, .typeParameter, .parameter: return
        default: break
        }
        let isReference = event.valueKind == .reference && event.binding != .augmented
        append(event.name, index, isReference ? .reference : .value, FileFacts.noIndex, facts)
        let binding = bindings.count - 1
        switch event.valueKind {
        case .null, .constant, .string: bindings[binding].isPlaceholder = true
        case .call:
            summary.made.append(
                MadeObject(kind: Self.kind(made: facts.names.lastKey(of: event.value)), binding: UInt32(binding)))
            bindings[binding].index = UInt32(facts.declarations.count + summary.made.count - 1)
        default: break
        }
        if event.binding == .typeAlias {
            summary.made.append(MadeObject(kind: .typeAlias, binding: UInt32(binding)))
            bindings[binding].index = UInt32(facts.declarations.count + summary.made.count - 1)
        }
    }

    private static func kind(made callee: TextKey) -> ObjectKind {
        switch callee {
        case Known.newType: .newType
        case Known.namedTuple, Known.typedNamedTuple: .namedTuple
        case Known.typedDict: .typedDict
        case Known.enumeration, Known.intEnum, Known.strEnum: .enumeration
        default: .instance
        }
    }

    private mutating func unbind(_ event: Event, _ index: UInt32, _ facts: FileFacts) {
        guard event.declaration == FileFacts.noIndex, hidden == 0, event.form == .name else { return }
        // The end of an `except … as x` unbinds what no binding here notes.
        guard !context.contains(.exceptArm) else { return }
        append(event.name, index, .deletion, FileFacts.noIndex, facts)
    }

    private mutating func exports(_ event: Event, _ facts: FileFacts) {
        guard event.declaration == FileFacts.noIndex else { return }
        let names = facts.lists[event.list.indices].map { Name(rawValue: $0) }
        if event.flags.contains(.unresolved) { summary.exportsAreComplete = false }
        switch event.exports {
        case .replace: summary.exports = names
        case .add: summary.exports = (summary.exports ?? []) + names
        case .remove: summary.exports?.removeAll { names.contains($0) }
        }
    }

    private mutating func call(_ event: Event, _ facts: FileFacts) {
        guard !event.flags.contains(.unresolved) else { return }
        let key = facts.names.key(of: event.name)
        if key == Known.globals || key == Known.vars || key == Known.exec || key == Known.setattr {
            summary.isDynamic = true
        }
    }
}

extension SummaryPass.OpenBlock {
    fileprivate var isArm: Bool {
        switch block {
        case .then, .otherwise, .body, .except, .finally, .case: true
        default: false
        }
    }
}

/// Names that mean something to the language.
enum Known {
    static let getattr = TextKey("__getattr__" as StaticString)
    static let globals = TextKey("globals" as StaticString)
    static let vars = TextKey("vars" as StaticString)
    static let exec = TextKey("exec" as StaticString)
    static let setattr = TextKey("setattr" as StaticString)
    static let newType = TextKey("NewType" as StaticString)
    static let namedTuple = TextKey("namedtuple" as StaticString)
    static let typedNamedTuple = TextKey("NamedTuple" as StaticString)
    static let typedDict = TextKey("TypedDict" as StaticString)
    static let enumeration = TextKey("Enum" as StaticString)
    static let intEnum = TextKey("IntEnum" as StaticString)
    static let strEnum = TextKey("StrEnum" as StaticString)
}
