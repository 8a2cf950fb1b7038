/// The built-in analyst: answers questions about a workspace with tools and without a model.
///
/// It recognises a question by its shape, runs the tools that answer it, and reports what they found with file, line and
/// the line's text. The same question over the same files has the same answer. Every run thinks, runs at least one tool,
/// and answers.
public struct AnalystBackend: AgentBackend {
    public let name: String

    private let tools: [any Tool]
    private let parser: QuestionParser

    /// - Parameters:
    ///   - name: what the run's events carry as `agent_name`.
    ///   - tools: what it can do. `WorkspaceTools.all(for:)` answers questions about files; a tool beside those is run
    ///     when a question names it. Workspace tools that are not among them are there without a workspace, and say so.
    public init(name: String = "analyst", tools: [any Tool]) {
        self.name = name
        let missing = WorkspaceTools.all(for: nil).filter { tool in !tools.contains { $0.name == tool.name } }
        self.tools = tools + missing
        let own = Set(WorkspaceTools.all(for: nil).map(\.name))
        parser = QuestionParser(extraTools: tools.map(\.name).filter { !own.contains($0) })
    }

    public func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error> {
        AgentRun.stream { run in
            let question = parser.parse(request.text, history: request.history)
            var work = AnalystWork(request: request, run: run, tools: tools)
            let answer = try await work.answer(question)
            for piece in Markdown.pieces(of: answer) {
                try Task.checkCancellation()
                run.report(.textDelta(piece))
            }
            run.report(.completed(answer: answer))
        }
    }
}
