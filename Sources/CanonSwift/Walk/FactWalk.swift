internal import CanonFacts
internal import SwiftSyntax

/// The walk over the tree of one file that collects its facts.
///
/// Both arms of `#if` count. What stands in a closure belongs to the function around it.
class FactWalk: SyntaxVisitor {
    private let source: UnsafeBufferPointer<UInt8>
    private let lines: LineTable
    private var names = NameInterner()
    private var events: [Event] = []
    private(set) var declarations: [Declaration] = []
    private var parameters: [Parameter] = []
    private var lists: [UInt32] = []
    var state: [StateFact] = []
    /// The declarations around, the innermost last.
    private var scopes: [Scope] = []

    /// What is known of a declaration while its body is walked.
    struct Scope {
        var declaration: UInt32
        var isType: Bool
        /// Of a function: parameters, variables, and the parameters of closures.
        var locals: Set<String> = []
        /// What was read already; see ``CanonFacts/Event/Kind/use``.
        var used: Set<String> = []
        /// Of a type: names of its nested types' containers that are its own, as it holds the one instance.
        var held: Set<String> = []
        /// The nested types that these are in.
        var heldTypes: Set<String> = []
    }

    /// At the top of the file.
    private var topLevelUses: Set<String> = []
    private(set) var topLevelVariables: Set<String> = []

    init(source: UnsafeBufferPointer<UInt8>, lines: LineTable) {
        self.source = source
        self.lines = lines
        super.init(viewMode: .sourceAccurate)
    }

    func records() -> FileFacts.Records {
        var records = FileFacts.Records()
        var packer = EventPacker()
        records.names = names.table
        records.declarations = declarations
        records.parameters = parameters
        records.events = events.withUnsafeBufferPointer { packer.pack($0) }
        records.state = state
        records.lists = lists
        return records
    }

    // MARK: Names and places

    func name(_ text: String) -> Name { names.intern(text) }

    func place(of node: some SyntaxProtocol) -> (line: UInt32, column: Int) {
        lines.place(of: node.positionAfterSkippingLeadingTrivia.utf8Offset)
    }

    func endLine(of node: some SyntaxProtocol) -> UInt32 {
        lines.place(of: node.endPositionBeforeTrailingTrivia.utf8Offset).line
    }

    // MARK: Scopes

    var declaration: UInt32 { scopes.last?.declaration ?? FileFacts.noIndex }
    var isAtTop: Bool { scopes.isEmpty }
    /// Whether the code stands right in the body of a type.
    var isInType: Bool { scopes.last?.isType ?? false }
    /// The type around, however deep in its methods the code stands.
    var enclosingType: Scope? { scopes.last { $0.isType } }

    /// Whether a function around has the name for itself.
    func isLocal(_ name: String) -> Bool {
        scopes.reversed().prefix { !$0.isType }.contains { $0.locals.contains(name) }
    }

    func addLocal(_ name: String) {
        if isAtTop { topLevelVariables.insert(name) } else { scopes[scopes.count - 1].locals.insert(name) }
    }

    /// Notes the containers of nested types that the innermost type holds itself.
    func hold(_ state: HeldState) {
        scopes[scopes.count - 1].held = state.names
        scopes[scopes.count - 1].heldTypes = state.types
    }

    /// The type that holds the innermost one, so that the containers of this are that one's; see ``HeldState``.
    var holder: UInt32? {
        guard scopes.count > 1 else { return nil }
        let outer = scopes[scopes.count - 2]
        let own = declarations[Int(declaration)].name
        return outer.isType && outer.heldTypes.contains(where: { name($0) == own }) ? outer.declaration : nil
    }

    /// Begins a declaration; its children are walked next, and ``close(_:)`` ends it.
    func open(_ declaration: Declaration, isType: Bool) {
        let index = UInt32(declarations.count)
        var declaration = declaration
        declaration.event = UInt32(events.count)
        declarations.append(declaration)
        scopes.append(Scope(declaration: index, isType: isType))
        var event = Event(
            .enter, line: declaration.line, column: Int(declaration.column), declaration: index, name: declaration.name)
        event.block = isType ? .class : .function
        if declaration.kind == .asyncFunction { event.flags.insert(.asynchronous) }
        events.append(event)
    }

    /// Ends the innermost declaration.
    func close(_ node: some SyntaxProtocol, body: (some SyntaxProtocol)? = CodeBlockSyntax?.none) {
        guard let scope = scopes.popLast() else { return }
        let index = Int(scope.declaration)
        let start = Int(declarations[index].event)
        declarations[index].endLine = endLine(of: node)
        if let body, !scope.isType {
            let range =
                body.positionAfterSkippingLeadingTrivia
                .utf8Offset..<body.endPositionBeforeTrailingTrivia
                .utf8Offset
            let hashes = BodyHashes(UnsafeBufferPointer(rebasing: source[range]))
            declarations[index].tokenCount = hashes.tokens
            declarations[index].setHashes(shape: hashes.shape, exact: hashes.exact)
        }
        var event = Event(
            .leave, line: declarations[index].endLine, column: 0, declaration: scope.declaration,
            name: declarations[index].name)
        event.block = scope.isType ? .class : .function
        event.link = UInt32(start)
        events[start].link = UInt32(events.count)
        events.append(event)
    }

    /// Puts lists of a declaration that is about to be opened into the file's.
    func setLists(
        of declaration: inout Declaration, decorators: [(String, Bool)], bases: [String], keywords: [String]
    ) {
        let start = lists.count
        for (text, isCalled) in decorators.prefix(Self.longest) {
            lists.append(name(text).rawValue)
            lists.append(isCalled ? 1 : 0)
        }
        for base in bases.prefix(Self.longest) { lists.append(name(base).rawValue) }
        for keyword in keywords.prefix(Self.longest) {
            lists.append(name(keyword).rawValue)
            lists.append(0)
        }
        declaration.setLists(
            start: start, decorators: min(decorators.count, Self.longest) * 2, bases: min(bases.count, Self.longest),
            keywords: min(keywords.count, Self.longest) * 2)
    }

    private static let longest = Declaration.longestList / 2

    func setParameters(of declaration: inout Declaration, _ list: [Parameter]) {
        let list = list.prefix(Declaration.longestList)
        declaration.setParameters(start: parameters.count, count: list.count)
        parameters += list
    }

    func setFlag(_ flag: Declaration.Flags) {
        guard let scope = scopes.last else { return }
        declarations[Int(scope.declaration)].flags.insert(flag)
    }

    // MARK: Events

    func emit(
        _ kind: Event.Kind, at node: some SyntaxProtocol, name text: String, value: String = "",
        _ change: (inout Event) -> Void = { _ in }
    ) {
        let place = place(of: node)
        var event = Event(
            kind, line: place.line, column: place.column, declaration: declaration, name: name(text),
            value: name(value))
        change(&event)
        events.append(event)
    }

    /// Notes a name that is read: of each scope and text the first.
    func use(_ text: String, at node: some SyntaxProtocol, _ flags: Event.Flags = []) {
        guard !text.isEmpty else { return }
        if isAtTop {
            guard topLevelUses.insert(text).inserted else { return }
        } else {
            guard scopes[scopes.count - 1].used.insert(text).inserted else { return }
        }
        emit(.use, at: node, name: text) { $0.flags = flags }
    }
}
