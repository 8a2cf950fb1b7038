import CanonAgents
import CanonVerify
import CanonWire
import Synchronization

/// `probe`: whether a server keeps its promises, asked from here. Only servers that the operator named are spoken to: whoever talks
/// to the agent could otherwise reach whatever this machine can.
final class ProbeTool: Tool, Sendable {
    let name = "probe"
    let summary: String
    let parameters: JSONObject

    private let allowed: [ServerAddress]
    private let isBusy = Atomic(false)

    /// - Parameter servers: the addresses of the setting, each as `http://host:port`; others are refused.
    /// - Returns: nil when there is none, so that nobody is offered what would always be refused.
    init?(servers: [String]) {
        allowed = servers.compactMap { try? ServerAddress($0) }
        guard !allowed.isEmpty else { return nil }
        let names = allowed.map(\.url)
        summary =
            "Walks the Golden Path of a running gateway as a visitor and says which step does not hold. Servers that may be probed: "
            + names.joined(separator: ", ") + "."
        parameters = [
            "type": "object",
            "properties": [
                "url": [
                    "type": "string", "description": "The server. Without: the first that may be probed.",
                    "enum": .array(names.map { .string($0) }),
                ]
            ],
        ]
    }

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let url = try ToolArguments(arguments, of: self).optionalText("url", maximumBytes: 1000)
        let address = try url.map { try Self.address($0, among: allowed) } ?? allowed[0]
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else {
            throw ToolFailure("Another probe is under way. Ask again when it is done.")
        }
        defer { isBusy.store(false, ordering: .releasing) }
        var options = Probe.Options()
        // It has no credential of anybody: what it may do is what any visitor of a demonstration may.
        options.credentials = .demo
        options.timeout = .seconds(15)
        // The heartbeat takes as long as all the rest.
        options.skipped = ["heartbeat"]
        let report = try await Probe(address, options: options).run()
        return ToolResult(value: .object(report.json), text: Self.text(report))
    }

    /// The allowed server that a text names: host, port, scheme and prefix must be its own, whatever else the text holds.
    private static func address(_ text: String, among allowed: [ServerAddress]) throws(ToolFailure) -> ServerAddress {
        let names = allowed.map(\.url).joined(separator: ", ")
        guard let wanted = try? ServerAddress(text), let found = allowed.first(where: { $0.url == wanted.url }) else {
            throw ToolFailure("'\(text)' is no server that may be probed from here; those are: \(names).")
        }
        return found
    }

    private static func text(_ report: ProbeReport) -> String {
        var lines = ["**\(report.verdict.rawValue)**: `\(report.url)`, \(report.summary)."]
        for entry in report.entries {
            switch entry.outcome {
            case .failed(let expected, let came, let remedy):
                lines.append(
                    "- `\(entry.id)` failed: expected \(plain(expected)), came \(plain(came)). \(plain(remedy))")
            case .unknown(let why): lines.append("- `\(entry.id)` is unknown: \(plain(why))")
            case .held, .skipped, .notRun: break
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What a server said, without what Markdown or a terminal would take for more than text.
    private static func plain(_ text: String) -> String { "`" + text.escapingControls.replacing("`", with: "'") + "`" }
}
