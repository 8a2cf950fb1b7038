internal import CanonFacts

/// Runs the events of files as an interpreter runs their code, as far as that decides what names hold.
///
/// A class that one thread uses: modules, classes and instances of a running program refer to each other in circles.
final class Interpreter {
    let model: CodeModel
    let options: ImportReplay.Options
    let stop: StopPoint?
    /// Where absolute imports start.
    let searchPath: [UInt32]

    var loaded: [LoadedModule] = []
    /// `sys.modules`, by name.
    private var modules: [String: (module: Int?, position: Int)] = [:]
    private var lastPosition = 0
    private var codes: [UInt32: FileCode] = [:]
    var origins: [Origin] = []
    /// The texts of names that were bound.
    var texts: [TextKey: String] = [:]
    var unresolved: [ReplayNote] = []
    private var noted: Set<Place> = []
    var steps = 0
    var isExhausted = false
    /// Functions that run at the moment, and how often each.
    var active: [ObjectID: Int] = [:]
    var callDepth = 0
    var histories: [CallHistory.Key: CallHistory] = [:]
    /// Grows whenever a module begins to load or an import fails.
    var news = 0
    /// Keeps what ``histories`` is keyed by.
    var kept: [Thing] = []
    /// Of each class the instance that was made last.
    var lastInstances: [ObjectIdentifier: Thing] = [:]
    var importDepth = 0
    /// Where it stopped.
    var stopPlace: Place?
    /// The frame that ran when it stopped.
    var stoppedFrame: Frame?
    var failure: Raised?
    /// The function whose read of `sys.modules` the replay waits for.
    var checking: Thing?
    /// Functions that read `sys.modules` in their own body.
    private var readers: [ObjectID: Bool] = [:]
    private var writers: [ObjectID: Bool] = [:]
    /// Something was put into `sys.meta_path`: modules may come from nowhere.
    var hasHooks = false
    /// Arms around that may not run.
    var doubts = 0

    init(model: CodeModel, options: ImportReplay.Options, entry: ModuleID, stop: StopPoint?) {
        self.model = model
        self.options = options
        self.stop = stop
        var path = model.graph.roots
        // What lies beside an entry that is no part of a package is found as well, as a script finds it.
        var base = model.graph.tree.nodes[Int(entry.rawValue)].parent
        while base != ModuleTree.none, base != 0, model.graph.tree.nodes[Int(base)].isPackage {
            base = model.graph.tree.nodes[Int(base)].parent
        }
        if base != ModuleTree.none, !path.contains(base) { path.append(base) }
        searchPath = path
    }

    func run(entry: String) {
        var place = Place(file: FileID(rawValue: 0), line: 0)
        if let node = model.module(named: entry), let file = model.file(of: node) { place = Place(file: file, line: 1) }
        if case .raised(let raised) = importModule(entry, from: place).completion { failure = raised }
    }

    func code(_ file: UInt32) -> FileCode {
        if let code = codes[file] { return code }
        let code = FileCode(file: file, facts: model.graph.files[Int(file)].facts)
        codes[file] = code
        return code
    }

    func note(_ reason: ReplayNote.Reason, _ code: FileCode, _ event: Event) {
        let place = Place(file: FileID(rawValue: code.file), line: event.line)
        guard noted.insert(place).inserted else { return }
        unresolved.append(ReplayNote(place: place, reason: reason, text: code.facts.text(of: event)))
    }

    func origin(_ code: FileCode, _ event: Int, after previous: Int32 = -1) -> Int32 {
        origins.append(Origin(file: code.file, event: UInt32(event), previous: previous))
        return Int32(origins.count - 1)
    }

    // MARK: sys.modules

    /// What is there under a name: a place in ``loaded``, or nil for something opaque.
    func entry(_ name: String) -> Int?? { modules[name].map(\.module) }

    func enter(_ name: String, _ module: Int?) {
        lastPosition += 1
        modules[name] = (module, modules[name]?.position ?? lastPosition)
    }

    func leave(_ name: String) { modules[name] = nil }

    /// A module that has loaded is taken out and put in again (`importlib._bootstrap._load_unlocked`): those that are still
    /// running stand where their import started, and those that have loaded, in the order in which they were ready.
    func settle(_ name: String) {
        guard let entry = modules[name] else { return }
        modules[name] = nil
        enter(name, entry.module)
    }

    /// The names in `sys.modules`, in its order.
    var order: [String] { modules.sorted { $0.value.position < $1.value.position }.map(\.key) }

    /// Whether a function's own body reads `sys.modules`.
    func readsModules(_ function: Thing) -> Bool {
        if let known = readers[function.object] { return known }
        let facts = function.code.facts
        var search = Graph.Search()
        let reads = facts.events[facts.body(of: Int(function.declaration))].contains { event in
            event.declaration == function.declaration && isModulesRead(event, function.code, &search)
        }
        readers[function.object] = reads
        return reads
    }

    /// Whether an event reads `sys.modules`, under whatever name `sys` goes.
    func isModulesRead(_ event: Event, _ code: FileCode, _ search: inout Graph.Search) -> Bool {
        guard event.kind == .use || event.kind == .call, event.name.exists, !event.flags.contains(.unresolved) else {
            return false
        }
        let parts = code.parts(of: event.name)
        guard parts.contains(Self.modulesKey) else { return false }
        let link = model.graph.link(parts[0], inFile: code.file, scope: event.declaration, &search)
        guard case .external(let file, let statement) = link else { return false }
        let name = model.externalName(file, statement)
        return (name == "sys" && parts.count > 1 && parts[1] == Self.modulesKey) || name == "sys.modules"
    }

    /// Whether a function takes a module from `sys.modules` and changes what it finds there: names may come that way.
    func writesModules(_ function: Thing) -> Bool {
        if let known = writers[function.object] { return known }
        let facts = function.code.facts
        let writes =
            readsModules(function)
            && facts.events[facts.body(of: Int(function.declaration))].contains { event in
                guard event.kind == .call, event.name.exists else { return false }
                let last = facts.names.lastKey(of: event.name)
                return last == Self.updateKey || last == Known.setattr
            }
        writers[function.object] = writes
        return writes
    }

    private static let updateKey = TextKey("update" as StaticString)
    private static let modulesKey = TextKey("modules" as StaticString)
}

/// A piece of code that runs: a module, a class body, a call.
final class Frame {
    enum Kind { case module, `class`, function }

    let kind: Kind
    let code: FileCode
    let scope: Scope
    /// In ``Interpreter/loaded``.
    let module: Int
    /// The function that runs.
    let function: Thing?
    /// What calls gave, by the text of their callee.
    var results: [Name: Cell] = [:]
    /// The event of the last call, and what it gave.
    var lastCall: (event: Int, value: Value) = (-1, .unknown)
    var result: Value?
    /// It returned in an arm that may not have run: what comes behind may not run either.
    var mayHaveReturned = false
    /// The exceptions that `except` arms around handle.
    var handled: [Raised] = []

    init(_ kind: Kind, code: FileCode, scope: Scope, module: Int, function: Thing? = nil) {
        self.kind = kind
        self.code = code
        self.scope = scope
        self.module = module
        self.function = function
    }
}

/// Something of which the replay could not tell what it does.
public struct ReplayNote: Hashable, Sendable {
    public enum Reason: String, Sendable {
        /// `import_module(name)` with a name that is computed.
        case computedImport = "computed import"
        /// An error on a way that may or may not be taken.
        case possibleError = "error in an arm that may not run"
        /// A module of the tree that does not parse.
        case syntaxError = "syntax error"
        case limit = "limit of the replay"
    }

    public var place: Place
    public var reason: Reason
    public var text: String
}
