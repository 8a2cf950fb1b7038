import CanonCodeModel
import CanonFacts

/// Live classes that keep mappings, by the name of the attribute and by what they keep.
struct MappingOwners {
    private var byStem: [UInt64: Set<ObjectID>] = [:]
    private(set) var candidates = 0

    init(_ context: RuleContext) {
        let model = context.model
        for file in context.liveFiles {
            let facts = model.files[Int(file.rawValue)].facts
            for state in facts.state where OwnedMapping.isCandidate(state) && state.declaration != FileFacts.noIndex {
                candidates += 1
                let owner = ObjectID(file: file, index: state.declaration)
                let key = facts.names.withUTF8(of: state.name) { Self.key($0.drop { $0 == UInt8(ascii: "_") }) }
                byStem[key, default: []].insert(owner)
            }
        }
    }

    private static func key(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        ContentHash.of(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text)))
    }

    func mappings(named stem: Substring, _ context: RuleContext) -> [OwnedMapping] {
        var text = String(stem)
        let key = text.withUTF8 { Self.key($0[...]) }
        return (byStem[key] ?? []).sorted().flatMap { owner in
            isOwner(owner, context) ? OwnedMapping.all(of: owner, in: context.model).filter { $0.stem == stem } : []
        }
    }

    /// Groups of mappings that have their name or their values in common, in the order of their places.
    func alike(_ context: RuleContext) -> [[OwnedMapping]] {
        var seen: [ObjectID: [OwnedMapping]] = [:]
        var byValue: [OwnedMapping.Value: [OwnedMapping]] = [:]
        var byName: [Substring: [OwnedMapping]] = [:]
        for owner in Set(byStem.values.joined()).sorted() where isOwner(owner, context) {
            let mappings = OwnedMapping.all(of: owner, in: context.model)
            seen[owner] = mappings
            for mapping in mappings {
                byName[mapping.stem, default: []].append(mapping)
                if let value = mapping.value { byValue[value, default: []].append(mapping) }
            }
        }
        return (Array(byName.values) + Array(byValue.values))
            .filter { group in group.contains { $0.owner != group[0].owner } }
            .sorted { ($0[0].owner, $0[0].line, $0.count) < ($1[0].owner, $1[0].line, $1.count) }
    }

    private func isOwner(_ owner: ObjectID, _ context: RuleContext) -> Bool {
        let model = context.model
        guard model.kind(of: owner) == .class, !model.isNestedInFunction(owner) else { return false }
        return model.classInfo(of: owner).traits.isDisjoint(with: [
            .protocolClass, .enumeration, .typedDict, .namedTuple, .mock,
        ])
    }
}
