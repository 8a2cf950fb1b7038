import Foundation
import PackagePlugin

/// Writes the commit that is being built into a Swift file, before each build.
///
/// `Context.gitInformation` would be simpler, but the package manager keeps the evaluated manifest, so a build after a
/// commit would still name the commit before it.
@main
struct StampCommit: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let output = context.pluginWorkDirectoryURL.appending(path: "Stamp")
        return [
            .prebuildCommand(
                displayName: "Stamping the commit", executable: URL(filePath: "/bin/sh"),
                arguments: [root.appending(path: "Scripts/stamp-commit").path, root.path, output.path],
                outputFilesDirectory: output)
        ]
    }
}
