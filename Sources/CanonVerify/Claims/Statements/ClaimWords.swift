/// The words with which documents speak about documents and code in general. None of them belongs to a project.
enum ClaimWords {
    /// Lower-case words of letters and digits; hyphens and underscores separate, capitals within a word do not.
    static func words(of text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    /// Letters and digits alone: `WebSocket Manager` and `websocket_manager` are one thing.
    static func letters(of text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    /// The kind of thing that a name of code is: `manager` for `UnifiedPoolManager` and `pool_manager`.
    static func lastWord(of name: String) -> String {
        let part = name.split { !($0.isLetter || $0.isNumber) }.last ?? ""
        guard let capital = part.lastIndex(where: \.isUppercase) else { return String(part) }
        return part[capital...].lowercased()
    }

    /// Without an ending of the plural.
    static func singular(_ word: String) -> String {
        if word.hasSuffix("ies"), word.count > 4 { return word.dropLast(3) + "y" }
        if word.hasSuffix("sses") || word.hasSuffix("xes") || word.hasSuffix("shes") { return String(word.dropLast(2)) }
        if word.hasSuffix("s"), !word.hasSuffix("ss"), word.count > 3 { return String(word.dropLast()) }
        return word
    }

    static let complete: Set<String> = [
        "complete", "completed", "done", "resolved", "fixed", "closed", "finished", "merged", "shipped", "implemented",
    ]
    static let open: Set<String> = [
        "open", "ongoing", "active", "unresolved", "reopened", "pending", "incomplete", "blocked", "todo", "persist",
        "persists", "remain", "remains", "continue", "continues", "regression", "unfixed",
    ]
    static let partial: Set<String> = ["partial", "partially", "partly", "phase", "part", "step", "stage"]

    /// Headings over what is or was.
    static let factHeadings: Set<String> = [
        "complete", "completed", "done", "results", "result", "findings", "found", "evidence", "current", "actual",
        "observed", "detected", "existing", "established",
    ]
    static let planHeadings: Set<String> = [
        "plan", "plans", "planned", "planning", "proposed", "proposal", "proposals", "next", "remaining", "recommended",
        "recommendation", "recommendations", "todo", "future", "roadmap", "remediation", "actions", "mitigation",
        "prevention", "upcoming", "backlog", "suggested", "suggestions", "workaround",
    ]
    static let goalHeadings: Set<String> = [
        "expected", "expectation", "expectations", "criteria", "criterion", "goal", "goals", "target", "targets",
        "acceptance", "desired", "requirement", "requirements", "objective", "objectives", "ideal",
    ]
    static let exampleHeadings: Set<String> = ["example", "examples", "sample", "samples", "template"]

    /// A sentence with one of these says what is to come or should be.
    static let future: Set<String> = [
        "will", "should", "must", "shall", "would", "could", "might", "propose", "proposes", "proposed", "planned",
        "recommend", "recommended",
    ]
    /// "must be", "until …:" before a list of what has to hold.
    static let leadIns: Set<String> = ["until", "criteria", "should", "must", "requires", "required", "need", "needs"]

    /// What a concept's name needs no help from: in the title of an issue they say that all of it was to become one.
    static let consolidation: Set<String> = [
        "ssot", "consolidation", "consolidate", "consolidated", "migration", "canonical", "single", "source", "of",
        "truth", "duplicate", "duplicates", "duplication", "unification", "the", "and", "for", "to",
    ]

    /// Choose among things without saying how.
    static let vague: Set<String> = [
        "major", "key", "critical", "important", "main", "primary", "potential", "possible", "significant", "core",
        "relevant", "comprehensive", "dedicated", "specialized", "specialised", "active", "inactive", "wrong",
        "incorrect",
        "inconsistent", "correct", "broken", "failing", "passing", "deprecated", "legacy", "outdated", "obsolete",
        "affected",
        "problematic", "complex", "large", "small", "high", "low", "risky", "proper", "valid", "invalid", "related",
        "specific",
        "targeted", "focused", "essential", "minor", "real", "similar", "common", "successful",
    ]
    /// Say nothing about what is counted.
    static let filler: Set<String> = [
        "different", "distinct", "duplicate", "duplicated", "separate", "total", "new", "existing", "the", "a", "an",
        "of",
        "other", "detected", "multiple", "various", "unique", "individual", "actual", "single", "source", "code",
        "additional", "remaining", "more", "such", "its", "all", "and", "or", "parallel", "competing",
    ]
    /// Behind the words that matter: "WebSocket manager patterns" are found by "WebSocket manager".
    static let trailing: Set<String> = [
        "pattern", "patterns", "logic", "code", "reference", "references", "usage", "usages", "instance", "instances",
        "implementation", "implementations", "class", "classes", "functionality", "import", "imports", "support",
        "violation", "violations", "use", "uses", "path", "paths",
    ]
    static let relations: Set<String> = [
        "containing", "contain", "contains", "with", "in", "of", "across", "matching", "referencing", "reference",
        "references", "mentioning", "mention", "mentions", "using", "use", "uses", "importing", "import", "imports",
        "for", "under", "within", "from", "about", "that", "which", "on", "per",
    ]
    static let places: Set<String> = ["in", "across", "under", "within", "per"]
    static let denial: Set<String> = [
        "no", "not", "lacks", "lack", "lacking", "without", "missing", "never", "removed", "deleted",
    ]
}
