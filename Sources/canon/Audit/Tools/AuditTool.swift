import CanonAgents
import CanonAudit
import CanonCodeModel
import CanonWire

/// `audit`: which implementations stand where one should; or, about some words, how many there are.
struct AuditTool: Tool {
    let name = "audit"
    let summary =
        "Audits the workspace's Python code: how many implementations of something there are, under which names, who uses "
        + "which, and every finding with its evidence. Nothing is executed."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "about": [
                "type": "string",
                "description": "Only what goes by these words, such as 'WebSocket manager'. Without: the whole audit.",
            ]
        ],
    ]

    let workspace: WorkspaceAudit

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let about = try checked.optionalText("about", maximumBytes: 200)
        let run = try await workspace.run()
        guard let about else {
            return ToolResult(value: try Self.json(run.report), text: AuditAnswer.overview(run.report))
        }
        let survey = ObjectSurvey(of: about, in: run.audit.context)
        guard !survey.words.isEmpty else {
            throw ToolFailure("'about' of audit needs a word, such as 'WebSocket manager'.")
        }
        return ToolResult(value: AuditAnswer.json(survey), text: AuditAnswer.text(survey, about: about, run.report))
    }

    /// The report as `canon audit --format json` prints it.
    private static func json(_ report: AuditReport) throws -> JSONValue {
        try JSONValue.parse(report.rendered(as: .json, failOn: .high))
    }
}

/// `explain`: what a rule is for, or one finding with its evidence.
struct ExplainTool: Tool {
    let name = "explain"
    let summary = "Explains a rule of the audit, or a finding by its fingerprint with all of its evidence."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "subject": ["type": "string", "description": "The name of a rule, such as import-path, or a fingerprint."]
        ],
        "required": ["subject"],
    ]

    let workspace: WorkspaceAudit

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let subject = try ToolArguments(arguments, of: self).text("subject", maximumBytes: 200)
        if let rule = RuleList.named(subject) { return AuditAnswer.explanation(of: rule) }
        guard subject.utf8.count >= 4, subject.allSatisfy({ $0.isHexDigit }) else {
            let near = NearestName.of(subject, among: RuleList.all.map { $0.name })
            throw ToolFailure(
                "There is no rule '\(subject)'."
                    + (near.map { " Did you mean \($0)?" } ?? " Run the audit to see which there are."))
        }
        let report = try await workspace.run().report
        guard let finding = report.findings.first(where: { $0.fingerprint.text.hasPrefix(subject.lowercased()) }) else {
            throw ToolFailure("No finding has the fingerprint \(subject); it may be resolved.")
        }
        return AuditAnswer.explanation(of: finding)
    }
}

/// `replay`: what a program's modules hold after its imports.
struct ReplayTool: Tool {
    let name = "replay"
    let summary =
        "Replays the imports of the workspace's program from an entry module, and says which classes its modules hold under "
        + "which names. Nothing is executed."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "entry": ["type": "string", "description": "The module that is imported first, such as app.main."],
            "at": ["type": "string", "description": "Where to stop: MODULE, MODULE:FUNCTION or MODULE:LINE."],
            "match": [
                "type": "string", "description": "Only names like this, such as *manager*; capitals do not matter.",
            ],
            "module_match": ["type": "string", "description": "Only names of modules like this."],
        ],
        "required": ["entry"],
    ]

    let workspace: WorkspaceAudit

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let entry = try checked.text("entry", maximumBytes: 500)
        var at: StopPoint?
        if let text = try checked.optionalText("at", maximumBytes: 500) {
            guard let point = StopPoint(text) else {
                throw ToolFailure(
                    "'at' of replay is MODULE, MODULE:FUNCTION or MODULE:LINE; '\(text)' is none of them.")
            }
            at = point
        }
        let name = Glob(try checked.optionalText("match", maximumBytes: 200) ?? "*", ignoresCase: true)
        let modules = Glob(try checked.optionalText("module_match", maximumBytes: 200) ?? "*", ignoresCase: true)
        let model = try await workspace.run().audit.context.model
        do {
            let result = try ImportReplay(model: model).run(entry: entry, at: at)
            let excepted = at == nil ? nil : result.comparedObject(matching: name, in: model)
            return try AuditAnswer.replay(
                ReplayReport(
                    model: model, result: result,
                    names: result.names(matching: name, modules: modules, except: excepted, in: model),
                    unknown: result.unknownNames(matching: name, modules: modules)), entry: entry)
        } catch let error as ReplayError {
            throw ToolFailure("\(error).")
        }
    }
}
