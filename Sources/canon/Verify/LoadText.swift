import CanonVerify
import Synchronization

/// A load's report for people.
struct LoadText {
    let terminal: Terminal

    func text(_ report: LoadReport) -> String {
        var table = TableWriter(["MILLISECONDS", "SAMPLES", "P50", "P90", "P99", "P99.9", "MAX"])
        for (name, latencies) in report.latencies where latencies.count > 0 {
            let values = [50, 90, 99, 99.9, 100].map { TableWriter.Cell(latencies.milliseconds($0)) }
            table.add([.init(name), .init("\(latencies.count)")] + values)
        }
        var text = table.render(on: terminal) + "\n"
        for (name, value) in report.shownCounts where value > 0 { text += "\(value)  \(name.escapingControls)\n" }
        if !report.faults.examples.isEmpty {
            text += "\n" + report.faults.examples.map { $0.escapingControls + "\n" }.joined()
        }
        let style: Style =
            switch report.verdict {
            case .held: .green
            case .failed: .red
            case .unknown: .yellow
            }
        let verdict = terminal.styled(report.verdict.rawValue, style)
        return text + "\n\(report.url): \(verdict) — \(report.faultSummary)\n"
    }
}

/// One line that says how a load goes, on a terminal and nowhere else.
final class LoadDisplay: Sendable {
    private let terminal: Terminal
    private let hasDrawn = Mutex(false)

    init(on terminal: Terminal) { self.terminal = terminal }

    func show(_ progress: LoadProgress) {
        guard terminal.isTerminal else { return }
        hasDrawn.withLock { $0 = true }
        terminal.write("\r\u{1B}[K" + Self.line(progress).truncated(toWidth: (terminal.width ?? 80) - 1))
    }

    /// Takes the line away, so that what follows starts on a clean one.
    func finish() {
        guard hasDrawn.withLock({ $0 }) else { return }
        terminal.write("\r\u{1B}[K")
    }

    static func line(_ progress: LoadProgress) -> String {
        let faults = LoadFaults.Kind.allCases.map { "\(progress.faults.count($0)) \($0.rawValue)" }
        return "\(Int(progress.seconds)) s  \(progress.connections) open  \(progress.sent) sent  "
            + "\(progress.answered) answered  p50 \(progress.median / 1_000_000) ms  "
            + "p99 \(progress.percentile99 / 1_000_000) ms  " + faults.joined(separator: " ")
    }
}
