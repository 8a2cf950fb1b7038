import CanonCodeModel

// Which of several alike objects should stay.
extension RuleContext {
    /// Live files other than its own that import an object.
    func liveConsumers(of object: ObjectID) -> Int {
        var files: Set<FileID> = []
        for consumer in model.consumers(of: object) where isRunByLiveCode(consumer) { files.insert(consumer.file) }
        return files.count
    }

    private func isRunByLiveCode(_ consumer: Consumer) -> Bool {
        scope(of: consumer.file) == .live && consumer.context.isDisjoint(with: [.typeChecking, .never])
    }

    /// Objects in the order in which one would keep them: what the manifest calls canonical, then what most live files
    /// import, then the first by symbol.
    func ranked(_ objects: some Sequence<ObjectID>) -> [RankedObject] {
        objects.map { object in
            RankedObject(
                object: object, symbol: model.symbol(of: object), consumers: liveConsumers(of: object),
                isCanonical: concept(of: object)?.canonical == object)
        }.sorted()
    }
}

/// An object with what decides whether it should stay.
struct RankedObject: Comparable {
    var object: ObjectID
    var symbol: String
    /// Live files that import it.
    var consumers: Int
    var isCanonical: Bool

    static func < (a: RankedObject, b: RankedObject) -> Bool {
        if a.isCanonical != b.isCanonical { return a.isCanonical }
        if a.consumers != b.consumers { return a.consumers > b.consumers }
        if a.symbol != b.symbol { return a.symbol < b.symbol }
        return a.object < b.object
    }
}
