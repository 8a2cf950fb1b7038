/// One page that needs no network and no script: the score, the concepts as maps, what changed, and every finding with its
/// evidence.
struct HTMLReport {
    let report: AuditReport
    let gate: Severity

    var text: String {
        HTMLText.page(title: "\(title) · Canon audit", style: HTMLStyle.text) { page in
            page.element("header") { head(&$0) }
            page.element("main") { main in
                if !report.incomplete.isEmpty { section(&main, "Not looked at") { evidence(&$0, report.incomplete) } }
                if let comparison = report.comparison { section(&main, "Trend") { trend(&$0, comparison) } }
                if !report.score.concepts.isEmpty { section(&main, "Concepts") { concepts(&$0) } }
                section(&main, "Findings") { findings(&$0) }
                section(&main, "Isolation") { isolation(&$0) }
            }
            page.element("footer", "", "\(AuditFigures.provenance(of: report)). Schema \(report.schema).")
        }
    }

    private var title: String {
        report.score.overall.map { "Score \(AuditFigures.percent($0))" } ?? "Score not measured"
    }

    private func section(_ page: inout HTMLText, _ title: String, _ body: (inout HTMLText) -> Void) {
        page.element("section") {
            $0.element("h2", "", title)
            body(&$0)
        }
    }

    // MARK: Score

    private func head(_ page: inout HTMLText) {
        page.element("h1", "", "Audit")
        page.element("div", "class=\"summary\"") { page in
            page.element("p", "class=\"score\"") {
                $0.element("strong", "", report.score.overall.map(AuditFigures.percent) ?? "not measured")
                if report.score.overall != nil { $0.text(" of 100") }
            }
            page.element("div") { page in
                page.element("p", "class=\"\(verdictClass)\"", verdict)
                page.element("p", "", counts)
                if let cap = report.score.cap {
                    page.element("p", "class=\"note\"", "Capped at \(AuditFigures.percent(cap.limit)): \(cap.reason).")
                }
            }
        }
    }

    private var verdict: String {
        switch report.verdict(failOn: gate) {
        case .passed: "Passes at \(gate.rawValue)."
        case .failed: "Does not pass at \(gate.rawValue)."
        case .incomplete: "Incomplete: something could not be looked at, so there is no verdict."
        }
    }

    private var verdictClass: String { report.verdict(failOn: gate) == .passed ? "good" : "bad" }

    private var counts: String {
        let counts = report.openBySeverity
        let words = Severity.allCases.reversed().compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)" }
        }
        return words.isEmpty ? "No finding is open." : "Open: \(words.joined(separator: ", "))."
    }

    // MARK: Trend

    private func trend(_ page: inout HTMLText, _ comparison: AuditReport.Comparison) {
        page.element("p", "", "Beside \(comparison.base):")
        page.element("ul") { page in
            let before = comparison.scoreBefore.map(AuditFigures.percent) ?? "not measured"
            let now = report.score.overall.map(AuditFigures.percent) ?? "not measured"
            page.element("li", "", "score \(before) before, \(now) now")
            page.element("li", "", AuditFigures.changes(comparison))
            for rise in comparison.risen {
                page.element("li", "class=\"bad\"", "\(rise.rule): \(rise.before) places before, \(rise.now) now")
            }
            for reason in comparison.blocked { page.element("li", "class=\"bad\"", "cannot be compared: \(reason)") }
        }
    }

    // MARK: Concepts

    private func concepts(_ page: inout HTMLText) {
        for concept in report.score.concepts {
            page.element("article", "class=\"concept\"") { page in
                page.element("h3", "", concept.name)
                page.element("p", "") { page in
                    page.element("code", "", concept.canonical)
                    page.text(" · score \(concept.score.map(AuditFigures.percent) ?? "not measured")")
                    page.text(
                        " · 1 / \(concept.implementations) implementations × \(concept.bound) / \(concept.consumers) consumers bound"
                    )
                    if let owner = concept.owner { page.text(" · \(owner)") }
                }
                if let map = report.routes.first(where: { $0.name == concept.name }) {
                    page.markup(ConceptDrawing(map: map).svg)
                }
                list(&page, "Consumers that use another object or another path", concept.unbound)
                list(&page, "Folders to touch", concept.folders)
            }
        }
    }

    private func list(_ page: inout HTMLText, _ title: String, _ symbols: [String]) {
        guard !symbols.isEmpty else { return }
        page.element("details") { page in
            page.element("summary", "", "\(title) (\(symbols.count))")
            page.element("ul", "class=\"symbols\"") { page in
                for symbol in symbols { page.element("li") { $0.element("code", "", symbol) } }
            }
        }
    }

    // MARK: Findings

    private func findings(_ page: inout HTMLText) {
        guard !report.findings.isEmpty else { return page.element("p", "", "Nothing was found.") }
        // By concept, worst first: the findings come in the order of their severity.
        var groups: [(name: String, findings: [Finding])] = []
        var places: [String: Int] = [:]
        for finding in report.findings {
            let name = finding.concept ?? ""
            if let place = places[name] {
                groups[place].findings.append(finding)
            } else {
                places[name] = groups.count
                groups.append((name, [finding]))
            }
        }
        for group in groups {
            page.element("h3", "", group.name.isEmpty ? "Beside the declared concepts" : group.name)
            for finding in group.findings { self.finding(&page, finding) }
        }
    }

    private func finding(_ page: inout HTMLText, _ finding: Finding) {
        let place = finding.line > 0 ? "\(finding.path):\(finding.line)" : finding.path
        page.element("details", "class=\"finding\"") { page in
            page.element("summary") { page in
                page.element("span", "class=\"severity \(finding.severity.rawValue)\"", finding.severity.rawValue)
                page.element("span", "class=\"message\"", finding.message)
                page.element("span", "class=\"rule\"", Self.tags(of: finding).joined(separator: " · "))
                page.element("code", "", place)
            }
            page.element("div", "class=\"body\"") { page in
                if let suggestion = finding.suggestion {
                    page.element("p") {
                        $0.text("Use ")
                        $0.element("code", "", suggestion)
                        $0.text(" instead.")
                    }
                }
                evidence(&page, finding.evidence)
                if finding.places.count > 1 {
                    page.element("details") { page in
                        page.element("summary", "", "Places (\(finding.placeCount))")
                        page.element("ul", "class=\"symbols\"") { page in
                            for place in finding.places {
                                page.element("li") { $0.element("code", "", "\(place.path):\(place.line)") }
                            }
                        }
                    }
                }
                page.element(
                    "p", "class=\"note\"", "Fingerprint \(finding.fingerprint), rule version \(finding.ruleVersion)")
            }
        }
    }

    private static func tags(of finding: Finding) -> [String] {
        var tags = [finding.rule, finding.priority.rawValue]
        if finding.status != .open { tags.append(finding.status.rawValue) }
        if finding.confidence == .review { tags.append("to review") }
        if finding.scope != .live { tags.append(finding.scope.rawValue) }
        if let owner = finding.owner { tags.append(owner) }
        if !finding.escalateTo.isEmpty { tags.append("then \(finding.escalateTo.joined(separator: ", "))") }
        return tags
    }

    private func evidence(_ page: inout HTMLText, _ evidence: [Evidence]) {
        page.element("ol", "class=\"evidence\"") { page in
            for item in evidence {
                page.element("li") { page in
                    page.element("code", "class=\"place\"", item.line > 0 ? "\(item.path):\(item.line)" : item.path)
                    page.element("code", "", item.text)
                }
            }
        }
    }

    // MARK: Isolation

    private func isolation(_ page: inout HTMLText) {
        let isolation = report.isolation
        page.element(
            "p", "",
            "State that users share: \(isolation.confirmed.count) confirmed, \(isolation.review.count) to review, "
                + "\(isolation.refuted.count) refuted. Canary run: \(isolation.canary).")
        guard !isolation.refuted.isEmpty else { return }
        page.element("details") { page in
            page.element("summary", "", "Suspected, and refuted (\(isolation.refuted.count))")
            evidence(&page, isolation.refuted)
        }
    }
}
