/// Dotted names that give way to others: `package.module.Name` to `package.module.Name`.
public struct MovedNames: Sendable {
    /// The new dotted name of each old one.
    public private(set) var targets: [String: String] = [:]
    /// The same by module and by name.
    public private(set) var byModule: [String: [String: String]] = [:]
    /// Modules of old names, and the packages around them.
    public private(set) var modules: Set<String> = []

    public init(_ targets: [String: String] = [:]) {
        for (old, new) in targets { self[old] = new }
    }

    public subscript(old: String) -> String? {
        get { targets[old] }
        set {
            targets[old] = newValue
            guard let dot = old.lastIndex(of: ".") else { return }
            var module = String(old[..<dot])
            byModule[module, default: [:]][String(old[old.index(after: dot)...])] = newValue
            while modules.insert(module).inserted, let dot = module.lastIndex(of: ".") {
                module = String(module[..<dot])
            }
        }
    }

    public var isEmpty: Bool { targets.isEmpty }

    /// The old name that a dotted text begins with, and the rest of the text.
    public func beginning(of text: String) -> (old: String, new: String, rest: Substring)? {
        var end = text.endIndex
        while true {
            let head = text[..<end]
            if let new = targets[String(head)] { return (String(head), new, text[end...]) }
            guard let dot = head.lastIndex(of: ".") else { return nil }
            end = dot
        }
    }
}

extension String {
    /// `a.b` and `X` of `a.b.X`; nil without a dot.
    public var moduleAndName: (module: String, name: String)? {
        guard let dot = lastIndex(of: ".") else { return nil }
        return (String(self[..<dot]), String(self[index(after: dot)...]))
    }
}
