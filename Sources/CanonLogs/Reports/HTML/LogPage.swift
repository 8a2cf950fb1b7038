/// One page that needs no network and no script: what was looked at, and each problem with its timeline and samples.
struct LogPage {
    let report: LogReport
    let gate: ProblemPriority?

    var text: String {
        var page = PageText()
        page.markup(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(report.problems.count) problems · Canon logs</title>
            <style>\(LogPageStyle.text)</style>
            </head>
            <body>

            """)
        page.element("header") { head(&$0) }
        page.element("main") { main in
            list(&main, "Counts are lower bounds", report.limits)
            list(&main, "Could not be read", report.incomplete.map(\.description))
            main.element("h2", "", "Problems")
            if report.problems.isEmpty { main.element("p", "", "Nothing was found.") }
            for problem in report.problems { article(&main, problem) }
        }
        page.element("footer", "", "\(report.tool.name) \(report.tool.version), schema \(report.schema)")
        page.markup("\n</body>\n</html>\n")
        return page.text
    }

    private func head(_ page: inout PageText) {
        page.element("h1", "", "Logs")
        page.element("div", "class=\"summary\"") { page in
            page.element(
                "p", "class=\"\(report.verdict(failOn: gate) == .passed ? "good" : "bad")\"",
                report.verdictText(failOn: gate))
            page.element(
                "p", "", ProblemState.allCases.map { "\(report.count(of: $0)) \($0.rawValue)" }.joined(separator: ", "))
            page.element(
                "p", "class=\"note\"",
                "\(report.entries) \(report.entries == 1 ? "entry" : "entries") in \(report.sources.count) \(report.sources.count == 1 ? "file" : "files"). \(report.interval?.text ?? "No entry has a time.")"
            )
            for note in report.notes { page.element("p", "class=\"note\"", note) }
        }
    }

    private func list(_ page: inout PageText, _ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        page.element("section") { page in
            page.element("h2", "", title)
            page.element("ul") { page in for item in items { page.element("li", "", item) } }
        }
    }

    private func article(_ page: inout PageText, _ problem: ProblemReport) {
        page.element("details", "class=\"problem\"") { page in
            page.element("summary") { page in
                page.element("span", "class=\"priority \(problem.priority.lowercased())\"", problem.priority)
                page.element("span", "class=\"title\"", problem.title)
                page.element("span", "class=\"state \(problem.state.rawValue)\"", problem.state.rawValue)
                page.element(
                    "span", "class=\"count\"", problem.count > 0 ? "\(ProblemWords.count(problem))×" : "absent")
                page.markup(timeline(problem))
            }
            page.element("div", "class=\"body\"") { page in
                page.element("dl") { page in
                    for fact in ProblemWords.facts(problem) {
                        page.element("dt", "", fact.name)
                        page.element("dd", "", fact.value)
                    }
                }
                for sample in problem.samples { quote(&page, sample) }
            }
        }
    }

    private func quote(_ page: inout PageText, _ sample: ProblemReport.Quote) {
        let place = [
            sample.time, sample.revision, sample.insertId.map { "insertId \($0)" },
            sample.source.map { "\($0), byte \(sample.offset)" },
        ]
        page.element("figure") { page in
            page.element("figcaption", "class=\"note\"", place.compactMap(\.self).joined(separator: " · "))
            page.element("pre", "", sample.text)
        }
    }

    /// Bars over the run's interval, as high as the counts.
    private func timeline(_ problem: ProblemReport) -> String {
        guard let highest = problem.timeline.max(), highest > 0 else { return "" }
        let bars = problem.timeline.enumerated().filter { $0.element > 0 }.map { index, count in
            let height = max(2, count * 24 / highest)
            return
                "<rect x=\"\(index * 5)\" y=\"\(24 - height)\" width=\"4\" height=\"\(height)\"><title>\(count)</title></rect>"
        }
        let label = "\(problem.timeline.reduce(0, +)) entries over the time of the run"
        return
            "<svg class=\"timeline\" viewBox=\"0 0 \(problem.timeline.count * 5) 24\" role=\"img\" aria-label=\"\(label)\">\(bars.joined())</svg>"
    }
}

/// Markup in the making. Text goes through ``escaped(_:)`` on its way in, so that nothing of a log becomes markup.
struct PageText {
    private(set) var text = ""

    mutating func markup(_ markup: String) { text += markup }

    mutating func element(_ tag: String, _ attributes: String = "", _ content: String) {
        element(tag, attributes) { $0.text += Self.escaped(content) }
    }

    mutating func element(_ tag: String, _ attributes: String = "", _ body: (inout PageText) -> Void) {
        text += attributes.isEmpty ? "<\(tag)>" : "<\(tag) \(attributes)>"
        body(&self)
        text += "</\(tag)>"
    }

    static func escaped(_ content: String) -> String {
        var result = ""
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            // Control characters have no place in a page.
            default: result.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
