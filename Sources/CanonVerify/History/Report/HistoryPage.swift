import CanonAudit

/// A history as one HTML file: charts with the table that says the same, no script, nothing from the network.
struct HistoryPage {
    let report: HistoryReport

    var text: String {
        HTMLText.page(title: "History · Canon audit", style: "\(HTMLStyle.text) \(Chart.css)") { page in
            page.element("header") { head(&$0) }
            page.element("main") { page in
                for concept in report.concepts { section(&page, concept) }
                if !report.detectorChanges.isEmpty { changes(&page) }
            }
            page.element("footer", "") { page in
                for note in report.notes { page.element("p", "", note) }
                page.element("p", "", "\(report.tool.name) \(report.tool.version), schema \(report.schema).")
            }
        }
    }

    private func head(_ page: inout HTMLText) {
        page.element("h1", "", "History")
        if let first = report.samples.first, let last = report.samples.last {
            page.element(
                "p", "class=\"note\"",
                "\(first.commit.shortID) (\(first.commit.day)) to \(last.commit.shortID) (\(last.commit.day))")
        }
        page.element("ul") { page in
            for trend in report.trends { page.element("li", "class=\"\(Self.style(trend))\"", trend.sentence) }
        }
    }

    private static func style(_ trend: ConceptTrend) -> String {
        switch trend.direction {
        case .better: "good"
        case .worse: "bad"
        case .same, .unknown: ""
        }
    }

    private func section(_ page: inout HTMLText, _ concept: String) {
        page.element("section") { page in
            page.element("h2", "", concept)
            scoreChart(of: concept, titled: "Score").write(to: &page)
            Chart(
                title: "Counts", unit: "", ticks: ticks,
                series: [
                    line("implementations", "third", concept) { Double($0.implementations) },
                    line("import paths", "second", concept) { Double($0.importPaths) },
                    line("consumers not bound", "first", concept) { Double($0.consumers - $0.bound) },
                ]
            ).write(to: &page)
            Chart(
                title: "Lines of its implementations", unit: "", ticks: ticks,
                series: [line("lines", "first", concept) { Double($0.lines) }]
            ).write(to: &page)
            table(&page, concept)
        }
    }

    func scoreChart(of concept: String, titled title: String) -> Chart {
        Chart(
            title: title, unit: "%", most: 100, ticks: ticks, series: [line("score", "first", concept) { $0.score }])
    }

    private func line(
        _ name: String, _ style: String, _ concept: String, _ value: (ConceptMeasurement) -> Double?
    ) -> Chart.Series {
        Chart.Series(
            name: name, style: style,
            marked: report.samples.map { sample in
                guard let one = sample.measurement(of: concept), one.standing != .noCanonical, let value = value(one)
                else { return nil }
                let figure = name == "score" ? "\(AuditFigures.percent(value)) %" : "\(Int(value))"
                return Chart.Point(
                    x: Double(sample.position), y: value,
                    text: "\(sample.commit.day) \(sample.commit.shortID): \(figure) \(name)")
            })
    }

    /// So many that their texts do not touch.
    private var ticks: [(x: Double, text: String)] {
        let places = CommitSampling.places(of: min(6, report.samples.count), among: report.samples.count)
        return places.map { (Double(report.samples[$0].position), report.samples[$0].commit.day) }
    }

    private func table(_ page: inout HTMLText, _ concept: String) {
        page.element("div", "class=\"wide\"") { page in
            page.element("table") { page in
                page.element("caption", "class=\"note\"", "\(concept), sample by sample")
                page.element("tr") { page in
                    for name in HistoryReport.columns { page.element("th", "scope=\"col\"", name) }
                }
                for sample in report.samples {
                    page.element("tr") { page in
                        if let cells = HistoryReport.cells(sample, concept) {
                            for cell in cells { page.element("td", "", cell) }
                        } else {
                            page.element("td", "", sample.commit.day)
                            page.element("td", "", sample.commit.shortID)
                            page.element("td", "colspan=\"7\" class=\"bad\"", "not read: \(sample.problem ?? "")")
                        }
                    }
                }
            }
        }
    }

    private func changes(_ page: inout HTMLText) {
        page.element("section") { page in
            page.element("h2", "", "Changes of the detector")
            page.element("ul") { page in
                for change in report.detectorChanges {
                    page.element("li") { page in
                        page.element("code", "", change.commit.shortID)
                        page.text(
                            " \(change.commit.day) \(change.commit.subject): \(change.changes.joined(separator: ", "))")
                    }
                }
            }
        }
    }
}

extension HistoryReport {
    public var html: String { HistoryPage(report: self).text }
}
