public import Yams

extension Manifest {
    /// The manifest from the `audit:` section of a file.
    ///
    /// - Parameters:
    ///   - node: the value of the key `audit`.
    ///   - path: how messages name the file.
    ///   - rules: the names that waivers and `rules:` may use.
    ///   - today: waivers must not reach further than ``Waiver/maximumDays`` from here.
    /// - Throws: everything that is wrong, each with its line and key.
    public init(
        node: Node, path: String, rules: [String] = RuleList.all.map { $0.name }, today: CalendarDate
    ) throws(ManifestError) {
        var reader = ManifestReader(path: path, rules: rules, today: today)
        self = reader.read(node)
        guard reader.problems.all.isEmpty else { throw ManifestError(problems: reader.problems.all) }
    }

    /// The manifest from the text of a file whose other sections are of no concern.
    public init(
        yaml text: String, path: String, rules: [String] = RuleList.all.map { $0.name }, today: CalendarDate
    ) throws(ManifestError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch {
            throw ManifestError(problems: [ManifestProblem(place: path, message: "is no YAML: \(error)")])
        }
        guard let audit = root?.mapping?["audit"] else {
            self.init()
            self.path = path
            return
        }
        try self.init(node: audit, path: path, rules: rules, today: today)
    }
}

/// Turns nodes into a manifest, and notes what is wrong on the way.
private struct ManifestReader {
    var problems: ManifestProblems
    let rules: [String]
    let today: CalendarDate

    init(path: String, rules: [String], today: CalendarDate) {
        problems = ManifestProblems(path: path)
        self.rules = rules
        self.today = today
    }

    mutating func read(_ node: Node) -> Manifest {
        var manifest = Manifest()
        manifest.path = problems.path
        let members = problems.members(
            of: ManifestNode(node, key: "audit"),
            known: [
                "python", "languages", "roots", "search_paths", "entries", "scopes", "concepts", "services", "layers",
                "limits", "claims", "rules", "waivers",
            ])
        manifest.python = version(members["python"])
        manifest.languages = choices(members["languages"], among: ["python", "swift"], what: "language")
        manifest.roots = paths(members["roots"])
        manifest.searchPaths = paths(members["search_paths"])
        manifest.entries = problems.texts(members["entries"], expected: "a list of modules, such as [shop.main]")
        if let scopes = members["scopes"] { manifest.scopes = readScopes(scopes) }
        if let concepts = members["concepts"] {
            manifest.concepts = problems.freeMembers(of: concepts).compactMap { concept($0.name, $0.1.value) }
        }
        if let services = members["services"] { manifest.services = readServices(services) }
        if let layers = members["layers"] { manifest.layers = readLayers(layers) }
        if let limits = members["limits"] { manifest.limits = readLimits(limits) }
        manifest.claims = paths(members["claims"])
        if let rules = members["rules"] { manifest.rulesOff = readRules(rules) }
        if let waivers = members["waivers"] { manifest.waivers = readWaivers(waivers) }
        return manifest
    }

    // MARK: Parts

    private mutating func version(_ node: ManifestNode?) -> Manifest.Entry<String>? {
        guard let node, let entry = problems.text(node, expected: "a version of Python in quotes, such as \"3.11\"")
        else {
            return nil
        }
        // 3.10 without quotes is a number in YAML and means 3.1 elsewhere; here it is read as it is written.
        let parts = entry.value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "3", let minor = Int(parts[1]), (8...14).contains(minor) else {
            problems.mismatch(node, expected: "a version from \"3.8\" to \"3.14\"")
            return nil
        }
        return entry
    }

    private mutating func choices(_ node: ManifestNode?, among known: [String], what: String) -> [Manifest.Entry<
        String
    >] {
        guard let node else { return [] }
        let list = problems.elements(of: node, expected: "a list of \(what)s: \(known.joined(separator: ", "))")
        return list.compactMap { element in
            guard let entry = problems.text(element, expected: "a \(what)") else { return nil }
            guard known.contains(entry.value) else {
                let hint = NearestName.of(entry.value, among: known).map { "did you mean \"\($0)\"?" }
                problems.mismatch(element, expected: "one of \(known.joined(separator: ", "))", hint: hint)
                return nil
            }
            return entry
        }
    }

    private mutating func paths(_ node: ManifestNode?) -> [Manifest.Entry<String>] {
        guard let node else { return [] }
        return problems.elements(of: node, expected: "a list of folders, such as [src]").compactMap { element in
            guard let entry = problems.text(element, expected: "a folder") else { return nil }
            guard !entry.value.split(separator: "/").contains("..") else {
                problems.mismatch(element, expected: "a path inside of the audited folder")
                return nil
            }
            return entry
        }
    }

    private mutating func readScopes(_ node: ManifestNode) -> [SourceScope: [Manifest.Entry<String>]] {
        let members = problems.members(of: node, known: SourceScope.allCases.map(\.rawValue))
        var scopes: [SourceScope: [Manifest.Entry<String>]] = [:]
        for scope in SourceScope.allCases {
            guard let member = members[scope.rawValue] else { continue }
            scopes[scope] = problems.texts(member, expected: "a list of patterns, such as [tests, \"**/tests\"]")
        }
        return scopes
    }

    private mutating func concept(_ name: String, _ node: ManifestNode) -> Manifest.Concept? {
        let members = problems.members(
            of: node,
            known: [
                "canonical", "import_from", "factory", "names", "state", "owner", "escalate_to", "escalate_after",
                "impact",
            ])
        guard node.node.mapping != nil else { return nil }
        guard let canonicalNode = members["canonical"] else {
            problems.add(node.node, "\(node.key): canonical is missing: the symbol of the one implementation")
            return nil
        }
        guard let canonical = problems.text(canonicalNode, expected: "a symbol, such as shop.cache.Cache") else {
            return nil
        }
        var concept = Manifest.Concept(name: name, line: node.line, canonical: canonical)
        concept.importFrom = problems.texts(members["import_from"], expected: "a list of modules")
        concept.factory = problems.text(members["factory"], expected: "a symbol, such as shop.cache.get_cache")
        concept.names = problems.texts(members["names"], expected: "a list of patterns, such as [\"*Cache*\"]")
        concept.state = problems.text(members["state"], expected: "the name of an attribute")
        concept.owner = problems.text(members["owner"], expected: "a name")?.value
        concept.escalateTo = problems.texts(members["escalate_to"], expected: "a list of names").map(\.value)
        concept.escalateAfter = problems.number(members["escalate_after"], in: 1...3650)
        if let impact = members["impact"] {
            let parts = problems.members(of: impact, known: ["text", "golden_path"])
            concept.impact = problems.text(parts["text"], expected: "a sentence")?.value
            concept.isOnGoldenPath = problems.flag(parts["golden_path"])
        }
        return concept
    }

    private mutating func readServices(_ node: ManifestNode) -> [Manifest.Service] {
        let services = problems.freeMembers(of: node).map { name, member in
            let members = problems.members(of: member.value, known: ["modules", "may_import"])
            return Manifest.Service(
                name: name, line: member.value.line,
                modules: modules(members["modules"], of: member.value),
                mayImport: problems.texts(members["may_import"], expected: "a list of services"))
        }
        let names = services.map(\.name)
        for service in services {
            for other in service.mayImport where !names.contains(other.value) {
                let hint = NearestName.of(other.value, among: names).map { "did you mean \"\($0)\"?" }
                problems.add(
                    node.node,
                    "\(node.key).\(service.name).may_import (line \(other.line)): there is no service \"\(other.value)\"; "
                        + (hint ?? "there are: " + names.joined(separator: ", ")))
            }
        }
        return services
    }

    private mutating func readLayers(_ node: ManifestNode) -> [Manifest.Layer] {
        problems.elements(of: node, expected: "a list of layers, the highest first").compactMap { element in
            let members = problems.members(of: element, known: ["name", "modules"])
            guard element.node.mapping != nil else { return nil }
            guard let name = problems.text(members["name"], expected: "a name") else {
                if members["name"] == nil { problems.add(element.node, "\(element.key): name is missing") }
                return nil
            }
            return Manifest.Layer(
                name: name.value, line: element.line, modules: modules(members["modules"], of: element))
        }
    }

    private mutating func modules(_ node: ManifestNode?, of parent: ManifestNode) -> [Manifest.Entry<String>] {
        guard let node else {
            problems.add(parent.node, "\(parent.key): modules is missing: a list of modules, such as [shop.api]")
            return []
        }
        return problems.texts(node, expected: "a list of modules, such as [shop.api]")
    }

    private mutating func readLimits(_ node: ManifestNode) -> Manifest.Limits {
        var limits = Manifest.Limits()
        let members = problems.members(of: node, known: ["file_lines", "function_lines"])
        limits.line = node.line
        if let lines = problems.number(members["file_lines"], in: 1...1_000_000) { limits.fileLines = lines }
        if let lines = problems.number(members["function_lines"], in: 1...1_000_000) { limits.functionLines = lines }
        return limits
    }

    private mutating func readRules(_ node: ManifestNode) -> [Manifest.Entry<String>] {
        let members = problems.members(of: node, known: rules)
        return members.keys.sorted().compactMap { name in
            let member = members[name]!
            guard case .scalar(let scalar) = member.node, scalar.string == "off" else {
                problems.mismatch(member, expected: "off")
                return nil
            }
            return Manifest.Entry(name, line: member.line)
        }
    }

    // MARK: Waivers

    private mutating func readWaivers(_ node: ManifestNode) -> [Manifest.Waiver] {
        let elements = problems.elements(of: node, expected: "a list of waivers")
        return elements.compactMap { waiver($0) }
    }

    private mutating func waiver(_ node: ManifestNode) -> Manifest.Waiver? {
        let members = problems.members(
            of: node, known: ["rule", "symbol", "fingerprint", "reason", "owner", "issue", "expires"])
        guard node.node.mapping != nil else { return nil }
        let required = ["rule", "reason", "owner", "issue", "expires"].filter { members[$0] == nil }
        if !required.isEmpty {
            problems.add(
                node.node,
                "\(node.key): \(required.joined(separator: ", ")) \(required.count == 1 ? "is" : "are") missing; "
                    + "a waiver says who excuses what, why, and until when")
        }
        if members["symbol"] == nil, members["fingerprint"] == nil {
            problems.add(node.node, "\(node.key): symbol or fingerprint is missing: what the waiver is about")
        }
        let symbol = problems.text(members["symbol"], expected: "a symbol or pattern, such as shop.legacy.*")
        if let entry = symbol, let member = members["symbol"],
            entry.value.split(separator: ".").allSatisfy({ $0.allSatisfy { $0 == "*" } })
        {
            problems.mismatch(member, expected: "a symbol; a waiver for everything switches the rule off")
        }
        var fingerprint: Manifest.Entry<Fingerprint>?
        if let entry = problems.text(members["fingerprint"], expected: "16 hexadecimal digits") {
            if let value = Fingerprint(entry.value) {
                fingerprint = Manifest.Entry(value, line: entry.line)
            } else {
                problems.mismatch(members["fingerprint"]!, expected: "16 hexadecimal digits")
            }
        }
        guard let rule = rule(members["rule"]), let reason = problems.text(members["reason"], expected: "a sentence"),
            let owner = problems.text(members["owner"], expected: "a name"),
            let issue = problems.text(members["issue"], expected: "the number or address of an issue"),
            let expires = expiry(members["expires"])
        else { return nil }
        return Manifest.Waiver(
            line: node.line, rule: rule, symbol: symbol, fingerprint: fingerprint, reason: reason.value,
            owner: owner.value, issue: issue.value, expires: expires)
    }

    private mutating func rule(_ node: ManifestNode?) -> Manifest.Entry<String>? {
        guard let node, let entry = problems.text(node, expected: "the name of a rule") else { return nil }
        guard rules.contains(entry.value) else {
            let hint = NearestName.of(entry.value, among: rules).map { "did you mean \"\($0)\"?" }
            problems.mismatch(node, expected: "the name of a rule", hint: hint)
            return nil
        }
        return entry
    }

    private mutating func expiry(_ node: ManifestNode?) -> Manifest.Entry<CalendarDate>? {
        guard let node, let entry = problems.text(node, expected: "a day, such as 2025-10-31") else { return nil }
        guard let day = CalendarDate(entry.value) else {
            problems.mismatch(node, expected: "a day, such as 2025-10-31")
            return nil
        }
        let latest = today.adding(days: Manifest.Waiver.maximumDays)
        guard day <= latest else {
            problems.mismatch(
                node, expected: "a day at most \(Manifest.Waiver.maximumDays) days ahead, so \(latest) at the latest")
            return nil
        }
        return Manifest.Entry(day, line: entry.line)
    }
}
