public import CanonWire

/// What a running server says of the manager that it has (`GET /api/manager`, schema `canon.manager/1`).
public struct RunningManager: Sendable, Equatable {
    /// The server, as a person writes it.
    public var url: String
    /// Each kind of manager as `module.Type`, with how many of it there are.
    public var managers: [String: Int]
    /// What the server was built from: a commit id; nil when it does not say, or was built from a tree with changes.
    public var commit: String?
    /// Whether the tree had changes that are in no commit.
    public var isDirty: Bool
    public var at: Timestamp

    public struct Malformed: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Throws: what is missing, when the answer is none of the schema.
    public init(answer: JSONObject, url: String, at: Timestamp) throws(Malformed) {
        guard answer["schema"]?.string == "canon.manager/1", let list = answer["managers"]?.array else {
            throw Malformed(description: "the answer is not of the schema canon.manager/1: is this a gateway of Canon?")
        }
        var managers: [String: Int] = [:]
        for item in list {
            guard let type = item["type"]?.string, let module = item["module"]?.string,
                let instances = item["instances"]?.int
            else { throw Malformed(description: "a manager in the answer lacks its type, module or instances") }
            managers["\(module).\(type)", default: 0] += Int(clamping: instances)
        }
        self.url = url
        self.managers = managers
        let commit = answer["commit"]?.string ?? ""
        isDirty = commit.hasSuffix("-dirty")
        // What a tree with changes holds, its commit does not say.
        self.commit = commit.isEmpty || isDirty ? nil : commit
        self.at = at
    }

    /// As an inventory of the revision that it is.
    ///
    /// - Parameter revision: how the deployment is called.
    public func inventory(revision: String) -> RuntimeInventory {
        let several = managers.filter { $0.value != 1 }.sorted { $0.key < $1.key }
        let counts = several.map { "\($0.value) instances of \($0.key)" }.joined(separator: ", ")
        return RuntimeInventory(
            source: "GET \(url)/api/manager" + (counts.isEmpty ? "" : " (\(counts))"), revision: revision,
            symbols: Set(managers.keys), time: at.seconds)
    }
}
