/// How far a long piece of work has come, shown on a terminal and nowhere else. Work that is done within a second is
/// never announced.
struct ProgressBar {
    private let label: String
    private let terminal: Terminal
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?

    init(_ label: String, on terminal: Terminal = .errors) {
        self.label = label
        self.terminal = terminal
        start = clock.now
    }

    mutating func update(done: Int, of total: Int) {
        guard terminal.isTerminal else { return }
        let now = clock.now
        guard now - start > .seconds(1), lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        lastDrawn = now
        terminal.write("\r\u{1B}[K" + Self.line(label: label, done: done, total: total, width: terminal.width ?? 80))
    }

    /// Takes the bar away, so that what follows starts on a clean line.
    mutating func finish() {
        guard lastDrawn != nil else { return }
        lastDrawn = nil
        terminal.write("\r\u{1B}[K")
    }

    /// `Backup  [########........]  50 %`, at most as wide as the terminal.
    static func line(label: String, done: Int, total: Int, width: Int) -> String {
        let fraction = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
        let percent = String(Int(fraction * 100))
        let tail = "  " + String(repeating: " ", count: 3 - percent.count) + percent + " %"
        let cells = min(40, width - label.displayWidth - tail.count - 4)
        guard cells >= 4 else { return (label + tail).truncated(toWidth: width) }
        let filled = Int(fraction * Double(cells))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
        return "\(label)  [\(bar)]\(tail)"
    }
}
