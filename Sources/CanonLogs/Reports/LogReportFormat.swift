import Foundation

/// How a report is written. What people read at a terminal is written by the command, which knows the terminal.
public enum LogReportFormat: String, Sendable, CaseIterable {
    case json, markdown, csv, html
}

extension LogReport {
    public func rendered(as format: LogReportFormat, failOn gate: ProblemPriority?) -> [UInt8] {
        switch format {
        case .json: LogJSON.bytes(self)
        case .markdown: Array(LogWorklog(report: self, gate: gate).text.utf8)
        case .csv: Array(LogCSV(report: self).text.utf8)
        case .html: Array(LogPage(report: self, gate: gate).text.utf8)
        }
    }

    /// The name of the answer for people: what `verdict` says, in a sentence.
    public func verdictText(failOn gate: ProblemPriority?) -> String {
        switch verdict(failOn: gate) {
        case .incomplete:
            let count = incompleteCount
            return
                "Incomplete: \(count) \(count == 1 ? "thing" : "things") could not be read or said nothing, so there is no verdict."
        case .failed:
            let count = gate.map { gating(at: $0).count } ?? 0
            return "\(count) new or returned \(count == 1 ? "problem" : "problems") at \(gate?.name ?? "") or above."
        case .passed:
            return gate.map { "No new or returned problem at \($0.name) or above." } ?? "Nothing was asked to fail."
        }
    }
}

/// The report as it is: docs/schemas/logs-report.schema.json describes it.
public enum LogJSON {
    /// Keys in the order of the alphabet, so that equal reports are equal bytes.
    public static func bytes(_ value: some Encodable) -> [UInt8] { encoded(value, .prettyPrinted) }

    /// The same in one line.
    public static func line(_ value: some Encodable) -> [UInt8] { encoded(value, []) }

    private static func encoded(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        // Numbers are finite and keys are texts, so that there is nothing to fail.
        guard let data = try? encoder.encode(value) else { preconditionFailure("a report cannot be encoded") }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

/// A line for each problem (RFC 4180).
struct LogCSV {
    let report: LogReport

    static let columns = [
        "fingerprint", "state", "priority", "severity", "count", "new", "total", "lower_bound", "first", "last",
        "service",
        "logger", "revisions", "instances", "code", "title", "template",
    ]

    var text: String {
        var text = Self.columns.joined(separator: ",") + "\r\n"
        for problem in report.problems {
            let fields = [
                problem.fingerprint, problem.state.rawValue, problem.priority, problem.severity, String(problem.count),
                String(problem.newCount), String(problem.totalCount), problem.isLowerBound ? "yes" : "no",
                problem.first ?? "",
                problem.last ?? "", problem.service, problem.logger,
                problem.revisions.map(\.name).joined(separator: " "),
                String(problem.instances), problem.code?.text ?? "", problem.title, problem.template,
            ]
            text += fields.map(Self.field).joined(separator: ",") + "\r\n"
        }
        return text
    }

    /// Quoted where needed. A text that a spreadsheet would take for a formula gets an apostrophe in front.
    static func field(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { text = "'" + text }
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension Code {
    /// `shop/pricing.py:12 in price`
    public var text: String { file + (line.map { ":\($0)" } ?? "") + (function.map { " in \($0)" } ?? "") }
}
