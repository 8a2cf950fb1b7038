import CanonWire

/// What runs: the evidence that there is one manager, and which build it is of.
struct ManagerInventory: Sendable {
    let type: String
    let module: String
    let instances: Int
    let version: String
    let commit: String
    let vocabulary: String
    let node: String
    let epoch: String
    let connections: Int
    let users: Int

    var json: JSONValue {
        [
            "schema": "canon.manager/1",
            "managers": [["type": .string(type), "module": .string(module), "instances": .int(Int64(instances))]],
            "version": .string(version), "commit": .string(commit), "vocabulary": .string(vocabulary),
            "node": .string(node), "epoch": .string(epoch), "connections": .int(Int64(connections)),
            "users": .int(Int64(users)),
        ]
    }
}

/// The version of the product, and the commit it was built from.
public enum ProductVersion {
    public static let version = "0.1.0"
    /// Ends in `-dirty` when the tree had changes; empty: unknown.
    public static let commit = BuildStamp.commit

    /// `0.1.0 (1a2b3c4d5e6f)`.
    public static var description: String {
        guard !commit.isEmpty else { return "\(version) (commit unknown)" }
        let isDirty = commit.hasSuffix("-dirty")
        return "\(version) (\(commit.prefix(12))\(isDirty ? "-dirty" : ""))"
    }
}
