import Foundation

/// `canon verify --format json`: the report in the form of its schema (docs/schemas/verify-report.schema.json). Members may be
/// added; one that changes its meaning raises the number.
struct VerificationDocument: Encodable {
    let schema = "canon.verify/1"
    let head: String?
    let deployed: Deployed?
    let claims: [Item]

    struct Deployed: Encodable {
        let revision: String
        let commit: String?
    }

    struct Item: Encodable {
        let id: String
        let title: String
        let concept: String
        let closed: Bool
        let fix: String?
        let verdict: String
        /// Only of a regression.
        let returns: [Return]?
        let evidence: [String]
        let gaps: [Row]
        let nextAction: String
    }

    struct Return: Encodable {
        let symbol: String
        let commit: String
    }

    struct Row: Encodable {
        let kind: String
        let symbol: String
        let remedy: String?
    }

    init(_ report: VerificationReport) {
        head = report.head
        deployed = report.deployment.map { Deployed(revision: $0.revision, commit: $0.commit) }
        claims = report.verdicts.map { item in
            var returns: [Return]?
            if case .regression(let found) = item.verdict {
                returns = found.map { Return(symbol: $0.symbol, commit: $0.commit) }
            }
            return Item(
                id: item.claim.id, title: item.claim.title, concept: item.claim.concept, closed: item.claim.isClosed,
                fix: item.claim.fix, verdict: item.verdict.name, returns: returns, evidence: item.evidence,
                gaps: item.gaps.map { Row(kind: $0.kind.rawValue, symbol: $0.symbol, remedy: $0.remedy) },
                nextAction: item.nextAction)
        }
    }
}

extension VerificationReport {
    public var json: [UInt8] { VerifyJSON.bytes(VerificationDocument(self)) }

    /// The verdicts of an earlier report, by claim; nil when the bytes are no such report.
    public static func earlierVerdicts(in bytes: [UInt8]) -> [String: String]? {
        struct Document: Decodable {
            struct Item: Decodable {
                var id: String
                var verdict: String
            }
            var schema: String
            var claims: [Item]
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            document.schema == "canon.verify/1"
        else { return nil }
        return Dictionary(document.claims.map { ($0.id, $0.verdict) }, uniquingKeysWith: { _, last in last })
    }
}
