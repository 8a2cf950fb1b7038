import ArgumentParser
import CanonAudit
import CanonCodeModel

/// `canon audit map CONCEPT`: implementations beside each other.
struct AuditMapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Show the implementations of a concept by their methods, their state, and who uses which.",
        discussion: """
            In the table, = is the signature of the canonical implementation, ~ another one, - a method that is not there. \
            Methods of consumers are those called on variables that hold an instance as far as the code tells.
            """
    )

    @Argument(help: "A concept that the manifest declares.") var concept: String
    @Flag(help: "Print a Protocol (Python) of the methods that consumers call instead.") var emitProtocol = false
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let reader = try AuditReader(options.settings)
        let audit = try Audit(options.input(reader))
        guard let declared = audit.context.concepts.first(where: { $0.name == concept }) else {
            let names = audit.context.concepts.map(\.name)
            let hint =
                NearestName.of(concept, among: names).map { "did you mean \($0)?" }
                ?? (names.isEmpty
                    ? "canon audit --init declares some" : "there are: \(names.sorted().joined(separator: ", "))")
            throw CommandFailure(
                "the manifest declares no concept '\(concept.shortened)'; \(hint)", status: ExitStatus.usage)
        }
        guard declared.canonical != nil else {
            throw CommandFailure(
                "the canonical symbol \(declared.declared.canonical.value) of \(concept) is not there",
                status: ExitStatus.usage)
        }
        let map = ConceptMap(declared, audit.context)
        Terminal.output.write(emitProtocol ? map.protocolSource : Self.text(of: map, on: .output))
    }

    static func text(of map: ConceptMap, on terminal: Terminal) -> String {
        var text = terminal.styled(map.name, .bold) + "\n\n"
        for (index, item) in map.implementations.enumerated() {
            text +=
                "  [\(index + 1)] \(item.symbol)  \(item.role.rawValue)  \(item.path.escapingControls):\(item.line)\n"
            for state in item.state { text += "        keeps \(state.escapingControls)\n" }
        }
        text += "\n"
        var table = TableWriter(["METHOD"] + map.implementations.indices.map { "[\($0 + 1)]" } + ["CALLED BY"])
        for method in map.methods {
            let canonical = map.implementations.first?.methods[method]
            let cells = map.implementations.map { item -> TableWriter.Cell in
                guard let signature = item.methods[method] else { return .init("-", .dim) }
                guard let canonical else { return .init("+", .yellow) }
                return signature == canonical ? "=" : .init("~", .yellow)
            }
            let callers = map.consumers.count { $0.methods.contains(method) }
            table.add([.init(method)] + cells + [.init(callers == 0 ? "" : String(callers))])
        }
        text += table.render(on: terminal)
        text += differences(map)
        text += "\nConsumers\n"
        for consumer in map.consumers {
            let state = consumer.isBound ? "bound" : "not bound"
            text +=
                "  \(consumer.module.escapingControls)  \(terminal.styled(state, consumer.isBound ? .green : .yellow))  "
                + (consumer.kinds + consumer.imports).joined(separator: ", ").escapingControls
            text += consumer.methods.isEmpty ? "\n" : "; \(consumer.methods.joined(separator: ", "))\n"
        }
        if map.consumers.isEmpty { text += "  none in live code\n" }
        return text
    }

    private static func differences(_ map: ConceptMap) -> String {
        var text = ""
        for method in map.methods {
            guard let canonical = map.implementations.first?.methods[method] else { continue }
            let others = map.implementations.enumerated().dropFirst().filter { item in
                item.element.methods[method].map { $0 != canonical } ?? false
            }
            guard !others.isEmpty else { continue }
            text += "  \(method)\n    [1] \(line(canonical))\n"
            for (index, item) in others { text += "    [\(index + 1)] \(line(item.methods[method]!))\n" }
        }
        return text.isEmpty ? "" : "\nSignatures that differ\n" + text
    }

    private static func line(_ signature: Signature) -> String {
        let parameters = ConceptMap.parameters(signature, annotated: true).joined(separator: ", ")
        return
            ((signature.isProperty ? "property " : "") + (signature.isAsync ? "async " : "") + "(\(parameters))"
            + (signature.returns.isEmpty ? "" : " -> \(signature.returns)")).escapingControls
    }
}
