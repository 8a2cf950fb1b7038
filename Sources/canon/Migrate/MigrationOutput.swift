import CanonAudit
import CanonWire

/// A plan as it is printed: the diff, then what it amounts to.
struct MigrationOutput {
    let plan: MigrationPlan
    let isQuiet: Bool

    func write(as format: ReportFormat, to path: String?) throws {
        let terminal = ReportOutput.terminal(for: path)
        switch format {
        case .json: try ReportOutput.write(JSONValue.object(json).encoded + [0x0A], to: path)
        case .terminal:
            var bytes: [UInt8] = []
            if !isQuiet { for change in plan.changes { bytes += UnifiedDiff(change).bytes(for: terminal) } }
            try ReportOutput.write(bytes, to: path)
            Terminal.errors.write(summary)
        }
    }

    var summary: String {
        "\(plan.statements) statements in \(plan.rewrittenFiles) files\n"
    }

    var json: JSONObject {
        ["schema": "canon.migration/1", "target": .string(plan.target), "statements": .int(Int64(plan.statements))]
    }
}
