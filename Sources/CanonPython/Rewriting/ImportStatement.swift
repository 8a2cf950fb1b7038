/// An import statement, with what rewriting needs of it.
struct ImportStatement {
    struct Imported {
        /// As it is written, without blanks: dotted in `import a.b`.
        var name: String
        var nameStart: UInt32
        var nameEnd: UInt32
        /// nil without `as`.
        var alias: String?
        var start: UInt32
        var end: UInt32

        /// The name that it binds.
        var local: String { alias ?? String(name.prefix { $0 != "." }) }
    }

    var node: UInt32
    /// `from a import b`, in contrast to `import a`.
    var isFrom: Bool
    var isStar: Bool
    /// The absolute module of `from`; nil when the dots lead out of the tree.
    var module: String?
    /// The number of dots.
    var level: Int
    /// The dots and the name of the module.
    var moduleStart: UInt32
    var moduleEnd: UInt32
    var names: [Imported]
    var scope: Int
    var start: UInt32
    var end: UInt32

    /// The absolute dotted name that an imported name stands for.
    func target(_ index: Int) -> String? {
        guard isFrom else { return names[index].name }
        return module.map { $0.isEmpty ? names[index].name : "\($0).\(names[index].name)" }
    }
}

/// How modules are named from a file.
struct ModuleNaming {
    let module: String
    let isPackage: Bool

    /// The package that so many dots mean; nil when they lead out of the tree.
    func package(level: Int) -> String? {
        var parts = module.split(separator: ".")
        let drops = isPackage ? level - 1 : level
        guard parts.count >= drops else { return nil }
        parts.removeLast(drops)
        return parts.joined(separator: ".")
    }

    func absolute(level: Int, name: String) -> String? {
        guard level > 0 else { return name }
        return package(level: level).map { $0.isEmpty ? name : name.isEmpty ? $0 : "\($0).\(name)" }
    }

    /// A module as a statement with so many dots would name it: relative where it was, as long as that is possible.
    func written(_ target: String, level: Int) -> String {
        guard level > 0, let package = package(level: level), !package.isEmpty else { return target }
        if target == package { return String(repeating: ".", count: level) }
        guard target.hasPrefix(package + ".") else { return target }
        return String(repeating: ".", count: level) + target.dropFirst(package.count + 1)
    }
}
