public import CanonAudit
import Foundation
import Yams

/// What was claimed, deployed and seen to run, from one YAML file (docs/schemas/claims.schema.json).
public struct ClaimsFile: Sendable {
    public var claims: [Claim] = []
    /// Oldest first.
    public var deployments: [Deployment] = []
    public var runtimes: [RuntimeInventory] = []

    public init() {}

    /// A file of more bytes than this is no list of claims.
    public static let maximumBytes = 16 << 20

    /// - Parameter path: how messages name the file.
    /// - Throws: everything that is wrong, each with its line and key.
    public init(yaml text: String, path: String) throws(ManifestError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch {
            throw ManifestError(problems: [ManifestProblem(place: path, message: "is no YAML: \(error)")])
        }
        guard let root else {
            throw ManifestError(problems: [
                ManifestProblem(place: path, message: "is empty; expected a mapping with the key claims")
            ])
        }
        var reader = ClaimsReader(path: path)
        self = reader.read(root)
        guard reader.problems.all.isEmpty else { throw ManifestError(problems: reader.problems.all) }
    }
}

/// Turns nodes into claims, and notes what is wrong on the way.
private struct ClaimsReader {
    var problems: ManifestProblems

    init(path: String) { problems = ManifestProblems(path: path) }

    mutating func read(_ root: Node) -> ClaimsFile {
        var file = ClaimsFile()
        let members = problems.members(
            of: ManifestNode(root, key: ""), known: ["claims", "deployments", "runtime"])
        file.claims = list(members["claims"], "a list of claims") { $0.claim($1) }
        file.deployments = list(members["deployments"], "a list of deployments") { $0.deployment($1) }
        file.runtimes = list(members["runtime"], "a list of inventories") { $0.inventory($1) }
        if members["claims"] == nil, problems.all.isEmpty {
            problems.add(root, "the key claims is missing; expected a list of claims")
        }
        var seen: Set<String> = []
        for (index, claim) in file.claims.enumerated() where !seen.insert(claim.id).inserted {
            if let node = members["claims"].flatMap({ problems.elements(of: $0, expected: "")[index] }) {
                problems.add(node.node, "\(node.key).issue: \(claim.id) stands here twice")
            }
        }
        return file
    }

    private mutating func list<Value>(
        _ node: ManifestNode?, _ expected: String, _ read: (inout ClaimsReader, ManifestNode) -> Value?
    ) -> [Value] {
        guard let node else { return [] }
        return problems.elements(of: node, expected: expected).compactMap { read(&self, $0) }
    }

    private mutating func claim(_ node: ManifestNode) -> Claim? {
        let members = problems.members(
            of: node, known: ["issue", "title", "closed", "fix", "concept", "expected", "names"])
        guard let id = required("issue", in: members, of: node),
            let concept = required("concept", in: members, of: node)
        else { return nil }
        return Claim(
            id: id, title: problems.text(members["title"], expected: "text")?.value ?? "",
            isClosed: members["closed"].map { problems.flag($0) } ?? true, fix: optional(members["fix"], "a commit"),
            concept: concept,
            expected: problems.texts(members["expected"], expected: "a list of symbols").map(\.value),
            names: members["names"].flatMap { names($0) })
    }

    private mutating func names(_ node: ManifestNode) -> Claim.NameQuery? {
        let members = problems.members(of: node, known: ["entry", "at", "match", "modules"])
        guard let entry = required("entry", in: members, of: node), let moment = required("at", in: members, of: node),
            let match = required("match", in: members, of: node)
        else { return nil }
        return Claim.NameQuery(
            entry: entry, moment: moment, name: match,
            module: problems.text(members["modules"], expected: "a pattern")?.value ?? "*")
    }

    private mutating func deployment(_ node: ManifestNode) -> Deployment? {
        let members = problems.members(of: node, known: ["revision", "commit"])
        guard let revision = required("revision", in: members, of: node) else { return nil }
        return Deployment(revision: revision, commit: optional(members["commit"], "a commit"))
    }

    private mutating func inventory(_ node: ManifestNode) -> RuntimeInventory? {
        let members = problems.members(of: node, known: ["source", "revision", "concept", "names", "at"])
        guard let names = members["names"] else {
            problems.add(node.node, "\(node.key).names is missing; expected a list of symbols, which may be empty")
            return nil
        }
        return RuntimeInventory(
            source: problems.text(members["source"], expected: "text")?.value ?? "the claims file",
            revision: problems.text(members["revision"], expected: "a revision")?.value,
            concept: problems.text(members["concept"], expected: "a concept")?.value,
            symbols: Set(problems.texts(names, expected: "a list of symbols").map(\.value)), time: time(members["at"]))
    }

    private mutating func time(_ node: ManifestNode?) -> Double? {
        guard let node, let text = problems.text(node, expected: "a time") else { return nil }
        let styles: [Date.ISO8601FormatStyle] = [.iso8601, .init(includingFractionalSeconds: true)]
        for style in styles { if let date = try? style.parse(text.value) { return date.timeIntervalSince1970 } }
        problems.mismatch(node, expected: "a time such as 2025-09-15T20:03:01Z")
        return nil
    }

    /// A key that may stand there without a value: not known.
    private mutating func optional(_ node: ManifestNode?, _ expected: String) -> String? {
        guard let node, !node.isNothing, problems.elementText(node) != "unknown" else { return nil }
        return problems.text(node, expected: expected)?.value
    }

    private mutating func required(
        _ name: String, in members: [String: ManifestNode], of node: ManifestNode
    ) -> String? {
        guard let member = members[name] else {
            problems.add(node.node, "\(node.key).\(name) is missing")
            return nil
        }
        return problems.text(member, expected: "text")?.value
    }
}

extension ManifestProblems {
    fileprivate func elementText(_ node: ManifestNode) -> String? {
        if case .scalar(let scalar) = node.node { scalar.string } else { nil }
    }
}
