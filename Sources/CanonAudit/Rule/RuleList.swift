/// Every rule, in the order of the alphabet.
public enum RuleList {
    public static let all: [any Rule.Type] = [
        BrokenImportRule.self,
        CompatibilityLayerRule.self,
        ConstantEvidenceRule.self,
        DeadModuleRule.self,
        DirectConstructionRule.self,
        DivergentNameRule.self,
        DuplicateInterfaceRule.self,
        ForbiddenImportRule.self,
        GateOffRule.self,
        ImportPathRule.self,
        ManyFactoriesRule.self,
        MockDriftRule.self,
        OversizeRule.self,
        RuntimeNamespaceRule.self,
        SecondImplementationRule.self,
        SecondStateOwnerRule.self,
        ShadowedDefinitionRule.self,
        SharedUserStateRule.self,
        StaleDocRule.self,
        StaleEntryRule.self,
        SyntaxRule.self,
        TestInProductionRule.self,
        UncollectableTestRule.self,
        UnverifiableClaimRule.self,
    ]

    public static func named(_ name: String) -> (any Rule.Type)? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
