import CanonAudit
import CanonWire

/// A plan as it is printed: the diff, then what it amounts to.
struct MigrationOutput {
    let plan: MigrationPlan
    let isQuiet: Bool

    /// The diff alone goes where it can be applied from; the summary goes beside it, unless it is all there is.
    func write(as format: ReportFormat, to path: String?) throws {
        if format == .json {
            try ReportOutput.write(MigrationJSON(plan: plan).bytes, to: path)
            return
        }
        let terminal = ReportOutput.terminal(for: path)
        if isQuiet {
            try ReportOutput.write(Array(MigrationSummary(plan: plan, terminal: terminal).text.utf8), to: path)
            return
        }
        var bytes: [UInt8] = []
        for change in plan.changes { bytes += change.diff.bytes(for: terminal) }
        if !bytes.isEmpty || path != nil { try ReportOutput.write(bytes, to: path) }
        Terminal.errors.write(MigrationSummary(plan: plan, terminal: .errors).text)
    }
}
