internal import CanonFacts

/// A use of `module.Name` through which a file gets an object.
struct AttributeUse: Sendable, BitwiseCopyable {
    var file: UInt32
    var event: UInt32
    /// Through which it went.
    var module: UInt32
    var target: ObjectID
}

extension Graph {
    /// The uses in a file that has modules of the tree under some names: of each dotted text the first.
    func attributeUses(inFile file: UInt32) -> [AttributeUse] {
        if swift != nil, isSwift(file) { return swiftUses(inFile: file) }
        var modules: [TextKey: UInt32] = [:]
        let facts = facts(file)
        for statement in summaries[Int(file)].imports {
            guard case .module(let node) = statement.link, statement.kind == .module || statement.kind == .name else {
                continue
            }
            let event = facts.events[Int(statement.event)]
            let name = event.value.exists ? event.value : event.name
            if statement.kind == .module, !event.value.exists {
                guard case .module(let first) = module(boundBy: statement, inFile: file) else { continue }
                modules[facts.names.rootKey(of: name)] = first
            } else {
                modules[facts.names.key(of: name)] = node
            }
        }
        guard !modules.isEmpty else { return [] }
        var uses: [AttributeUse] = []
        var seen = [Bool](repeating: false, count: facts.names.count)
        let events = facts.events
        let kinds: Event.Kinds = [.use, .call]
        for index in events.indices where kinds.contains(events.kind(at: index)) {
            // Most names were seen already: no event is made of them.
            let place = Int(events.name(at: index).rawValue)
            guard !seen[place] else { continue }
            seen[place] = true
            let event = events[index]
            guard !event.flags.contains(.unresolved), facts.names.hasDot(event.name),
                let first = modules[facts.names.rootKey(of: event.name)],
                let (module, object) = firstObject(of: event.name, facts, from: first), object.file.rawValue != file
            else { continue }
            uses.append(AttributeUse(file: file, event: UInt32(index), module: module, target: object))
        }
        return uses
    }

    /// The first part of a dotted name that is no module, and the module that has it.
    private func firstObject(of name: Name, _ facts: FileFacts, from start: UInt32) -> (UInt32, ObjectID)? {
        var module = start
        var found: ObjectID?
        var isFirst = true
        facts.names.forEachPart(of: name) { key in
            guard !isFirst else {
                isFirst = false
                return true
            }
            var search = Search()
            switch link(key, in: module, &search) {
            case .module(let inner):
                module = inner
                return true
            case .object(let object): found = object
            default: break
            }
            return false
        }
        return found.map { (module, $0) }
    }
}
