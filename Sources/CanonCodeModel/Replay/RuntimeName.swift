/// A name of a running program that holds a class.
public struct RuntimeName: Sendable {
    /// `package.module.Name`
    public var name: String
    public var object: ObjectID
    /// Equal for names that hold the same object: a module that was loaded twice made two of each class.
    public var identity: Int
    public var role: ObjectRole
    /// Where the class statement stands.
    public var place: Place
    /// From the module's own statement to the class statement.
    public var chain: [Hop]
}

extension ReplayResult {
    /// Names of classes in some modules, in the order of `sys.modules` and, in each, of `dir`.
    ///
    /// - Parameters:
    ///   - name: for the bound name alone.
    ///   - pattern: for the module's dotted name.
    ///   - canonical: an object whose names are left out.
    public func names(
        matching name: Glob, modules pattern: Glob, except canonical: ObjectID? = nil, in model: CodeModel
    ) -> [RuntimeName] {
        var roles: [ObjectID: ObjectRole] = [:]
        return modules.filter { pattern.matches($0.name) }.flatMap { module in
            module.classes.filter { name.matches($0.name) && $0.object != canonical }.map { found in
                let role = roles[found.object] ?? model.role(of: found.object)
                roles[found.object] = role
                return RuntimeName(
                    name: module.name + "." + found.name, object: found.object, identity: found.identity, role: role,
                    place: model.place(of: found.object), chain: found.hops)
            }
        }
    }

    /// Names that match and of which is not known whether they hold a class, with what they hold as far as that is known.
    public func unknownNames(matching name: Glob, modules pattern: Glob) -> [(
        name: String, value: String
    )] {
        modules.filter { pattern.matches($0.name) }.flatMap { module in
            module.others.filter { name.matches($0.name) }.map { (module.name + "." + $0.name, $0.what) }
        }
    }

    /// The object with which the code at the stop compares: the only class among those that it reads by name whose name
    /// matches.
    public func comparedObject(matching name: Glob, in model: CodeModel) -> ObjectID? {
        let names = modules.flatMap(\.classes).filter { name.matches($0.name) }
        let candidates = compared.filter { object in names.contains { $0.object == object } }
        return candidates.count == 1 ? candidates[0] : nil
    }
}

extension ReplayResult {
    /// The class that a running program has under a dotted name.
    public func object(named dotted: String) -> ObjectID? {
        guard let dot = dotted.lastIndex(of: ".") else { return nil }
        let name = dotted[dotted.index(after: dot)...]
        return modules.first { $0.name == dotted[..<dot] }?.classes.first { $0.name == name }?.object
    }
}
