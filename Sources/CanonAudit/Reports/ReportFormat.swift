import Foundation

/// How a report is written. What people read at a terminal is written by the command, which knows the terminal.
public enum MachineFormat: String, Sendable, CaseIterable {
    case json, sarif, markdown, html, github, csv
}

extension AuditReport {
    public func rendered(as format: MachineFormat, failOn gate: Severity) -> [UInt8] {
        switch format {
        case .json: JSONReport.bytes(self)
        case .sarif: SARIFReport.bytes(self)
        case .markdown: Array(MarkdownReport(report: self, gate: gate).text.utf8)
        case .html: Array(HTMLReport(report: self, gate: gate).text.utf8)
        case .github: Array(GitHubReport(report: self, gate: gate).text.utf8)
        case .csv: Array(CSVReport(report: self).text.utf8)
        }
    }
}

/// The report as it is: docs/audit-report.schema.json describes it.
public enum JSONReport {
    public static func bytes(_ report: AuditReport) -> [UInt8] { encoded(report) }

    /// - Throws: `DecodingError`, or ``UnknownSchema`` for the report of another program or version.
    public static func report(from bytes: [UInt8]) throws -> AuditReport {
        struct Head: Decodable {
            var schema: String
        }
        let data = Data(bytes)
        let schema = try JSONDecoder().decode(Head.self, from: data).schema
        guard schema == AuditReport.schemaName else { throw UnknownSchema(name: schema) }
        return try JSONDecoder().decode(AuditReport.self, from: data)
    }

    public struct UnknownSchema: Error, CustomStringConvertible {
        public var name: String
        public var description: String { "has the schema \(name), and this program reads \(AuditReport.schemaName)" }
    }

    /// Keys in the order of the alphabet, so that equal reports are equal bytes.
    static func encoded(_ value: some Encodable) -> [UInt8] {
        // Numbers are finite, so that there is nothing to fail.
        guard var bytes = try? JSONTextEncoder.encode(value) else {
            preconditionFailure("a report cannot be encoded")
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
