/// What running programs say about themselves, as lists that can be compared with the source
/// (docs/schemas/inventory.schema.json): lines such as `Found other WebSocket Manager classes: ['a.B', 'c.D']`, and the inventories
/// that `clients/canon_inventory.py` logs.
public struct RuntimeInventories: Sendable, Hashable, Codable {
    public static let schemaName = "canon.inventory/1"

    public var schema = schemaName
    public var inventories: [Inventory]

    public struct Inventory: Sendable, Hashable, Codable {
        /// Where it was said, for people.
        public var source: String
        public var service: String?
        public var revision: String?
        /// The instance, when only one said it.
        public var instance: String?
        /// RFC 3339; the last time it was said.
        public var at: String?
        /// How many entries said it.
        public var count: Int
        /// The concept of the manifest that the program says it is about.
        public var concept: String?
        /// In the order of the line, each once.
        public var names: [String]
        /// The words before the list; nil when the program took an inventory rather than warned.
        public var warning: String?
        /// What the names lead to; nil when only names are known.
        public var objects: [Object]?

        private enum CodingKeys: String, CodingKey {
            case source, service, revision, instance, at, count, concept, names, warning, objects
        }

        /// Members that are not known are null rather than missing.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(source, forKey: .source)
            try container.encode(service, forKey: .service)
            try container.encode(revision, forKey: .revision)
            try container.encode(instance, forKey: .instance)
            try container.encode(at, forKey: .at)
            try container.encode(count, forKey: .count)
            try container.encodeIfPresent(concept, forKey: .concept)
            try container.encode(names, forKey: .names)
            try container.encode(warning, forKey: .warning)
            try container.encodeIfPresent(objects, forKey: .objects)
        }
    }

    /// One object of a program, however many names it has there.
    public struct Object: Sendable, Hashable, Codable {
        public var symbol: String
        /// Tells objects of one process apart, and means nothing elsewhere.
        public var id: Int
        public var names: [String]
    }
}
