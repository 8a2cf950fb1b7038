import CanonAudit

/// A status as one HTML file: no script, nothing from the network.
struct StatusPage {
    let report: StatusReport

    var text: String {
        HTMLText.page(title: "Status · Canon", style: "\(HTMLStyle.text) \(Chart.css)") { page in
            page.element("header") { page in
                page.element("h1", "", "Status")
                page.element("p", "", report.summary + ".")
            }
            page.element("main") { page in
                actions(&page)
                concepts(&page)
                verdicts(&page)
                problems(&page)
                absent(&page)
            }
            page.element("footer", "") { page in
                for note in report.history?.notes ?? [] { page.element("p", "", note) }
                page.element(
                    "p", "",
                    "Rule set \(report.tool.ruleSet), Python \(report.python) grammar, \(report.tool.name) \(report.tool.version), "
                        + "schema \(report.schema).")
            }
        }
    }

    private func actions(_ page: inout HTMLText) {
        guard !report.actions.isEmpty else { return }
        page.element("h2", "", "Next")
        page.element("ol") { page in
            for action in report.actions {
                page.element("li") { page in
                    page.element("strong", "", action.priority.rawValue)
                    page.text(" \(action.what)")
                    if let command = action.command {
                        page.markup("<br>")
                        page.element("code", "", command)
                    }
                }
            }
        }
    }

    private func concepts(_ page: inout HTMLText) {
        guard !report.concepts.isEmpty else { return }
        page.element("h2", "", "Concepts")
        if let history = report.history, history.samples.count > 1 {
            for concept in report.concepts.prefix(Self.drawn) {
                HistoryPage(report: history).scoreChart(of: concept.now.name, titled: concept.now.name).write(to: &page)
            }
        }
        table(
            &page, ["Concept", "Score", "Implementations x bound", "Lines", "Before", "Trend", "Owner"],
            report.concepts.map { concept in
                [
                    concept.now.name, concept.now.scoreText, concept.now.fraction, "\(concept.now.lines)",
                    concept.before?.scoreText ?? "", concept.direction.rawValue, concept.owner ?? "",
                ]
            })
    }

    /// More charts are no overview; `canon audit history` draws all.
    private static let drawn = 4

    private func verdicts(_ page: inout HTMLText) {
        guard let claims = report.claims else { return }
        page.element("h2", "", "Closed issues")
        guard !claims.verdicts.isEmpty else { return page.element("p", "", "Nothing was claimed.") }
        table(
            &page, ["Issue", "Title", "Verdict", "Concept", "Next"],
            claims.verdicts.map { [$0.id, $0.title, $0.verdict, $0.concept, $0.nextAction] })
    }

    private func problems(_ page: inout HTMLText) {
        guard let problems = report.problems else { return }
        page.element("h2", "", "Open problems")
        guard !problems.worst.isEmpty else { return page.element("p", "", "None.") }
        page.element(
            "p", "class=\"note\"",
            problems.open.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        table(
            &page, ["Priority", "Problem", "Service", "Count", "Last"],
            problems.worst.map {
                [
                    "\($0.priority.rawValue)\($0.isBack ? ", back again" : "")", $0.title, $0.service, "\($0.count)",
                    $0.last ?? "",
                ]
            })
    }

    private func absent(_ page: inout HTMLText) {
        guard !report.absent.isEmpty else { return }
        page.element("h2", "", "Not there")
        page.element("ul") { page in
            for absence in report.absent { page.element("li", "", "\(absence.reason): \(absence.remedy)") }
        }
    }

    private func table(_ page: inout HTMLText, _ columns: [String], _ rows: [[String]]) {
        page.element("div", "class=\"status\"") { page in
            page.element("table") { page in
                page.element("tr") { page in
                    for column in columns { page.element("th", "scope=\"col\"", column) }
                }
                for row in rows {
                    page.element("tr") { page in
                        for cell in row { page.element("td", "", cell) }
                    }
                }
            }
        }
    }
}

extension StatusReport {
    public var html: String { StatusPage(report: self).text }
}
