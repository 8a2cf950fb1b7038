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
            var properties = "file=\(Self.property(finding.path))"
            if finding.line > 0 { properties += ",line=\(finding.line)" }
            properties += ",title=\(Self.property("canon: \(finding.rule) (\(finding.fingerprint))"))"
            let more = finding.placeCount > 1 ? " (\(finding.placeCount) places)" : ""
            text += "::\(command) \(properties)::\(Self.message(finding.message + more))\n"
        }
        for gap in report.incomplete {
            text += "::error file=\(Self.property(gap.path))::\(Self.message("analysis incomplete: \(gap.text)"))\n"
        }
        return text
    }

    static func message(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    static func property(_ text: String) -> String {
        message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
