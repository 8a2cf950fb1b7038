import CanonVerify

/// What `canon verify` prints for people: a line a claim, then what each rests on.
struct VerificationText {
    let report: VerificationReport
    let terminal: Terminal
    /// Also what a claim that holds rests on.
    let isVerbose: Bool

    func write() {
        if let deployment = report.deployment {
            terminal.writeLine(
                "deployed: \(deployment.revision.escapingControls) (\((deployment.commit ?? "commit unknown").escapingControls))"
            )
        }
        var table = TableWriter(["ISSUE", "VERDICT", "CONCEPT", "TITLE"])
        for item in report.verdicts {
            table.add([
                .init(item.claim.id), .init(item.verdict.name, style(of: item.verdict)), .init(item.claim.concept),
                .init(item.claim.title),
            ])
        }
        terminal.write(table.render(on: terminal))
        for item in report.verdicts where isVerbose || !item.verdict.holds { write(item) }
    }

    private func write(_ item: VerificationReport.ClaimVerdict) {
        terminal.writeLine("")
        terminal.writeLine(
            terminal.styled(item.claim.id.escapingControls, .bold) + "  "
                + terminal.styled(item.verdict.name, style(of: item.verdict)))
        for line in item.evidence { terminal.writeLine("  \(line.escapingControls)") }
        for gap in item.gaps {
            terminal.writeLine("  \(gap.kind.rawValue): \(gap.symbol.escapingControls)")
            if let remedy = gap.remedy { terminal.writeLine("      \(remedy.escapingControls)") }
        }
        terminal.writeLine("  next: \(item.nextAction.escapingControls)")
    }

    private func style(of verdict: Verdict) -> Style {
        verdict.holds ? .green : verdict.isUnknown || verdict == .open ? .yellow : .red
    }
}
