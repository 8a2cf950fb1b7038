import CanonAudit
import CanonCodeModel

/// What a first run shows of a tree without a manifest: one screen, the worst concepts, and what to do next.
struct DiscoveryReport {
    let discovery: Discovery
    let terminal: Terminal
    /// What to add to a command about the same folder.
    let argument: String
    /// There is one, and it declares no concept.
    let hasManifest: Bool
    /// The finding to begin with.
    let worst: Fingerprint?

    static let maximumConcepts = 5
    static let maximumMembers = 4

    var text: String {
        let concepts = discovery.concepts.prefix(Self.maximumConcepts)
        var text = "\n"
        if concepts.isEmpty {
            text += "No concept with more than one implementation was found.\n"
        } else {
            text +=
                terminal.styled("The most fragmented concepts", .bold)
                + " (found by state, methods, copies and names)\n"
        }
        for concept in concepts { text += self.text(of: concept) }
        var next: [(command: String, what: String)] = []
        if let worst {
            next.append(("canon audit explain \(worst)\(argument)", "the worst finding, with its evidence"))
        }
        if !concepts.isEmpty {
            next.append(
                hasManifest
                    ? ("canon.yaml", "declare the concepts above in its audit: section, and they are measured")
                    : ("canon audit --init\(argument)", "writes a manifest that declares these; then they are measured")
            )
        }
        guard !next.isEmpty else { return text }
        text += "\nNext:\n"
        for (command, what) in next { text += terminal.paragraph("\(command)  (\(what))", indentation: 2) }
        return text
    }

    private func text(of concept: DiscoveredConcept) -> String {
        let facts =
            "\(concept.implementations.count) implementations, \(AuditFigures.counted(concept.paths, "import path")), "
            + "\(concept.consumers) \(concept.consumers == 1 ? "module uses" : "modules use") one"
        let fits = terminal.width.map { concept.name.displayWidth + facts.displayWidth + 4 <= $0 } ?? true
        var text = "  \(terminal.styled(concept.name, .bold))\(fits ? "  " : "\n    ")\(facts)\n"
        for member in concept.members.prefix(Self.maximumMembers) { text += line(member) }
        if concept.members.count > Self.maximumMembers {
            let others = Array(concept.members.dropFirst(Self.maximumMembers))
            let left = Dictionary(grouping: others) { $0.role }.map { Self.counted($0.value.count, $0.key) }.sorted()
            text += terminal.styled("    and \(left.joined(separator: ", "))", .dim) + "\n"
        }
        return text
    }

    /// Where there is no room, first the beginning of the symbol goes, then the facts.
    private func line(_ member: DiscoveredConcept.Member) -> String {
        var facts = [AuditFigures.counted(member.consumers, "user"), AuditFigures.counted(member.methods, "method")]
        if !member.state.isEmpty { facts.append("keeps \(member.state.words)") }
        if member.relatives > 0 { facts.append(AuditFigures.counted(member.relatives, "relative")) }
        let role = "    \(member.role.rawValue.padded(to: 15))"
        guard let width = terminal.width else { return "\(role)\(member.symbol)  (\(facts.joined(separator: ", ")))\n" }
        let room = width - role.displayWidth
        let name = member.symbol.split(separator: ".").last.map { $0.count + 2 } ?? 0
        while !facts.isEmpty {
            let words = "  (\(facts.joined(separator: ", ")))"
            if words.displayWidth + min(name, member.symbol.displayWidth) <= room {
                return role + member.symbol.truncated(toLastCells: room - words.displayWidth) + words + "\n"
            }
            facts.removeLast()
        }
        return role + member.symbol.truncated(toLastCells: room) + "\n"
    }

    private static func counted(_ number: Int, _ role: ObjectRole) -> String {
        switch role {
        case .factory: AuditFigures.counted(number, "factory", "factories")
        case .alias: AuditFigures.counted(number, "alias", "aliases")
        case .data: AuditFigures.counted(number, "record")
        default: AuditFigures.counted(number, role.rawValue)
        }
    }
}
