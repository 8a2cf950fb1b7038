import CanonWire

/// The tools that read a workspace.
public enum WorkspaceTools {
    /// `workspace_overview`, `find_definition`, `search_text` and `read_file`.
    /// - Parameter workspace: nil when none is configured; each tool then fails and says how to set one.
    public static func all(for workspace: Workspace?) -> [any Tool] {
        [
            WorkspaceOverviewTool(workspace: workspace), FindDefinitionTool(workspace: workspace),
            SearchTextTool(workspace: workspace), ReadFileTool(workspace: workspace),
        ]
    }

    static let missing = ToolFailure(
        "No workspace is configured, so there are no files to look at. Start the server with --workspace FOLDER.")
}

extension Workspace {
    /// The place to begin and the files to take for a tool's `path` argument: a folder, a file or a pattern.
    func scope(of path: String?) throws(ToolFailure) -> (start: WorkspacePath, selects: @Sendable (String) -> Bool) {
        guard let path else { return (WorkspacePath(components: []), { _ in true }) }
        if PathPattern.isPattern(path) {
            let pattern = PathPattern(path)
            return (WorkspacePath(components: []), { pattern.matches($0) })
        }
        let checked = try WorkspacePath(path, root: self.path)
        guard case .folder = try item(at: checked.text.isEmpty ? "." : checked.text) else {
            let parent = WorkspacePath(components: checked.components.dropLast())
            let text = checked.text
            return (parent, { $0 == text })
        }
        return (checked, { _ in true })
    }
}
