/// Every rule, in the order of the alphabet.
public enum RuleList {
    public static let all: [any Rule.Type] = [
        CompatibilityLayerRule.self,
        DeadModuleRule.self,
        DirectConstructionRule.self,
        DivergentNameRule.self,
        DuplicateInterfaceRule.self,
        ForbiddenImportRule.self,
        ImportPathRule.self,
        ManyFactoriesRule.self,
        RuntimeNamespaceRule.self,
        SecondImplementationRule.self,
        SecondStateOwnerRule.self,
        ShadowedDefinitionRule.self,
        StaleEntryRule.self,
        SyntaxRule.self,
    ]

    public static func named(_ name: String) -> (any Rule.Type)? { all.first { $0.name == name } }
}
