/// What decides what an audit counts. Two measurements by equal detectors can be compared; where it changes, fewer findings are no
/// progress.
public struct Detector: Hashable, Codable, Sendable {
    /// As ``AuditReport/Tool/ruleSet``.
    public var ruleSet: String
    /// As ``AuditReport/Tool/manifest``.
    public var manifest: String
    /// What the manifest excuses, as one text: two manifests with the same one excuse the same.
    public var waivers: String

    /// Of this program with a manifest.
    public init(_ manifest: Manifest) {
        ruleSet = RuleSetHash.rules(RuleList.all, manifest)
        self.manifest = RuleSetHash.manifest(manifest)
        waivers = manifest.waivers.map {
            "\($0.rule.value) \($0.symbol?.value ?? "") \($0.fingerprint?.value.text ?? "")"
        }.sorted().joined(separator: "; ")
    }

    /// In words, what is not as it was before; empty when the two are equal.
    public func changes(since earlier: Detector) -> [String] {
        var changes: [String] = []
        if ruleSet != earlier.ruleSet { changes.append("what is looked at (rules, scopes, roots or limits)") }
        if manifest != earlier.manifest { changes.append("what is declared (concepts, services, layers or entries)") }
        if waivers != earlier.waivers { changes.append("what is excused (waivers)") }
        return changes
    }
}
