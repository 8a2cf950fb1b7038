import CanonCodeModel

/// Classes put together by inheritance: a base and what is made of it are one design, however many classes they are.
struct Families {
    /// The class with most users of each family that does what another family does.
    private(set) var implementations: [DiscoveredConcept.Member] = []

    /// - Parameter members: the class with most users first.
    init(_ members: [DiscoveredConcept.Member], _ context: RuleContext) {
        let model = context.model
        let lines = members.map { Set([$0.object] + model.classInfo(of: $0.object).ancestors) }
        var family = Array(members.indices)
        for index in members.indices {
            for other in 0..<index where family[other] != family[index] && !lines[index].isDisjoint(with: lines[other])
            {
                let (old, new) = (family[index], family[other])
                for place in family.indices where family[place] == old { family[place] = new }
            }
        }
        var held: Set<Int> = []
        let names = members.map { Set(model.publicMethodNames(of: $0.object)) }
        for index in members.indices {
            for other in 0..<index where family[other] != family[index] {
                guard Self.isSecond(members[index], members[other], names[index], names[other], context) else {
                    continue
                }
                held.formUnion([family[index], family[other]])
            }
        }
        var seen: Set<Int> = []
        for index in members.indices where held.contains(family[index]) && seen.insert(family[index]).inserted {
            var member = members[index]
            member.relatives = family.count { $0 == family[index] } - 1
            implementations.append(member)
        }
    }

    /// What the rule second-implementation counts; or, where names say the same already, some of the same methods over the same
    /// kind of state.
    private static func isSecond(
        _ a: DiscoveredConcept.Member, _ b: DiscoveredConcept.Member, _ names: Set<String>, _ others: Set<String>,
        _ context: RuleContext
    ) -> Bool {
        guard context.sameService(a.object.file, b.object.file) else { return false }
        if context.likenesses.of(a.object).contains(where: {
            $0.other(than: a.object) == b.object && $0.isSecondImplementation
        }) {
            return true
        }
        guard !a.state.isDisjoint(with: b.state) else { return false }
        let shared = names.intersection(others).count
        return shared >= 2 && shared * 4 >= names.union(others).count
    }
}
