/// What says that a measurement cannot be relied upon. No waiver covers these, no baseline hides them, and they gate
/// whatever `--fail-on` says.
public enum IntegrityRules {
    public static let ruleOff = RuleIdentity(
        "rule-off", severity: .high, summary: "A rule is switched off in the manifest.", isIntegrity: true)
    public static let analysisIncomplete = RuleIdentity(
        "analysis-incomplete", severity: .high, summary: "Something could not be read or looked at.", isIntegrity: true)
    public static let ruleMatchedNothing = RuleIdentity(
        "rule-matched-nothing", severity: .high,
        summary: "The manifest configures a rule that then finds nothing to look at.", isIntegrity: true)
    public static let scopeShrank = RuleIdentity(
        "scope-shrank", severity: .high,
        summary: "Code that was live in the base is now in a scope that is not measured.", isIntegrity: true)
    public static let detectorChanged = RuleIdentity(
        "detector-changed", severity: .high,
        summary:
            "The rule set, the allow list, the scopes or the manifest differ between two compared measurements, so that fewer findings are no progress.",
        isIntegrity: true)

    public static let all = [analysisIncomplete, detectorChanged, ruleMatchedNothing, ruleOff, scopeShrank]

    /// What to do about each.
    public static func remedy(of name: String) -> String {
        switch name {
        case ruleOff.name:
            "Delete the line below `rules:`. A single case that is meant is a waiver with an owner and a day."
        case analysisIncomplete.name: "Make the file readable, or give its folder a scope, then run the audit again."
        case ruleMatchedNothing.name: "Correct the patterns that the manifest gives the rule, or delete them."
        case scopeShrank.name:
            "Delete the code instead of moving it, and give it back its scope in the manifest; or let the move stand by itself in a "
                + "change whose base has it already."
        case detectorChanged.name:
            "Measure both sides with one manifest and one version: `canon audit compare A B` on revisions. Let what narrows the rules or "
                + "scopes stand by itself in a change. What a waiver excuses does not fail the run; it is told, and counts as no progress."
        default: ""
        }
    }
}
