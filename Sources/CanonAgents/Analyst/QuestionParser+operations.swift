/// Questions about what runs and what was done, each answered by one of the tools beside those of the workspace. Where the tool is
/// missing the question is none of these.
extension QuestionParser {
    // MARK: Logs

    private static let logTemplates = [
        "what is|are|went|goes wrong|broken|failing in|with the|these|this|my|our? log|logs files?",
        "which|what problems|errors|failures are|stand there? in the|these|this|my|our? log|logs files?",
        "which|what problems|errors|failures do|does the|these|this|my|our? log|logs show|have|hold|tell",
        "analyse|analyze|check|scan|examine the|these|this|my|our? log|logs files?",
        "what do|does the|these|this|my|our? log|logs say|show|tell",
        "show|list|find me? the? problems|errors|failures in|of the|these|this|my|our? log|logs files?",
    ].map { QuestionTemplate($0) }

    private static let logFileTemplates = [
        "what is|are|went|goes wrong|broken|failing in|with X",
        "which|what problems|errors|failures are|stand there? in X",
        "analyse|analyze|check|scan|examine the? log|logs? file? X",
        "show|list|find me? the? problems|errors|failures in|of X",
    ].map { QuestionTemplate($0) }

    func aboutLogs(_ core: [QuestionWord]) -> Question? {
        guard extraTools.contains("log_problems") else { return nil }
        if Self.isAny(core, of: Self.logTemplates) { return .logs(path: nil) }
        guard let gap = Self.gap(core, Self.logFileTemplates), gap.count == 1, Self.isLog(gap[0].text) else {
            return nil
        }
        return .logs(path: gap[0].text)
    }

    /// `logs/`, `app.log`, `app.log.1.gz`, `export.jsonl`
    private static func isLog(_ path: String) -> Bool {
        let words = path.lowercased().split { !$0.isLetter && !$0.isNumber }
        return path.contains { $0 == "." || $0 == "/" }
            && words.contains { ["log", "logs", "jsonl", "ndjson"].contains($0) }
    }

    // MARK: How things stand

    private static let statusTemplates = [
        "how do|are|is the? things|everything|we|project|code|codebase|concepts stand|standing|doing|going|coming",
        "how do|does the|this|my|our? project|workspace|code|codebase|repository stand",
        "where do we stand", "how is it going",
        "what is|are the|our|my? status|state|trend|progress of|in? the|this|my|our? X?",
        "give|show|tell me? the|a|our|my? status|progress|trend report|update?", "status|progress report|update?",
        "are|is we|it|things|this|the|our project|code|codebase? getting|becoming any? better|worse",
        "what is|are better|worse|new|next", "what should|must|can we|i|one do|mend|fix|tackle next|first",
        "what is|are the? next|worst action|actions|step|steps|concept|concepts|thing|things to? do?",
    ].map { QuestionTemplate($0) }

    private static let verdictTemplates = [
        "was|were|is|are issue|issues|ticket|bug|number? X really|actually|truly? fixed|done|closed|deployed|resolved|complete|completed|finished",
        "was|were|is|are the? fix|fixes for|of issue|issues|ticket|bug? X deployed|live|undone|reverted|lost|complete",
        "did we|you|they|somebody really|actually? fix|close|deploy|resolve|finish issue|issues|ticket|bug? X",
        "what became|happened of|to|with issue|issues|ticket|bug|number X",
        "has|have|did issue|issues|ticket|bug X come|came back|again?",
        "is|was issue|issues|ticket|bug X back|regressed|regression",
    ].map { QuestionTemplate($0) }

    private static let verdictsTemplates = [
        "verify|check|judge the|our|my|all|these? closed|finished|old? issues|claims|fixes|completions",
        "which|what of? the|our|my? closed|finished|old? issues|claims|fixes|completions are|were|was not|never? really|actually? "
            + "fixed|done|true|false|untrue|deployed|undone|complete|incomplete|reverted|back|open|wrong|right",
        "what became|happened of|to|with the|our|my|all? closed|finished|old? issues|claims|fixes|completions",
        "are|were the|our|my|all? closed|finished|old? issues|claims|fixes really|actually|all? "
            + "fixed|done|true|deployed|complete|right",
        "is|was|are|were what was called|said|closed done|fixed|complete|completed really|actually? done|true|fixed|deployed|running",
        "did any|a|one? old? issue|issues|fix|fixes|bug|bugs come|came back",
    ].map { QuestionTemplate($0) }

    private static let probeTemplates = [
        "does|do|is|are the|our|my|this? gateway|server|servers|socket|sockets|websocket|chat|deployment|staging|production|platform "
            + "work|works|working|up|down|ok|okay|fine|healthy|broken|alive|running|reachable",
        "does|is the? golden path work|works|hold|holds|working|broken|whole|ok",
        "probe|test|check the|our|my|this? gateway|server|sockets|websocket|chat|deployment|staging|production|platform",
        "probe|walk|check|test|try the? golden path",
    ].map { QuestionTemplate($0) }

    private static let probeServerTemplates = [
        "probe|check|test the|our|my? gateway|server|deployment? at? X",
        "does|is X work|working|up|down|healthy|broken|alive|reachable",
    ].map { QuestionTemplate($0) }

    /// How the workspace stands, what became of what was called done, and whether a server keeps its promises.
    func aboutStanding(_ core: [QuestionWord]) -> Question? {
        if extraTools.contains("verify") {
            if Self.isAny(core, of: Self.verdictsTemplates) { return .verdicts(issue: nil) }
            // Each is tried: "the fix for #7" fits the gap of the first as well, and is no issue.
            for template in Self.verdictTemplates {
                guard let gap = template.match(core), gap.count == 1, let issue = Self.issue(gap[0]) else { continue }
                return .verdicts(issue: issue)
            }
        }
        if extraTools.contains("probe") {
            if Self.isAny(core, of: Self.probeTemplates) { return .probe(url: nil) }
            if let gap = Self.gap(core, Self.probeServerTemplates), gap.count == 1, Self.isAddress(gap[0].text) {
                return .probe(url: gap[0].text)
            }
        }
        if extraTools.contains("status"), Self.isAny(core, of: Self.statusTemplates) { return .status }
        return nil
    }

    /// `#960`, `960`, `CHAT-12`: what an issue is called. Nothing else is: "is the router done" asks for no issue.
    private static func issue(_ word: QuestionWord) -> String? {
        let text = word.text.hasPrefix("#") ? String(word.text.dropFirst()) : word.text
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let number = parts.last, !number.isEmpty, number.count <= 12,
            number.allSatisfy({ $0.isASCII && $0.isNumber }), parts.count <= 2,
            parts.dropLast().allSatisfy({ !$0.isEmpty && $0.count <= 20 && $0.allSatisfy { $0.isASCII && $0.isLetter } }
            )
        else { return nil }
        return text
    }

    private static func isAddress(_ text: String) -> Bool {
        ["http://", "https://", "ws://", "wss://"].contains { text.lowercased().hasPrefix($0) }
    }
}
