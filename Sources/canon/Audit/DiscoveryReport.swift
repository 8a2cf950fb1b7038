import CanonAudit
import CanonCodeModel

/// What a first run shows of a tree without a manifest: one screen, the worst concepts, and what to do next.
struct DiscoveryReport {
    let discovery: Discovery
    let terminal: Terminal
    let path: String

    static let maximumConcepts = 5
    static let maximumMembers = 6

    var text: String {
        let concepts = discovery.concepts.prefix(Self.maximumConcepts)
        guard !concepts.isEmpty else {
            return "\nNo concept with more than one implementation was found.\n"
        }
        var text =
            "\n" + terminal.styled("The most fragmented concepts (found by state, methods, copies and names)", .bold)
            + "\n"
        for concept in concepts { text += self.text(of: concept) }
        let argument = path == "." ? "" : " \(path)"
        text +=
            "\nNext: canon audit --init\(argument) writes a manifest that declares them; then canon audit\(argument) measures them.\n"
        return text
    }

    private func text(of concept: DiscoveredConcept) -> String {
        var text =
            "  \(terminal.styled(concept.name, .bold))  \(concept.implementations.count) implementations, "
            + "\(concept.paths) import paths, \(concept.consumers) modules use one\n"
        for member in concept.members.prefix(Self.maximumMembers) {
            var facts = ["\(member.consumers) users", "\(member.methods) methods"]
            if !member.state.isEmpty { facts.append("keeps \(member.state.words)") }
            if member.relatives > 0 { facts.append("\(member.relatives) relatives") }
            let line = "    \(member.role.rawValue.padded(to: 15))\(member.symbol)  (\(facts.joined(separator: ", ")))"
            text += (terminal.width.map { line.truncated(toWidth: $0) } ?? line) + "\n"
        }
        if concept.members.count > Self.maximumMembers {
            let others = Array(concept.members.dropFirst(Self.maximumMembers))
            let left = Dictionary(grouping: others) { $0.role.rawValue }.map { "\($0.value.count) \($0.key)" }.sorted()
            text += terminal.styled("    and \(left.joined(separator: ", "))", .dim) + "\n"
        }
        return text
    }
}
