import CanonAudit
import CanonCodeModel
import CanonFacts
import Foundation

/// `canon audit --init`: a manifest to start from.
struct ManifestProposal {
    let reader: AuditReader

    static let maximumConcepts = 8

    init(reader: AuditReader) { self.reader = reader }

    /// Writes `canon.yaml`, or adds the section to one that has none. At a terminal it asks where candidates are close.
    func write() throws {
        let path = reader.settings.config ?? reader.root + "/" + ManifestFile.name
        let exists = FileManager.default.fileExists(atPath: path)
        var text = ""
        if exists {
            switch FileReading.contents(of: path, maximumBytes: ConfigurationFile.maximumBytes) {
            case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
            case .success(let bytes):
                guard try ConfigurationFile.section("audit", ofFile: path, bytes: bytes) == nil else {
                    throw CommandFailure(
                        "\(path) declares an audit already; edit it, or delete its audit: section first",
                        status: ExitStatus.usage)
                }
                text = String(decoding: bytes, as: UTF8.self)
                if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
            }
        }
        let audit = try Audit(reader.workTree())
        let discovery = Discovery(audit.context)
        text += Self.text(of: discovery, audit.context, choose: Self.ask)
        try ReportOutput.write(Array(text.utf8), to: path)
        let count = min(discovery.concepts.count, Self.maximumConcepts)
        let shown = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        Terminal.output.writeLine(
            count == 0
                ? "\(shown.escapingControls) is written. No concept with more than one implementation was found: declare what there "
                    + "should be one of under audit.concepts, then run canon audit."
                : "\(shown.escapingControls) declares \(AuditFigures.counted(count, "concept")). Read it, correct it, then run "
                    + "canon audit.")
    }

    /// The section, with the reason beside each choice.
    static func text(
        of discovery: Discovery, _ context: RuleContext, choose: (DiscoveredConcept, CanonicalCandidates) -> Int
    ) -> String {
        var text = """
            # What this repository should have one of. canon audit measures it; docs: canon audit explain RULE.
            audit:
              python: "3.13"

            """
        let entries = Self.entries(context)
        if !entries.isEmpty {
            text += "  # Modules that are started; found by name. What they do not reach is dead.\n"
            text += "  entries: [\(entries.joined(separator: ", "))]\n"
        }
        let concepts = discovery.concepts.prefix(maximumConcepts)
        guard !concepts.isEmpty else { return text }
        text += "  concepts:\n"
        var names: Set<String> = []
        let cycles = ImportCycles(context)
        for concept in concepts {
            guard names.insert(concept.name).inserted else { continue }
            let candidates = CanonicalCandidates(concept, context, cycles: cycles)
            guard !candidates.ranked.isEmpty else { continue }
            let chosen = candidates.ranked[choose(concept, candidates)]
            let symbol = chosen.member.symbol
            text += "    \(concept.name):\n"
            text += "      # \(chosen.reason).\n"
            for other in candidates.ranked.prefix(4) where other.member.symbol != symbol {
                text += "      # Instead of it: \(other.member.symbol) (\(other.reason)).\n"
            }
            text += "      canonical: \(symbol)\n"
            text += "      import_from: [\(context.moduleName(of: chosen.member.object.file))]\n"
            text += "      names: [\"\(pattern(concept))\"]\n"
            if let state = state(of: chosen.member.object, context) { text += "      state: \(state)\n" }
        }
        return text
    }

    /// `*Web*Socket*Manager*`, when it fits the names as they are written.
    private static func pattern(_ concept: DiscoveredConcept) -> String {
        "*"
            + concept.name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(
                separator: "*") + "*"
    }

    /// The mapping that more than one method changes.
    private static func state(of object: ObjectID, _ context: RuleContext) -> String? {
        let owned = context.model.state(of: object).filter {
            $0.fact.container.isMapping && !$0.adders.isEmpty && !$0.removers.isEmpty
        }
        return owned.max {
            ($0.adders.count + $0.removers.count, $1.name) < ($1.adders.count + $1.removers.count, $0.name)
        }?.name
    }

    /// Live modules with the names that programs start under.
    private static func entries(_ context: RuleContext) -> [String] {
        let names = context.liveFiles.map { context.moduleName(of: $0) }.filter { name in
            ["main", "__main__", "wsgi", "asgi", "manage"].contains(name.split(separator: ".").last ?? "")
                && name.split(separator: ".").count <= 4
        }
        return Array(names.prefix(8))
    }

    /// At a terminal the person decides between close candidates; elsewhere the first one is taken.
    private static func ask(_ concept: DiscoveredConcept, _ candidates: CanonicalCandidates) -> Int {
        guard candidates.isClose, isatty(STDIN_FILENO) == 1, Terminal.errors.isTerminal else { return 0 }
        let choices = candidates.ranked.prefix(5)
        Terminal.errors.writeLine("\(concept.name): which one should be canonical?")
        for (index, candidate) in choices.enumerated() {
            Terminal.errors.writeLine(
                "  \(index + 1)  \(candidate.member.symbol.escapingControls)  (\(candidate.reason))")
        }
        while true {
            Terminal.errors.write("1 to \(choices.count), or Enter for 1: ")
            guard let line = readLine() else { return 0 }
            if line.isEmpty { return 0 }
            if let number = Int(line), choices.indices.contains(number - 1) { return number - 1 }
        }
    }
}
