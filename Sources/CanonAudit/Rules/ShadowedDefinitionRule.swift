import CanonCodeModel
import CanonFacts

/// A class or function that a later one of the same name in the same scope hides.
enum ShadowedDefinitionRule: Rule {
    static let identity = RuleIdentity(
        "shadowed-definition", severity: .high,
        summary: "A second class or def of one name in one scope: the first one can never be reached again.",
        exceptions:
            "Arms of if and try, @overload, property accessors, single dispatch, a name that is used in between.")

    static let rationale = """
        The later statement wins, silently. Whoever reads or mends the first one works on code that never runs; in a test \
        class, the first test is never collected. It is mostly what a merge or a copy left behind.
        """
    static let remedy = "Delete the definition that is not meant, or give it a name of its own."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Two classes of one name in a module",
                RuleExample.File(
                    "app/store.py",
                    """
                    class Store:
                        def get(self, key):
                            return None


                    ↓
                    class Store:
                        def get(self, key):
                            return key
                    """)),
            RuleExample(
                "A method that a merge left behind, three times",
                RuleExample.File(
                    "app/session.py",
                    """
                    class Session:
                        def close(self):
                            self.open = False

                        ↓
                        async def close(self):
                            self.open = False

                        ↓
                        def close(self):
                            pass
                    """)),
            RuleExample(
                "A test that is never collected",
                RuleExample.File(
                    "tests/test_store.py",
                    """
                    def test_get():
                        assert True


                    ↓
                    def test_get():
                        assert 1
                    """)),
        ],
        clean: [
            RuleExample(
                "Only one of the arms runs",
                RuleExample.File(
                    "app/clock.py",
                    """
                    import sys

                    if sys.platform == "win32":
                        def now():
                            return 1
                    else:
                        def now():
                            return 2

                    try:
                        from fast import parse
                    except ImportError:
                        def parse(text):
                            return text
                    """)),
            RuleExample(
                "Overloads, accessors and dispatch",
                RuleExample.File(
                    "app/shapes.py",
                    """
                    from functools import singledispatch
                    from typing import overload


                    @overload
                    def area(shape: int) -> int: ...
                    @overload
                    def area(shape: str) -> str: ...
                    def area(shape):
                        return shape


                    class Box:
                        @property
                        def width(self):
                            return self._width

                        @width.setter
                        def width(self, value):
                            self._width = value


                    @singledispatch
                    def show(value):
                        return str(value)


                    @show.register
                    def _(value: int):
                        return hex(value)


                    @show.register
                    def _(value: list):
                        return "list"
                    """)),
            RuleExample(
                "The first one is used before the second one takes its name",
                RuleExample.File(
                    "app/handlers.py",
                    """
                    handlers = []


                    def handle(event):
                        return event


                    handlers.append(handle)


                    def handle(event):
                        return None
                    """)),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        for scope in [SourceScope.live, .test, .tool] {
            for file in context.files(in: scope) { check(file, scope, context, &findings) }
        }
    }

    private static func check(
        _ file: FileID, _ scope: SourceScope, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let facts = context.model.files[Int(file.rawValue)].facts
        findings.examined += facts.declarations.count
        guard let groups = DefinitionGroups(facts) else { return }
        let path = context.path(of: file)
        for (first, hidden) in groups.shadowed() {
            let declaration = facts.declarations[first]
            let object = ObjectID(file: file, index: UInt32(first))
            let name = context.model.qualifiedName(of: object)
            let places = hidden.map { Finding.Place(path: path, line: Int(facts.declarations[$0].line)) }
            let word = declaration.kind == .class ? "class" : "def"
            // A decorator may have kept the first one somewhere before its name was taken.
            let isKept = groups.isRegistered(declaration)
            findings.add(
                [context.model.symbol(of: object)], at: path, line: places[0].line,
                severity: isKept || scope == .tool ? .medium : nil, confidence: isKept ? .review : .confirmed,
                scope: scope,
                message: "\(name) is defined again, which hides the one of line \(declaration.line)",
                evidence: ([first] + hidden).map {
                    Evidence(path: path, line: Int(facts.declarations[$0].line), text: "\(word) \(name)")
                },
                places: places)
        }
    }
}

/// Declarations of one file that share scope and name.
private struct DefinitionGroups {
    private let facts: FileFacts
    /// Indices of declarations, at least two in each, in the order of the source.
    private var groups: [[Int]] = []

    /// Nil when no name is defined twice, which is the usual case and must be cheap.
    init?(_ facts: FileFacts) {
        self.facts = facts
        var first: [UInt64: Int] = [:]
        var places: [UInt64: Int] = [:]
        first.reserveCapacity(facts.declarations.count)
        for (index, declaration) in facts.declarations.enumerated() {
            let key = UInt64(declaration.parent) << 32 | UInt64(declaration.name.rawValue)
            guard let earlier = first.updateValue(index, forKey: key) else { continue }
            if let place = places[key] {
                groups[place].append(index)
            } else {
                places[key] = groups.count
                groups.append([earlier, index])
            }
        }
        groups = groups.filter { group in !group.contains { Self.isExempt(facts.declarations[$0], facts) } }
        guard !groups.isEmpty else { return nil }
    }

    /// It is meant to share its name.
    private static func isExempt(_ declaration: Declaration, _ facts: FileFacts) -> Bool {
        if facts.names[declaration.name] == "_" { return true }
        let decorators = facts.lists[declaration.decorators.indices]
        for place in stride(from: decorators.startIndex, to: decorators.endIndex, by: 2) {
            let text = facts.names[Name(rawValue: decorators[place])]
            let last = text.split(separator: ".").last ?? ""
            if ["overload", "setter", "getter", "deleter", "register"].contains(last) { return true }
        }
        return false
    }

    /// Whether a decorator that is called hands the function to somebody (`@app.get("/")`).
    func isRegistered(_ declaration: Declaration) -> Bool {
        let decorators = facts.lists[declaration.decorators.indices]
        return stride(from: decorators.startIndex, to: decorators.endIndex, by: 2).contains { decorators[$0 + 1] == 1 }
    }

    /// The first definition of each group, and those that hide the one before them.
    func shadowed() -> [(first: Int, hidden: [Int])] {
        let arms = armsOfDeclarations()
        return groups.compactMap { group in
            var hidden: [Int] = []
            for (earlier, later) in zip(group, group.dropFirst()) {
                // A later one in an arm of its own only replaces the first under a condition.
                guard arms[earlier].starts(with: arms[later]), !isUsed(between: earlier, and: later) else { continue }
                hidden.append(later)
            }
            return hidden.isEmpty ? nil : (group[0], hidden)
        }
    }

    /// The arms that each declaration stands in, within the declaration around it, the outermost first.
    private func armsOfDeclarations() -> [[UInt32]] {
        var result = [[UInt32]](repeating: [], count: facts.declarations.count)
        var scopes: [[UInt32]] = [[]]
        for (index, event) in facts.events.selecting([.enter, .leave]) {
            switch (event.kind, event.block) {
            case (.enter, .class), (.enter, .function):
                result[Int(event.declaration)] = scopes[scopes.count - 1]
                scopes.append([])
            case (.leave, .class), (.leave, .function): scopes.removeLast()
            case (.enter, .then), (.enter, .otherwise), (.enter, .body), (.enter, .except), (.enter, .case):
                scopes[scopes.count - 1].append(UInt32(index))
            case (.leave, .then), (.leave, .otherwise), (.leave, .body), (.leave, .except), (.leave, .case):
                scopes[scopes.count - 1].removeLast()
            default: break
            }
        }
        return result
    }

    /// Whether the scope reads or unbinds the name after the first definition and before the second.
    private func isUsed(between earlier: Int, and later: Int) -> Bool {
        let (first, second) = (facts.declarations[earlier], facts.declarations[later])
        let start = Int(facts.events[Int(first.event)].link) + 1
        let end = Int(second.event)
        guard start < end else { return false }
        return facts.names.withUTF8(of: first.name) { name in
            (start..<end).contains { index in
                let event = facts.events[index]
                switch event.kind {
                case .call, .use, .unbind, .bind, .return:
                    return isNamed(event.name, name) || isNamed(event.value, name)
                default: return false
                }
            }
        }
    }

    /// Whether a dotted text begins with the name.
    private func isNamed(_ dotted: Name, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard dotted.exists else { return false }
        return facts.names.withUTF8(of: dotted) { text in
            text.count >= name.count && text.prefix(name.count).elementsEqual(name)
                && (text.count == name.count || text[name.count] == UInt8(ascii: "."))
        }
    }
}
