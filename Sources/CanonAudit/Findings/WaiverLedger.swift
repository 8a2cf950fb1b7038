/// Applies waivers, and remembers which of them were needed.
struct WaiverLedger {
    private let waivers: [(waiver: Manifest.Waiver, pattern: SymbolPattern?)]
    private var used: Set<Int> = []

    /// Expired waivers cover nothing.
    init(_ waivers: [Manifest.Waiver], today: CalendarDate) {
        self.waivers = waivers.filter { $0.expires.value >= today }
            .map { ($0, $0.symbol.map { SymbolPattern($0.value) }) }
    }

    mutating func apply(to finding: inout Finding) {
        guard !finding.isIntegrity else { return }
        for (index, (waiver, pattern)) in waivers.enumerated() where waiver.rule.value == finding.rule {
            if let fingerprint = waiver.fingerprint?.value, fingerprint != finding.fingerprint { continue }
            if let pattern, !finding.symbols.contains(where: { pattern.covers($0) }) { continue }
            used.insert(index)
            finding.status = .waived
        }
    }

    /// Waivers in force that covered nothing.
    var unused: [Manifest.Waiver] { waivers.indices.filter { !used.contains($0) }.map { waivers[$0].waiver } }
}
