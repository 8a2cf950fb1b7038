/// Applies waivers, and remembers which of them were needed.
struct WaiverLedger {
    private let waivers: [Manifest.Waiver]
    private var used: Set<Int> = []

    /// Expired waivers cover nothing.
    init(_ waivers: [Manifest.Waiver], today: CalendarDate) {
        self.waivers = waivers.filter { $0.expires.value >= today }
    }

    mutating func apply(to finding: inout Finding) {
        for (index, waiver) in waivers.enumerated() where waiver.covers(finding) {
            used.insert(index)
            finding.status = .waived
        }
    }

    /// Waivers in force that covered nothing.
    var unused: [Manifest.Waiver] { waivers.indices.filter { !used.contains($0) }.map { waivers[$0] } }
}
