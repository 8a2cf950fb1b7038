import CanonWire

/// A line of a file that a tool named.
struct ReportedPlace: Sendable, Equatable {
    let file: String
    let line: Int64
    let text: String
    var name = ""
    var kind = ""
    var match = ""

    init?(_ value: JSONValue) {
        guard let file = value["file"]?.string, let line = value["line"]?.int, let text = value["text"]?.string else {
            return nil
        }
        self.file = file
        self.line = line
        self.text = text
        name = value["name"]?.string ?? ""
        kind = value["kind"]?.string ?? ""
        match = value["match"]?.string ?? ""
    }

    /// `file:line`, the form in which people and editors name a place.
    var place: String { Markdown.code("\(file):\(line)") }
}

/// What `find_definition` found.
struct DefinitionReport: Sendable {
    let name: String
    var places: [ReportedPlace] = []
    var total: Int64 = 0
    var coverage = CoverageReport()

    init(name: String) { self.name = name }

    init(name: String, value: JSONValue) {
        self.name = name
        places = (value["definitions"]?.array ?? []).compactMap { ReportedPlace($0) }
        total = value["total"]?.int ?? Int64(places.count)
        coverage = CoverageReport(value["coverage"])
    }

    /// The definitions of the name itself: in its spelling, else in other capitals.
    var main: [ReportedPlace] {
        let exact = places.filter { $0.match == "exact" }
        return exact.isEmpty ? places.filter { $0.match == "case-insensitive" } : exact
    }

    /// Definitions of names that contain it.
    var similar: [ReportedPlace] { places.filter { $0.match == "contains" } }
}

/// What `search_text` found.
struct SearchReport: Sendable {
    let places: [ReportedPlace]
    /// Lines and files in all, of which `places` may be the first.
    let lines: Int64
    let files: Int64
    let coverage: CoverageReport

    init(value: JSONValue) {
        places = (value["matches"]?.array ?? []).compactMap { ReportedPlace($0) }
        lines = value["matching_lines"]?.int ?? Int64(places.count)
        files = value["matching_files"]?.int ?? Int64(Set(places.map(\.file)).count)
        coverage = CoverageReport(value["coverage"])
    }
}

/// What `workspace_overview` counted.
struct OverviewReport: Sendable {
    struct Share: Sendable {
        let name: String
        let files: Int64
        let lines: Int64
        let percent: Double
    }

    let workspace: String
    let files: Int64
    let folders: Int64
    let lines: Int64
    let languages: [Share]
    let largestFolders: [Share]
    let entryPoints: [String]
    let coverage: CoverageReport

    init(value: JSONValue) {
        func shares(_ list: String, _ name: String) -> [Share] {
            (value[list]?.array ?? []).map { row in
                Share(
                    name: row[name]?.string ?? "", files: row["files"]?.int ?? 0, lines: row["lines"]?.int ?? 0,
                    percent: row["percent"]?.double ?? 0)
            }
        }
        workspace = value["workspace"]?.string ?? ""
        files = value["files"]?.int ?? 0
        folders = value["folders"]?.int ?? 0
        lines = value["lines"]?.int ?? 0
        languages = shares("languages", "language")
        largestFolders = shares("largest_folders", "folder")
        entryPoints = (value["entry_points"]?.array ?? []).compactMap(\.string)
        coverage = CoverageReport(value["coverage"])
    }
}

/// How far a tool looked.
struct CoverageReport: Sendable {
    var isComplete = true
    /// Sentences for a person.
    var summary = ""

    init() {}

    init(_ value: JSONValue?) {
        isComplete = value?["complete"]?.bool ?? true
        summary = value?["summary"]?.string ?? ""
    }
}
