import CanonVerify
import CanonWire

/// A probe's report for people.
struct ProbeText {
    let terminal: Terminal

    /// - Parameter onlyProblems: leaves out what held.
    func table(_ report: ProbeReport, onlyProblems: Bool = false) -> String {
        var table = TableWriter(["STEP", "STATUS", "MS", "FOUND"])
        for entry in report.entries where !(onlyProblems && entry.isFine) { add(entry, to: &table) }
        return table.render(on: terminal) + "\n" + "\(report.url): \(verdict(report)) — \(report.summary)\n"
    }

    /// One round of a watch.
    func line(_ report: ProbeReport, number: Int) -> String {
        var line = "\(report.startedAt.iso8601)  round \(number)  \(verdict(report))  \(report.milliseconds) ms"
        if let entry = report.firstFailure, case .failed(let expected, let came, _) = entry.outcome {
            line += "  \(entry.id): expected \(expected.escapingControls), came \(came.escapingControls)"
        } else if report.verdict == .unknown {
            line += "  \(report.summary)"
        }
        return line
    }

    private func verdict(_ report: ProbeReport) -> String {
        let style: Style =
            switch report.verdict {
            case .held: .green
            case .failed: .red
            case .unknown: .yellow
            }
        return terminal.styled(report.verdict.rawValue, style)
    }

    private func add(_ entry: ProbeReport.Entry, to table: inout TableWriter) {
        func row(_ style: Style, _ found: String) {
            table.add([
                .init(entry.id), .init(entry.outcome.name, style), .init(entry.wasRun ? "\(entry.milliseconds)" : ""),
                .init(found),
            ])
        }
        switch entry.outcome {
        case .held(let detail): row(.green, detail)
        case .unknown(let why): row(.yellow, why)
        case .skipped: row(.dim, "left out with --skip")
        case .notRun(let needs): row(.dim, "needs \(needs.joined(separator: ", "))")
        case .failed(let expected, let came, let remedy):
            row(.red, "asserts  \(entry.asserts) (docs/protocol.md, \(entry.section))")
            table.add(["", "", "", .init("expected " + expected)])
            table.add(["", "", "", .init("came     " + came)])
            table.add(["", "", "", .init("→ " + remedy)])
        }
    }
}

extension ProbeReport.Entry {
    fileprivate var isFine: Bool {
        switch outcome {
        case .held, .skipped: true
        case .failed, .unknown, .notRun: false
        }
    }

    fileprivate var wasRun: Bool {
        switch outcome {
        case .held, .failed, .unknown: true
        case .notRun, .skipped: false
        }
    }
}
