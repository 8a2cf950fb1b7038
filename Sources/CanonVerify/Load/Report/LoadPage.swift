import CanonAudit
import CanonWire

/// A load's report as one HTML file with charts: no script, nothing from the network.
extension LoadReport {
    public var html: String {
        HTMLText.page(title: "Load on \(url)", style: HTMLStyle.text + Self.style) { page in
            writeSummary(to: &page)
            writeFaults(to: &page)
            writeCharts(to: &page)
            writeLatencies(to: &page)
            writeCounts(to: &page)
            page.element("footer", "", "canon load, \(startedAt.iso8601). Latencies count from when a message was due.")
        }
    }

    private static let style =
        Chart.css + " .score.good strong { color: var(--good) } .score.bad strong { color: var(--danger) }"

    private func writeSummary(to page: inout HTMLText) {
        page.element("h1", "", "Load on \(url)")
        page.element("div", "class=\"summary\"") { page in
            page.element("p", "class=\"score \(verdict == .held ? "good" : "bad")\"") { page in
                page.element("strong", "", verdict.rawValue)
            }
            page.element("p") { page in
                page.text(faultSummary)
                page.markup("<br>")
                page.text(
                    "\(options.users.count) users, \(options.connections) connections, \(Chart.number(options.rate)) "
                        + "messages/s asked for, \(sent) sent in \(Chart.number(seconds)) s, \(answered.count) answered"
                )
            }
        }
    }

    private func writeFaults(to page: inout HTMLText) {
        guard !faults.examples.isEmpty else { return }
        page.element("h2", "", "What was wrong")
        page.element("ul") { page in
            for example in faults.examples { page.element("li", "", example) }
        }
    }

    // MARK: Charts

    private func writeCharts(to page: inout HTMLText) {
        let seconds = timeline.seconds
        let every = max(1, seconds.count / 8)
        let ticks = stride(from: 0, to: max(seconds.count, 1), by: every).map { (x: Double($0), text: "\($0) s") }
        func line(_ name: String, _ style: String, _ value: (Timeline.Second) -> Double?) -> Chart.Series {
            let points = seconds.enumerated().compactMap { index, second in value(second).map { (Double(index), $0) } }
            return .init(name: name, style: style, points: points.map { (x: $0.0, y: $0.1) })
        }
        func latency(_ percentile: Double) -> (Timeline.Second) -> Double? {
            { $0.answered > 0 ? Double($0.latency(percentile)) / 1e6 : nil }
        }
        page.element("h2", "", "Over time")
        Chart(
            title: "From due to answered", unit: "ms", scale: .logarithmic(least: 0.1), ticks: ticks,
            series: [
                line("median", "first", latency(50)), line("99 %", "second", latency(99)),
                line("greatest", "third", latency(100)),
            ]
        ).write(to: &page)
        Chart(
            title: "Messages in each second", unit: "", ticks: ticks,
            series: [
                line("sent", "second") { Double($0.sent) }, line("answered", "first") { Double($0.answered) },
            ]
        ).write(to: &page)
        Chart(
            title: "Open connections", unit: "", ticks: ticks, series: [line("open", "first") { Double($0.open) }]
        ).write(to: &page)

        page.element("h2", "", "Distribution")
        let styles = ["acknowledged": "first", "started": "second", "answered": "third"]
        Chart(
            title: "Latency by percentile", unit: "ms", scale: .logarithmic(least: 0.1),
            ticks: [(0.301, "50 %"), (1, "90 %"), (2, "99 %"), (3, "99.9 %"), (4, "99.99 %")],
            series: latencies.compactMap { name, latencies in
                styles[name].map { .init(name: name, style: $0, points: Self.curve(latencies)) }
            }
        ).write(to: &page)
    }

    /// The nines of a percentile beside its latency in milliseconds; the end is where less than one sample is left.
    private static func curve(_ latencies: Latencies) -> [(x: Double, y: Double)] {
        latencies.curve.filter { (50..<99.99).contains($0.percentile) }.map { percentile, nanoseconds in
            (x: Chart.nines(percentile), y: Double(nanoseconds) / 1e6)
        }
    }

    // MARK: Tables

    private func writeLatencies(to page: inout HTMLText) {
        page.element("h2", "", "Latencies in milliseconds")
        page.element("div", "class=\"wide\"") { page in
            page.element("table") { page in
                page.element("tr") { page in
                    for title in ["", "samples"] + Latencies.shown.map(\.name) { page.element("th", "", title) }
                }
                for (name, latencies) in latencies where latencies.count > 0 {
                    page.element("tr") { page in
                        page.element("td", "", name)
                        page.element("td", "", "\(latencies.count)")
                        for (_, percentile) in Latencies.shown {
                            page.element("td", "", latencies.milliseconds(percentile))
                        }
                    }
                }
            }
        }
    }

    private func writeCounts(to page: inout HTMLText) {
        page.element("h2", "", "Counts")
        page.element("table") { page in
            for (name, value) in shownCounts {
                page.element("tr") { page in
                    page.element("td", "", name)
                    page.element("td", "", "\(value)")
                }
            }
        }
    }

    /// The counts under the words that people read; the troubles behind them.
    public var shownCounts: [(name: String, value: Int)] {
        let counts = [
            ("messages sent", sent), ("answered", Int(answered.count)), ("sent again after a cut", repeated),
            ("refused", refused), ("not answered in time", unanswered), ("runs without an answer", failedRuns),
            ("events received", events), ("bytes received", bytes), ("snapshots instead of events", snapshots),
            ("events that stand for several", joined), ("connections cut", cuts),
            ("devices that were gone at the end", unchecked),
        ]
        return counts + troubles.map { ($0.what, $0.count) }
    }
}

extension Latencies {
    /// Milliseconds with as many digits as mean something.
    public func milliseconds(_ percentile: Double) -> String {
        let value = Double(nanoseconds(percentile)) / 1e6
        let digits = value < 10 ? 100.0 : value < 100 ? 10 : 1
        let rounded = (value * digits).rounded() / digits
        return digits == 1 ? String(Int(rounded)) : String(rounded)
    }
}
