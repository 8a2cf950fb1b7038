import CanonAudit

/// What a plan amounts to, for people.
struct MigrationSummary {
    let plan: MigrationPlan
    let terminal: Terminal

    /// Longer tables are in the JSON.
    private static let mostRows = 40

    var text: String {
        [headline, unfit, left, layers, unread].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private var headline: String {
        var lines: [String] = []
        switch plan.verdict {
        case .unfit:
            lines.append(
                terminal.styled("The plan stops", .red) + ": \(counted(plan.unfit.count, "call site")) in "
                    + "\(counted(Set(plan.unfit.map(\.path)).count, "file")) "
                    + "\(plan.unfit.count == 1 ? "does" : "do") not fit \(plan.target.escapingControls).")
            if let fitting = plan.fitting, fitting.files > 0 {
                lines.append(
                    "With --skip-unfit it changes \(counted(fitting.statements, "statement")) in "
                        + "\(counted(fitting.files, "file")) and leaves the files of these calls as they are.")
            }
        case .nothing where plan.unfit.isEmpty && plan.left.isEmpty:
            lines.append("Nothing to do: every reference leads to \(plan.target.escapingControls) already.")
        case .nothing:
            lines.append("Nothing that can be changed leads to anything but \(plan.target.escapingControls).")
        case .ready, .incomplete:
            var parts = ["\(counted(plan.statements, "statement")) in \(counted(plan.rewrittenFiles, "file"))"]
            if plan.deletedFiles > 0 { parts.append("\(counted(plan.deletedFiles, "file")) deleted") }
            lines.append(
                terminal.styled(parts.joined(separator: ", "), .bold) + " lead to \(plan.target.escapingControls).")
        }
        if plan.remaining.files > 0 {
            lines.append(
                "Outside of --only, \(counted(plan.remaining.statements, "statement")) in "
                    + "\(counted(plan.remaining.files, "file")) would change as well.")
        }
        if plan.skipsUnfit, !plan.unfit.isEmpty {
            lines.append(
                "--skip-unfit: \(counted(Set(plan.unfit.map(\.path)).count, "file")) with calls that do not fit keep what "
                    + "they have.")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var unfit: String {
        guard !plan.unfit.isEmpty else { return "" }
        var table = TableWriter(["DOES NOT FIT", "CALL", "WHY"])
        for call in plan.unfit.prefix(Self.mostRows) {
            table.add([.init("\(call.path):\(call.line)"), .init(call.call), .init(call.reason)])
        }
        return table.render(on: terminal) + rest(plan.unfit.count)
    }

    private var left: String {
        guard !plan.left.isEmpty else { return "" }
        var table = TableWriter(["STAYS", "REFERENCE", "WHY"])
        for reference in plan.left.prefix(Self.mostRows) {
            table.add([.init("\(reference.path):\(reference.line)"), .init(reference.text), .init(reference.reason)])
        }
        return table.render(on: terminal) + rest(plan.left.count)
    }

    private var layers: String {
        var removed = ""
        var blocked = ""
        var blockedCount = 0
        for layer in plan.layers {
            let place = "  \(layer.kind) \(layer.symbol)  \(layer.path):\(layer.line)\n".escapingControlsButLines
            switch layer.fate {
            case .removed(let proof): removed += place + "    " + proof.joined(separator: "; ").escapingControls + "\n"
            case .blocked(let evidence):
                blockedCount += 1
                guard blockedCount <= Self.mostRows else { continue }
                blocked += place
                for item in evidence.prefix(3) {
                    blocked += "    \(item.path):\(item.line)  \(item.text)".escapingControls + "\n"
                }
                if evidence.count > 3 { blocked += "    and \(evidence.count - 3) more\n" }
            }
        }
        if !removed.isEmpty { removed = terminal.styled("Removed", .bold) + "\n" + removed }
        if !blocked.isEmpty {
            blocked = terminal.styled("Kept, because something needs it", .bold) + "\n" + blocked + rest(blockedCount)
        }
        return [removed, blocked].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var unread: String {
        plan.unread.map { "could not be read: \($0.path): \($0.text)".escapingControls + "\n" }.joined()
    }

    private func rest(_ count: Int) -> String {
        count > Self.mostRows ? "  and \(count - Self.mostRows) more (--format json has all of them)\n" : ""
    }
}

extension String {
    /// Control characters shown, but for the line feed at the end.
    fileprivate var escapingControlsButLines: String {
        hasSuffix("\n") ? String(dropLast()).escapingControls + "\n" : self
    }
}
