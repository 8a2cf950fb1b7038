/// Hashes that tell whether two measurements were made alike.
enum RuleSetHash {
    /// Over every rule with its version, what is switched off, scopes, roots, languages and limits.
    static func rules(_ rules: [any Rule.Type], _ manifest: Manifest) -> String {
        var parts = rules.map { "\($0.name) \($0.identity.version) \($0.identity.severity.rawValue)" }.sorted()
        parts += manifest.rulesOff.map { "off \($0.value)" }.sorted()
        for scope in SourceScope.allCases {
            let patterns = manifest.scopes[scope]?.map(\.value) ?? ScopeMap.defaults[scope] ?? []
            parts.append("scope \(scope.rawValue) \(patterns.sorted())")
        }
        parts.append("roots \(manifest.roots.map(\.value).sorted()) \(manifest.searchPaths.map(\.value))")
        parts.append("languages \(manifest.languages.map(\.value).sorted())")
        parts.append("limits \(manifest.limits.fileLines) \(manifest.limits.functionLines)")
        return digest(parts)
    }

    /// Over concepts, services, layers and entries; waivers do not change what is measured.
    static func manifest(_ manifest: Manifest) -> String {
        var parts = manifest.concepts.map { concept in
            "concept \(concept.name) \(concept.canonical.value) \(concept.importFrom.map(\.value).sorted()) "
                + "\(concept.factory?.value ?? "") \(concept.state?.value ?? "")"
        }.sorted()
        parts += manifest.services.map { "service \($0.name) \($0.modules.map(\.value)) \($0.mayImport.map(\.value))" }
            .sorted()
        parts += manifest.layers.map { "layer \($0.name) \($0.modules.map(\.value))" }
        parts += manifest.claims.map { "claims \($0.value)" }.sorted()
        parts += manifest.entries.map { "entry \($0.value)" }.sorted()
        return digest(parts)
    }

    private static func digest(_ parts: [String]) -> String { Fingerprint(rule: "", symbols: parts).text }
}
