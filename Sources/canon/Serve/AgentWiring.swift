import CanonAgents
import CanonGateway
import Logging

/// Makes the agent that the configuration names, and hands it its tools.
struct AgentWiring {
    let configuration: GatewayConfiguration
    let logger: Logger

    /// The agent, and the tools that it and the console share.
    /// - Throws: `CommandFailure` that names the setting at fault.
    func make() throws -> (backend: any AgentBackend, tools: [any Tool]) {
        do {
            let tools = try tools()
            // An agent that is given no tool must not have a page beside it that reads the workspace.
            let hasTools = [.analyst, .openAI].contains(configuration.agent.kind)
            return (try backend(tools), hasTools ? tools : [])
        } catch let error as AgentSettingError {
            throw CommandFailure("serve.\(error.setting): \(error.message)", status: ExitStatus.usage)
        } catch let error as ToolFailure {
            throw CommandFailure("serve.workspace: \(error.message)", status: ExitStatus.usage)
        }
    }

    private func backend(_ tools: [any Tool]) throws -> any AgentBackend {
        let agent = configuration.agent
        switch agent.kind {
        case .analyst:
            return AnalystBackend(name: agent.name ?? "analyst", tools: tools)
        case .openAI:
            return try OpenAIBackend(
                name: agent.name ?? "assistant", url: agent.url ?? "", model: agent.model ?? "", key: agent.key,
                instructions: agent.instructions, tools: tools, sendFiles: agent.sendFiles,
                firstByteSeconds: Double(agent.connectTimeoutSeconds),
                silenceSeconds: Double(configuration.limits.silentRunSeconds), logger: logger)
        case .agUI:
            return try AGUIBackend(
                name: agent.name ?? "agent", url: agent.url ?? "", key: agent.key,
                firstByteSeconds: Double(agent.connectTimeoutSeconds),
                silenceSeconds: Double(configuration.limits.silentRunSeconds), logger: logger)
        case .external:
            return ExternalBackend(name: agent.name ?? "external")
        }
    }

    private func tools() throws -> [any Tool] {
        let workspace = try configuration.workspace.map { path in
            try Workspace(path: path, forbidden: [configuration.dataDirectory])
        }
        let audit = WorkspaceAudit(path: configuration.workspace)
        let own: [any Tool] = [
            StatusTool(workspace: configuration.workspace), AuditTool(workspace: audit),
            ExplainTool(workspace: audit), ReplayTool(workspace: audit),
            WorkspaceLogsTool(workspace: configuration.workspace, forbidden: configuration.dataDirectory),
            VerifyTool(workspace: configuration.workspace, forbidden: configuration.dataDirectory),
        ]
        let probe = ProbeTool(servers: configuration.agent.probeServers)
        return WorkspaceTools.all(for: workspace) + own + [probe].compactMap(\.self)
    }
}
