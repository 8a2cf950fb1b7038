/// A line for each finding (RFC 4180).
package struct CSVReport {
    let report: AuditReport

    static let columns = [
        "fingerprint", "rule", "severity", "priority", "status", "confidence", "scope", "concept", "symbol", "path",
        "line",
        "places", "consumers", "owner", "message",
    ]

    var text: String {
        var text = Self.columns.joined(separator: ",") + "\r\n"
        for finding in report.findings {
            let fields = [
                finding.fingerprint.text, finding.rule, finding.severity.rawValue, finding.priority.rawValue,
                finding.status.rawValue, finding.confidence.rawValue, finding.scope.rawValue, finding.concept ?? "",
                finding.symbol, finding.path, String(finding.line), String(finding.placeCount),
                String(finding.consumers),
                finding.owner ?? "", finding.message,
            ]
            text += fields.map(Self.field).joined(separator: ",") + "\r\n"
        }
        return text
    }

    /// Quoted where needed. A text that a spreadsheet would take for a formula is quoted with an apostrophe in front.
    package static func field(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
