/// Where a rule puts what it finds. It belongs to one rule.
public struct FindingCollector: Sendable {
    let rule: RuleIdentity
    private(set) var findings: [Finding] = []
    private(set) var cleared: [Finding] = []
    private(set) var incomplete: [Evidence] = []
    /// How many things the rule looked at: classes, imports, files. A rule adds to it once for all of them.
    public var examined = 0
    private var places: [Fingerprint: Int] = [:]

    init(rule: RuleIdentity) { self.rule = rule }

    /// Adds a finding. A second one with the same symbols is the same finding at another place: the two are merged, the higher
    /// severity wins.
    ///
    /// - Parameters:
    ///   - symbols: the subject first; see ``Finding/symbol`` and ``Finding/related``.
    ///   - line: from 1; 0 for the whole file.
    ///   - severity: nil for the rule's own.
    ///   - places: all places of this cause; empty when there is only the one.
    ///   - consumers: how many modules depend on the subject.
    public mutating func add(
        _ symbols: [String], at path: String, line: Int, severity: Severity? = nil,
        confidence: Confidence = .confirmed, scope: SourceScope = .live, message: String, evidence: [Evidence] = [],
        places: [Finding.Place] = [], suggestion: String? = nil, concept: String? = nil, consumers: Int = 0
    ) {
        let finding = Finding(
            rule: rule, symbols: symbols, severity: severity ?? rule.severity, confidence: confidence, scope: scope,
            path: path, line: line, message: message, evidence: evidence, places: places, suggestion: suggestion,
            concept: concept, consumers: consumers)
        if let index = self.places[finding.fingerprint] {
            findings[index].merge(finding)
        } else {
            self.places[finding.fingerprint] = findings.count
            findings.append(finding)
        }
    }

    /// Notes a suspicion that the facts refute, with what refutes it: reports list it, nothing counts it.
    public mutating func clear(
        _ symbols: [String], at path: String, line: Int, scope: SourceScope = .live, message: String,
        evidence: [Evidence] = []
    ) {
        cleared.append(
            Finding(
                rule: rule, symbols: symbols, severity: .info, confidence: .confirmed, scope: scope, path: path,
                line: line, message: message, evidence: evidence, places: [], suggestion: nil, concept: nil,
                consumers: 0))
    }

    /// Says that something could not be looked at, so that an absence of findings means nothing there.
    public mutating func isIncomplete(at path: String, line: Int = 0, because reason: String) {
        incomplete.append(Evidence(path: path, line: line, text: reason))
    }
}

extension Finding {
    fileprivate init(
        rule: RuleIdentity, symbols: [String], severity: Severity, confidence: Confidence, scope: SourceScope,
        path: String, line: Int, message: String, evidence: [Evidence], places: [Place], suggestion: String?,
        concept: String?, consumers: Int
    ) {
        precondition(!symbols.isEmpty, "a finding of \(rule.name) has no symbol, so it has no identity")
        self.rule = rule.name
        ruleVersion = rule.version
        symbol = symbols[0]
        related = Array(symbols.dropFirst())
        fingerprint = Fingerprint(rule: rule.name, symbols: symbols, scope: scope)
        self.severity = severity
        self.confidence = confidence
        self.scope = scope
        self.path = path
        self.line = line
        self.message = message
        self.evidence = evidence
        self.places = places.isEmpty ? [Place(path: path, line: line)] : places
        placeCount = self.places.count
        self.suggestion = suggestion
        self.concept = concept
        self.consumers = consumers
        isIntegrity = rule.isIntegrity
    }

    /// Another place of the same cause.
    fileprivate mutating func merge(_ other: Finding) {
        if other.severity > severity {
            severity = other.severity
            message = other.message
        }
        evidence += other.evidence
        places += other.places
        placeCount += other.placeCount
        consumers = max(consumers, other.consumers)
    }
}
