/// Where a file binds names and reads them, by offset: what renaming needs and facts do not keep.
///
/// Only names that somebody asks for are noted.
struct NameScopes {
    struct Scope {
        enum Kind {
            case module, `class`, function, lambda, comprehension, typeParameters
        }

        var kind: Kind
        /// Of the module its own index.
        var parent: Int
        var start: UInt32
        var end: UInt32
        /// Names that `global` and `nonlocal` declare.
        var declared: Set<String> = []
        /// Names that are bound here.
        var bound: Set<String> = []
    }

    struct Binding {
        enum Kind {
            /// A name of an import statement: its statement and its place there.
            case imported(statement: Int, name: Int)
            /// `x = None`
            case placeholder
            /// `x = y.z` at a statement's top: the reference.
            case alias
            /// `x = import_module("a.b")`: the literal's text and its range without quotes.
            case dynamicModule(String, UInt32, UInt32)
            /// `class x`, `def x`: the node of the statement.
            case definition(UInt32)
            case other
        }

        var name: String
        var scope: Int
        var start: UInt32
        var end: UInt32
        var kind: Kind
        /// The statement that it is part of.
        var statement: UInt32
    }

    /// A name that is read, with the attributes behind it: `a.b.X`.
    struct Reference {
        struct Part {
            var text: String
            var start: UInt32
            var end: UInt32
        }

        var parts: [Part]
        var scope: Int
        /// The last attribute is assigned to or deleted.
        var isStore: Bool
        /// It stands in a string or comment.
        var isText: Bool

        var start: UInt32 { parts[0].start }
        var end: UInt32 { parts[parts.count - 1].end }
        var root: String { parts[0].text }
    }

    var scopes: [Scope] = []
    var bindings: [Binding] = []
    var references: [Reference] = []
    /// The code reads or changes its names by text: `globals()`, `eval`.
    var isDynamic = false

    /// The scope whose binding a name means when it is read in a scope; nil: none of this file's.
    func resolve(_ name: String, from scope: Int) -> Int? {
        var current = scope
        while true {
            let item = scopes[current]
            let isSeen = current == scope || item.kind != .class
            if isSeen, item.declared.contains(name) {
                // `global` mostly; of `nonlocal` the next function that binds it is meant.
                return scopes[0].bound.contains(name) ? 0 : nil
            }
            if isSeen, item.bound.contains(name) { return current }
            if current == 0 { return nil }
            current = item.parent
        }
    }

    /// Whether a scope lies in another one, or is it.
    func isScope(_ scope: Int, within outer: Int) -> Bool {
        var current = scope
        while current != outer {
            if current == 0 { return false }
            current = scopes[current].parent
        }
        return true
    }

    /// The innermost scope around an offset.
    func scope(at offset: UInt32) -> Int {
        var best = 0
        for (index, scope) in scopes.enumerated() where scope.start <= offset && offset < scope.end {
            if scope.start >= scopes[best].start { best = index }
        }
        return best
    }

    func bindings(of name: String, in scope: Int) -> [Binding] {
        bindings.filter { $0.scope == scope && $0.name == name }
    }

    func references(to name: String, boundIn scope: Int) -> [Reference] {
        references.filter { $0.root == name && resolve(name, from: $0.scope) == scope }
    }

    /// Whether some scope says `global` or `nonlocal` of a name.
    func isDeclared(_ name: String) -> Bool { scopes.contains { $0.declared.contains(name) } }

    /// Whether a scope may call something by another name, without any other name coming to mean something else.
    ///
    /// - Parameter isSame: whether a binding of the new name stands for the very same thing.
    func canRename(_ old: String, to new: String, in scope: Int, isSame: (Binding) -> Bool) -> Bool {
        guard !isDynamic, !isDeclared(old), !isDeclared(new) else { return false }
        let taken = bindings(of: new, in: scope)
        guard taken.allSatisfy(isSame) else { return false }
        if taken.isEmpty {
            // Whoever reads the new name here, or further in, means something further out.
            let isRead = references.contains { reference in
                guard reference.root == new, isScope(reference.scope, within: scope) else { return false }
                guard let meant = resolve(new, from: reference.scope) else { return true }
                return !isScope(meant, within: scope) || meant == scope
            }
            guard !isRead else { return false }
        }
        for reference in references(to: old, boundIn: scope) {
            var current = reference.scope
            while current != scope {
                let item = scopes[current]
                if current == reference.scope || item.kind != .class, item.bound.contains(new) { return false }
                current = item.parent
            }
        }
        return true
    }
}
