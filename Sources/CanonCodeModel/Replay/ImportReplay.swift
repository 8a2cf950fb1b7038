internal import CanonFacts

/// Replays imports: what `sys.modules` and each module's namespace would hold at some moment of a program, found by running the
/// events of its files and nothing else.
///
/// It follows the import system of the Python Language Reference (chapter 5) and `importlib._bootstrap`: modules enter
/// `sys.modules` when their import starts, move to its end when they have loaded, and leave it when they fail; a module that
/// is still running has what it has bound so far; a module that has loaded becomes an attribute of its package. Of a condition of which nothing is known both arms run. What lies outside of the tree
/// is taken as present and stays opaque.
public struct ImportReplay: Sendable {
    public struct Options: Sendable {
        /// Calls within calls that are followed.
        public var callDepth: Int
        /// Events that are run before the replay gives up.
        public var stepLimit: Int
        /// Names of modules that are there before the program starts: they are taken as opaque, even when the tree has them.
        public var preloaded: Set<String>
        /// Modules outside of the tree whose import fails.
        public var absent: Set<String>

        public init(
            callDepth: Int = 24, stepLimit: Int = 10_000_000, preloaded: Set<String> = [], absent: Set<String> = []
        ) {
            self.callDepth = callDepth
            self.stepLimit = stepLimit
            self.preloaded = preloaded
            self.absent = absent
        }
    }

    private let model: CodeModel
    private let options: Options

    public init(model: CodeModel, options: Options = Options()) {
        self.model = model
        self.options = options
    }

    /// Imports a module as `import entry` would in a fresh interpreter.
    ///
    /// - Throws: ``ReplayError`` when the tree has no such entry, or no module, function or line to stop at.
    public func run(entry: String, at stop: StopPoint? = nil) throws(ReplayError) -> ReplayResult {
        guard let node = model.module(named: entry), model.file(of: node) != nil else { throw .noEntry(entry) }
        if let stop { try check(stop) }
        let model = model
        let options = options
        // Imports nest as deep as a program's import chain is long.
        return DeepStack.run {
            let interpreter = Interpreter(model: model, options: options, entry: node, stop: stop)
            interpreter.run(entry: entry)
            return ReplayResult(interpreter)
        }
    }

    private func check(_ stop: StopPoint) throws(ReplayError) {
        guard let node = model.module(named: stop.module), let file = model.file(of: node) else {
            throw .noModule(stop.module)
        }
        switch stop.position {
        case .check: break
        case .line(let line):
            let count = model.facts(of: file).lineCount
            guard line >= 1, line <= count else { throw .noLine(stop.module, line, count: count) }
        case .function(let name):
            guard model.functions(in: file).contains(where: { model.qualifiedName(of: $0) == name }) else {
                throw .noFunction(stop.module, name)
            }
        }
    }
}

/// Where a replay ends before its entry has loaded.
public struct StopPoint: Hashable, Sendable {
    public enum Position: Hashable, Sendable {
        /// At the first call, made by the module's own body, of a function that reads `sys.modules`, there where it reads it;
        /// when there is none, at the end of the body.
        case check
        /// When that function is called for the first time.
        case function(String)
        /// Before the first statement of the module's own body at or behind that line.
        case line(UInt32)
    }

    public var module: String
    public var position: Position

    public init(module: String, position: Position = .check) {
        self.module = module
        self.position = position
    }

    /// `module`, `module:function` or `module:line`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let module = parts.first, !module.isEmpty, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            return nil
        }
        self.module = String(module)
        position = .check
        if parts.count == 2 { position = UInt32(parts[1]).map { .line($0) } ?? .function(String(parts[1])) }
    }
}

/// Why a replay cannot start.
public enum ReplayError: Error, Hashable, CustomStringConvertible {
    case noEntry(String)
    case noModule(String)
    case noFunction(String, String)
    case noLine(String, UInt32, count: UInt32)

    public var description: String {
        switch self {
        case .noEntry(let name): "there is no module '\(name)' in the tree"
        case .noModule(let name): "there is no module '\(name)' to stop at in the tree"
        case .noFunction(let module, let name): "module '\(module)' has no function '\(name)' to stop at"
        case .noLine(let module, let line, let count):
            "module '\(module)' has \(count) lines, and none \(line) to stop at"
        }
    }
}
