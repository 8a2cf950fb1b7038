/// SARIF 2.1.0 (OASIS Standard, 27 March 2020): one result for each finding, with its own fingerprint and a URI relative to the
/// root of the repository, where a reader such as GitHub looks for it.
enum SARIFReport {
    /// GitHub takes no more of a run (https://docs.github.com/code-security/code-scanning, SARIF support, limits).
    static let maximumResults = 5000
    /// Of one result: the places that a reader would look at.
    static let maximumLocations = 10
    static let fingerprintKey = "canonFingerprint/v1"

    static func bytes(_ report: AuditReport) -> [UInt8] { JSONReport.encoded(log(report)) }

    static func log(_ report: AuditReport) -> Log {
        let used = Set(report.findings.map(\.rule))
        let rules =
            RuleList.all.map { rule in
                descriptor(rule.identity, text: rule.rationale, remedy: rule.remedy)
            }
            + IntegrityRules.all.filter { used.contains($0.name) }.map {
                descriptor($0, text: $0.summary, remedy: IntegrityRules.remedy(of: $0.name))
            }
        var indices: [String: Int] = [:]
        for (index, rule) in rules.enumerated() { indices[rule.id] = index }
        let results = report.findings.prefix(maximumResults).map {
            result($0, index: indices[$0.rule] ?? -1, in: report)
        }
        var notifications = report.incomplete.map {
            Notification(level: "error", message: Message(text: "\($0.path): \($0.text)"))
        }
        if report.findings.count > maximumResults {
            let left = report.findings.count - maximumResults
            notifications.append(
                Notification(
                    level: "warning",
                    message: Message(
                        text: "\(left) findings of lower severity are left out; canon audit --format json has all")))
        }
        return Log(
            runs: [
                Run(
                    tool: Tool(
                        driver: Driver(
                            name: report.tool.name, version: report.tool.version, rules: rules,
                            properties: ["ruleSet": report.tool.ruleSet])),
                    automationDetails: AutomationDetails(id: "canon-audit/"),
                    invocations: [
                        Invocation(
                            executionSuccessful: report.incomplete.isEmpty, toolExecutionNotifications: notifications)
                    ],
                    results: Array(results))
            ])
    }

    private static func descriptor(_ rule: RuleIdentity, text: String, remedy: String) -> Descriptor {
        Descriptor(
            id: rule.name, shortDescription: Message(text: rule.summary), fullDescription: Message(text: text),
            help: Help(text: remedy, markdown: remedy), defaultConfiguration: Configuration(level: level(rule.severity))
        )
    }

    private static func result(_ finding: Finding, index: Int, in report: AuditReport) -> Result {
        let others = finding.places.filter { $0 != Finding.Place(path: finding.path, line: finding.line) }
        let more = finding.placeCount > 1 ? " (\(finding.placeCount) places)" : ""
        return Result(
            ruleId: finding.rule, ruleIndex: index, level: level(finding.severity),
            message: Message(text: finding.message + more),
            locations: [location(report.repositoryPath(finding.path), finding.line)],
            relatedLocations: others.prefix(maximumLocations).map { location(report.repositoryPath($0.path), $0.line) },
            partialFingerprints: [fingerprintKey: finding.fingerprint.text],
            suppressions: finding.status == .waived ? [Suppression(kind: "external", status: "accepted")] : nil,
            baselineState: finding.status == .known ? "unchanged" : nil,
            properties: [
                "severity": finding.severity.rawValue, "priority": finding.priority.rawValue,
                "confidence": finding.confidence.rawValue, "scope": finding.scope.rawValue, "symbol": finding.symbol,
            ])
    }

    private static func location(_ path: String, _ line: Int) -> Location {
        Location(
            physicalLocation: PhysicalLocation(
                artifactLocation: ArtifactLocation(uri: uri(path), uriBaseId: "%SRCROOT%"),
                region: line > 0 ? Region(startLine: line) : nil))
    }

    private static func level(_ severity: Severity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .info: "note"
        }
    }

    /// A path as a relative reference (RFC 3986 §3.3): everything but unreserved characters and `/` is escaped.
    static func uri(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The parts of the format that are used, by the names of the standard.
extension SARIFReport {
    struct Log: Encodable {
        var version = "2.1.0"
        var schema = "https://json.schemastore.org/sarif-2.1.0.json"
        var runs: [Run]

        enum CodingKeys: String, CodingKey {
            case version, runs
            case schema = "$schema"
        }
    }
    struct Run: Encodable {
        var tool: Tool
        var automationDetails: AutomationDetails
        var invocations: [Invocation]
        var columnKind = "unicodeCodePoints"
        var results: [Result]
    }
    struct AutomationDetails: Encodable { var id: String }
    struct Tool: Encodable { var driver: Driver }
    struct Driver: Encodable {
        var name: String
        var version: String
        var rules: [Descriptor]
        var properties: [String: String]
    }
    struct Descriptor: Encodable {
        var id: String
        var shortDescription: Message
        var fullDescription: Message
        var help: Help
        var defaultConfiguration: Configuration
    }
    struct Help: Encodable {
        var text: String
        var markdown: String
    }
    struct Configuration: Encodable { var level: String }
    struct Message: Encodable { var text: String }
    struct Invocation: Encodable {
        var executionSuccessful: Bool
        var toolExecutionNotifications: [Notification]
    }
    struct Notification: Encodable {
        var level: String
        var message: Message
    }
    struct Result: Encodable {
        var ruleId: String
        var ruleIndex: Int
        var level: String
        var message: Message
        var locations: [Location]
        var relatedLocations: [Location]
        var partialFingerprints: [String: String]
        var suppressions: [Suppression]?
        var baselineState: String?
        var properties: [String: String]
    }
    struct Suppression: Encodable {
        var kind: String
        var status: String
    }
    struct Location: Encodable { var physicalLocation: PhysicalLocation }
    struct PhysicalLocation: Encodable {
        var artifactLocation: ArtifactLocation
        var region: Region?
    }
    struct ArtifactLocation: Encodable {
        var uri: String
        var uriBaseId: String
    }
    struct Region: Encodable { var startLine: Int }
}
