public import CanonCodeModel
import CanonFacts

/// Concepts that nobody has declared: groups of live classes about one thing, the most fragmented first.
///
/// A group begins with what names say (the last words of a class name) and is held together by what classes do: the same kind of
/// state, the same methods, copied code. It is a suggestion; the manifest decides.
public struct Discovery: Sendable {
    public let concepts: [DiscoveredConcept]

    /// How many groups are looked at closely.
    private static let mostGroups = 48

    public init(_ context: RuleContext) {
        let model = context.model
        var groups: [String: [ObjectID]] = [:]
        var keys: [ObjectID: String] = [:]
        for file in context.liveFiles {
            for object in model.classes(in: file) where !model.isNestedInFunction(object) {
                guard let key = NameWords(model.name(of: object)).key else { continue }
                groups[key, default: []].append(object)
                keys[object] = key
            }
        }
        // Classes of one word each, which says too little by itself, are put together by what they do.
        for pair in context.likenesses.pairs
        where pair.isSecondImplementation && keys[pair.first] == nil && keys[pair.second] == nil {
            let key = model.symbol(of: pair.first)
            groups[key, default: [pair.first]].append(pair.second)
            keys[pair.first] = key
            keys[pair.second] = key
        }
        // Copies under a name of other words belong to the group of what they copy.
        for pair in context.likenesses.pairs {
            for (one, other) in [(pair.first, pair.second), (pair.second, pair.first)] {
                guard let key = keys[one], keys[other] != key else { continue }
                if !(groups[key] ?? []).contains(other) { groups[key, default: []].append(other) }
            }
        }
        let likely = groups.filter { $0.value.count > 1 }.map { key, objects in
            (
                key: key, objects: objects,
                weight: objects.count * objects.reduce(1) { $0 + model.consumers(of: $1).count }
            )
        }.sorted { ($1.weight, $0.key) < ($0.weight, $1.key) }
        concepts = likely.prefix(Self.mostGroups)
            .compactMap { DiscoveredConcept($0.objects, context) }
            .sorted { ($1.harm, $0.name) < ($0.harm, $1.name) }
    }
}

/// One of them.
public struct DiscoveredConcept: Sendable {
    /// A class of the group.
    public struct Member: Sendable {
        public var object: ObjectID
        public var symbol: String
        public var path: String
        public var line: Int
        public var role: ObjectRole
        /// The fact that decided.
        public var because: String
        /// Live modules that import it.
        public var consumers: Int
        /// Test files that import it.
        public var tests: Int
        public var methods: Int
        public var state: StateKinds
        /// Other classes of the group that share its design: it inherits from them, they from it, or all from one base.
        public var relatives = 0
    }

    /// Kebab-case, from the words of the names.
    public var name: String
    /// Implementations first, then by consumers.
    public var members: [Member]
    /// Modules through which members are imported.
    public var paths: Int
    /// Live modules that import any member.
    public var consumers: Int

    /// One for each family of classes that inherit from each other.
    public private(set) var implementations: [Member]

    /// What each further implementation costs: everybody who may have taken the wrong one; further paths add to it.
    public var harm: Int { (implementations.count - 1) * (consumers + 1) + max(0, paths - members.count) }

    /// Nil when there is at most one implementation, or the group shares nothing but words.
    init?(_ objects: [ObjectID], _ context: RuleContext) {
        let model = context.model
        var paths: Set<ModuleID> = []
        var users: Set<FileID> = []
        var members = Set(objects).sorted().map { object in
            var live: Set<FileID> = []
            var tests: Set<FileID> = []
            let role = model.explainedRole(of: object)
            // Who only uses a record or an enum of the same words has chosen no implementation.
            let counts = [.implementation, .adapter, .factory].contains(role.role)
            for consumer in model.consumers(of: object) {
                switch context.scope(of: consumer.file) {
                case .live:
                    live.insert(consumer.file)
                    if counts { paths.insert(consumer.module) }
                case .test: tests.insert(consumer.file)
                default: break
                }
            }
            if counts { users.formUnion(live) }
            let place = model.place(of: object)
            return Member(
                object: object, symbol: model.symbol(of: object), path: context.path(of: place.file),
                line: Int(place.line),
                role: role.role, because: role.because, consumers: live.count, tests: tests.count,
                methods: model.publicMethods(of: object).count,
                state: model.state(of: object).reduce(into: []) { $0.formUnion(StateKinds($1.fact.container)) })
        }
        members.sort {
            if ($0.role == .implementation) != ($1.role == .implementation) { return $0.role == .implementation }
            return ($1.consumers, $1.methods, $0.symbol) < ($0.consumers, $0.methods, $1.symbol)
        }
        let candidates = members.filter { $0.role == .implementation }
        implementations = Families(Array(candidates.prefix(Self.mostCandidates)), context).implementations
        // What implements something else of a similar name is left out of the picture.
        self.members = implementations + members.filter { $0.role != .implementation }
        self.paths = paths.count
        consumers = users.count
        name = Self.name(implementations.map { model.name(of: $0.object) })
        guard implementations.count > 1 else { return nil }
    }

    /// Of the same words: they are compared with each other.
    private static let mostCandidates = 64

    /// The words that most implementations end with; those of the first one when they end with different ones.
    private static func name(_ implementations: [String]) -> String {
        let lists = implementations.map { NameWords($0).words }
        var name: [String] = []
        while true {
            let fronts = lists.filter { $0.suffix(name.count).elementsEqual(name) && $0.count > name.count }
                .map { $0[$0.count - name.count - 1] }
            let counts = Dictionary(grouping: fronts, by: \.self).mapValues(\.count)
            guard let (front, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                count * 10 >= lists.count * 6
            else { break }
            name.insert(front, at: 0)
        }
        return (name.isEmpty ? lists.first ?? [] : name).joined(separator: "-")
    }
}
