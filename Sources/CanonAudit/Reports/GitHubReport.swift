/// Annotations of a workflow run
/// (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands), the worst first: only the first ten of a
/// step and level are shown there.
struct GitHubReport {
    let report: AuditReport
    let gate: Severity

    var text: String {
        let gating = Set(report.gating(at: gate).map(\.fingerprint))
        var text = ""
        for finding in report.findings where finding.status == .open && (finding.scope.gates || finding.isIntegrity) {
            let command =
                gating.contains(finding.fingerprint) ? "error" : finding.severity >= .medium ? "warning" : "notice"
            var properties = "file=\(Self.property(report.repositoryPath(finding.path)))"
            if finding.line > 0 { properties += ",line=\(finding.line)" }
            properties += ",title=\(Self.property("canon: \(finding.rule) (\(finding.fingerprint))"))"
            let more = finding.placeCount > 1 ? " (\(finding.placeCount) places)" : ""
            text += "::\(command) \(properties)::\(Self.message(finding.message + more))\n"
        }
        for gap in report.incomplete {
            text +=
                "::error file=\(Self.property(report.repositoryPath(gap.path)))::\(Self.message("analysis incomplete: \(gap.text)"))\n"
        }
        return text
    }

    static func message(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "%": "%25"
            case "\r": "%0D"
            case "\n": "%0A"
            default: nil
            }
        }
    }

    static func property(_ text: String) -> String {
        escaped(message(text)) { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : nil }
    }

    /// By scalars: a carriage return and a line feed are one character.
    private static func escaped(_ text: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let escaped = escape(scalar) {
                result.append(contentsOf: escaped.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
