import CanonWire

/// The analyst's answers, in Markdown. Every place named in them comes from a tool's result.
enum AnalystAnswer {
    private static let listed = 10

    static func failure(_ failure: ToolFailure) -> String {
        "I could not look that up. \(failure.message)"
    }

    static func failure(_ outcome: Result<ToolResult, ToolFailure>) -> String {
        switch outcome {
        case .success(let result): result.text
        case .failure(let failure): self.failure(failure)
        }
    }

    /// The sentences that must not be missing when not everything was seen.
    private static func caveat(_ coverage: CoverageReport) -> [String] {
        coverage.isComplete || coverage.summary.isEmpty ? [] : ["_Not everything was searched._ \(coverage.summary)"]
    }

    private static func list(_ places: some Sequence<ReportedPlace>) -> String {
        places.map { place in
            "- \(place.place)\(place.kind.isEmpty ? "" : " (\(place.kind))"): \(Markdown.code(place.text))"
        }.joined(separator: "\n")
    }

    private static func paragraphs(_ parts: [String]) -> String {
        parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    // MARK: Definitions

    static func definition(_ report: DefinitionReport) -> String {
        let places = report.main
        guard let first = places.first else { return noDefinition(report, mentions: nil) }
        var parts: [String] = []
        let name = Markdown.code(first.name)
        let spelling = first.match == "exact" ? "" : " Nothing is spelled exactly \(Markdown.code(report.name))."
        if places.count == 1 {
            parts.append("\(name) is defined in \(first.place), as a \(first.kind):\(spelling)")
        } else {
            parts.append("\(name) is defined in \(counted(places.count, "place")), first in \(first.place):\(spelling)")
        }
        parts.append(Markdown.block(first.text, file: first.file))
        if places.count > 1 {
            parts.append("All of them:\n" + list(places.prefix(20)))
            if places.count > 20 { parts.append("And \(grouped(places.count - 20)) more.") }
        }
        if !report.similar.isEmpty, places.count <= 3 {
            parts.append("Names that contain it:\n" + list(report.similar.prefix(5)))
        }
        return paragraphs(parts + caveat(report.coverage))
    }

    static func noDefinition(_ report: DefinitionReport, mentions: SearchReport?) -> String {
        let name = Markdown.code(report.name)
        var parts: [String] = []
        if report.similar.isEmpty {
            parts.append("I found no definition of \(name).")
        } else {
            parts.append("I found no definition of \(name) itself. Names that contain it:")
            parts.append(list(report.similar.prefix(listed)))
        }
        if let mentions, mentions.lines > 0 {
            parts.append("The text stands in \(lines(mentions)):\n" + list(mentions.places.prefix(listed)))
        } else if report.similar.isEmpty {
            parts.append(
                "The text stands in no file that I may read either. Check the spelling, or ask for a part of the name: "
                    + "\(Markdown.code("search for '\(report.name.prefix(max(3, report.name.count / 2)))'")).")
        }
        if !report.coverage.summary.isEmpty { parts.append(report.coverage.summary) }
        return paragraphs(parts)
    }

    private static func lines(_ report: SearchReport) -> String {
        "\(counted(Int(report.lines), "line")) of \(counted(Int(report.files), "file"))"
    }

    // MARK: Uses and text

    static func usage(_ name: String, _ report: SearchReport, definitions: DefinitionReport) -> String {
        let defined = Set(definitions.main.map { "\($0.file):\($0.line)" })
        let uses = report.places.filter { !defined.contains("\($0.file):\($0.line)") }
        let count = Int(report.lines) - (report.places.count - uses.count)
        var parts: [String] = []
        let code = Markdown.code(name)
        if uses.isEmpty {
            parts.append(
                "I found no use of \(code)."
                    + (definitions.main.isEmpty
                        ? " It is defined nowhere either: check the spelling, or ask \(Markdown.code("search for '\(name)'"))."
                        : ""))
        } else {
            let files = Set(uses.map(\.file)).count
            let more = report.lines > Int64(report.places.count)
            parts.append(
                "\(code) is used in \(counted(count, "line"))"
                    + (more ? ", the first of them:" : " of \(counted(files, "file")):"))
            parts.append(list(uses.prefix(20)))
            if count > 20 { parts.append("And \(counted(count - min(20, uses.count), "more line")).") }
        }
        if let definition = definitions.main.first {
            parts.append(
                "It is defined in \(definition.place), as a \(definition.kind): \(Markdown.code(definition.text))")
        }
        return paragraphs(parts + caveat(report.coverage))
    }

    static func search(_ text: String, _ report: SearchReport, ignoredCase: Bool) -> String {
        let code = Markdown.code(text)
        guard report.lines > 0 else {
            return paragraphs([
                "\(code) was not found. \(report.coverage.summary)",
                "Try a shorter part of it, or ask for an `overview` to see what the workspace holds.",
            ])
        }
        var parts = ["\(code) stands in \(lines(report))\(ignoredCase ? ", in other capitals" : ""):"]
        parts.append(list(report.places.prefix(30)))
        if report.lines > 30 { parts.append("And \(grouped(report.lines - 30)) more.") }
        return paragraphs(parts + caveat(report.coverage))
    }

    // MARK: Files

    static func file(_ result: ToolResult) -> String {
        let value = result.value
        guard value["kind"]?.string == "text", let file = value["file"]?.string, let text = value["text"]?.string,
            let from = value["from"]?.int, let to = value["to"]?.int
        else { return result.text }
        if text.isEmpty { return "\(Markdown.code(file)) is empty." }
        let note = value["note"]?.string ?? ""
        return paragraphs([
            "\(Markdown.code("\(file):\(from)")) to line \(grouped(to)):", Markdown.block(text, file: file), note,
        ])
    }
}
