import CanonWire

extension AnalystAnswer {
    private static let questions = """
        - `where is WebSocketManager defined?`
        - `who uses WebSocketManager?`
        - `search for 'connection refused'`
        - `show me README.md lines 1-20`
        - `overview`
        """

    private static let remedy =
        "For questions that need judgement, connect a model: an OpenAI-compatible endpoint or an AG-UI agent takes my "
        + "place by one setting of the server."

    /// `Python 81 %, Markdown 12 %`
    private static func mix(_ report: OverviewReport) -> String {
        report.languages.prefix(4).map { "\($0.name) \(shortNumber($0.percent)) %" }.joined(separator: ", ")
    }

    private static func size(_ report: OverviewReport) -> String {
        let name = Markdown.code(report.workspace)
        if report.files == 0 { return "The workspace \(name) holds no file that I may read." }
        return "The workspace \(name) holds \(counted(Int(report.files), "file")) in "
            + "\(counted(Int(report.folders), "folder")), \(counted(Int(report.lines), "line")) of text: \(mix(report))."
    }

    static func overview(_ report: OverviewReport) -> String {
        guard report.files > 0 else { return "\(size(report)) \(report.coverage.summary)" }
        var parts = [size(report)]
        parts.append(
            "| Language | Files | Lines | Share |\n|---|---:|---:|---:|\n"
                + report.languages.prefix(12).map {
                    "| \($0.name) | \(grouped($0.files)) | \(grouped($0.lines)) | \(shortNumber($0.percent)) % |"
                }.joined(separator: "\n"))
        parts.append(
            "Largest folders:\n"
                + report.largestFolders.map { folder in
                    let name = folder.name == "." ? "the top folder itself" : Markdown.code(folder.name + "/")
                    return "- \(name): \(counted(Int(folder.files), "file")), \(counted(Int(folder.lines), "line"))"
                }.joined(separator: "\n"))
        if !report.entryPoints.isEmpty {
            parts.append(
                "Where to begin:\n" + report.entryPoints.map { "- \(Markdown.code($0))" }.joined(separator: "\n"))
        }
        parts.append(report.coverage.summary)
        return parts.joined(separator: "\n\n")
    }

    static func greeting(_ overview: Result<OverviewReport, ToolFailure>) -> String {
        let state =
            switch overview {
            case .success(let report): size(report)
            case .failure(let failure): failure.message
            }
        return "Hello. I am the built-in analyst: I answer questions about the files of a workspace, without a model. "
            + "\(state)\n\nYou can ask, for example:\n\(questions)"
    }

    static func help(_ overview: Result<OverviewReport, ToolFailure>, tools: [any Tool]) -> String {
        let state =
            switch overview {
            case .success(let report): size(report)
            case .failure(let failure): failure.message
            }
        let list = tools.map { "- \(Markdown.code($0.name)): \($0.summary)" }.joined(separator: "\n")
        return
            "I am the built-in analyst: I answer questions about the files of a workspace by running tools, without a "
            + "model. Every place I name comes from a file.\n\n\(state)\n\nYou can ask, for example:\n\(questions)\n\n"
            + "My tools:\n\(list)\n\n\(remedy)"
    }

    /// The answer to a question that no tool can answer: what the workspace has about it, and what to do.
    static func open(
        _ terms: [String], _ overview: Result<OverviewReport, ToolFailure>,
        mentions: [(term: String, report: SearchReport)]
    ) -> String {
        let topic = terms.prefix(6).map { Markdown.code($0) }.joined(separator: ", ")
        var parts = [
            "I am the built-in analyst and have no model, so I cannot give advice"
                + (topic.isEmpty ? "." : " about \(topic).")
                + " What I can do is show what the workspace holds about it."
        ]
        switch overview {
        case .failure(let failure):
            parts.append("Here that is nothing yet. \(failure.message)")
        case .success(let report):
            parts.append(size(report))
            let found = mentions.filter { $0.report.lines > 0 }
            for (term, report) in found {
                let count = "\(counted(Int(report.lines), "line")) of \(counted(Int(report.files), "file"))"
                let places = spread(report.places).map { "- \($0.place): \(Markdown.code($0.text))" }
                parts.append("\(Markdown.code(term)) stands in \(count):\n" + places.joined(separator: "\n"))
            }
            let absent = mentions.filter { $0.report.lines == 0 }.map { Markdown.code($0.term) }
            if !absent.isEmpty { parts.append("Nothing is found for \(absent.joined(separator: ", ")).") }
            if found.isEmpty, !report.entryPoints.isEmpty {
                let files = report.entryPoints.prefix(3).map { Markdown.code($0) }.joined(separator: ", ")
                parts.append("Good places to begin reading: \(files).")
            }
            if let late = mentions.first(where: { !$0.report.coverage.isComplete }) {
                parts.append("_Not everything was searched._ \(late.report.coverage.summary)")
            }
        }
        parts.append("You can ask, for example:\n\(questions)")
        parts.append(remedy)
        return parts.joined(separator: "\n\n")
    }

    /// Up to three places, of different files where possible.
    private static func spread(_ places: [ReportedPlace]) -> [ReportedPlace] {
        var seen: Set<String> = []
        let first = places.filter { seen.insert($0.file).inserted }
        return Array((first + places.filter { !first.contains($0) }).prefix(3))
    }
}
