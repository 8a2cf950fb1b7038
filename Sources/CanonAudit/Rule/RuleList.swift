/// Every rule, in the order of the alphabet.
public enum RuleList {
    public static let all: [any Rule.Type] = [
        BrokenImportRule.self,
        ConstantEvidenceRule.self,
        GateOffRule.self,
        ImportPathRule.self,
        MockDriftRule.self,
        OversizeRule.self,
        ShadowedDefinitionRule.self,
        SharedUserStateRule.self,
        StaleDocRule.self,
        StaleEntryRule.self,
        SyntaxRule.self,
        TestInProductionRule.self,
        UncollectableTestRule.self,
    ]

    public static func named(_ name: String) -> (any Rule.Type)? { all.first { $0.name == name } }
}
