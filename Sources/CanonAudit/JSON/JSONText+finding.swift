// A report has thousands of findings, each with dozens of lines. Their members are written here by hand, in the order of their
// keys: what the compiler makes of `Encodable` takes more than twice as long, a fortieth of a whole audit. A test holds both
// against each other.
extension JSONText {
    func write(_ finding: Finding) {
        writeObject { members in
            members.add("concept", finding.concept)
            members.add("confidence", finding.confidence.rawValue)
            members.add("consumers", finding.consumers)
            members.add("escalateTo", finding.escalateTo)
            if let escalation = finding.escalation {
                members.begin("escalation")
                write(escalation)
            }
            members.begin("evidence")
            writeArray(finding.evidence) { write($0) }
            members.add("fingerprint", finding.fingerprint.text)
            members.add("impact", finding.impact)
            members.begin("isIntegrity")
            write(finding.isIntegrity)
            members.add("line", finding.line)
            members.add("message", finding.message)
            members.add("owner", finding.owner)
            members.add("path", finding.path)
            members.add("placeCount", finding.placeCount)
            members.begin("places")
            writeArray(finding.places) { write($0) }
            members.add("priority", finding.priority.rawValue)
            members.add("related", finding.related)
            members.add("rule", finding.rule)
            members.add("ruleVersion", finding.ruleVersion)
            members.add("scope", finding.scope.rawValue)
            members.add("severity", finding.severity.rawValue)
            members.add("status", finding.status.rawValue)
            members.add("suggestion", finding.suggestion)
            members.add("symbol", finding.symbol)
        }
    }

    private func write(_ evidence: Evidence) {
        writeObject { members in
            members.add("line", evidence.line)
            members.add("path", evidence.path)
            members.add("text", evidence.text)
        }
    }

    private func write(_ place: Finding.Place) {
        writeObject { members in
            members.add("line", place.line)
            members.add("path", place.path)
        }
    }

    private func write(_ escalation: Finding.Escalation) {
        writeObject { members in
            members.add("cause", escalation.cause.rawValue)
            members.add("commit", escalation.commit)
            members.add("days", escalation.days)
        }
    }
}

extension JSONText.Members {
    fileprivate mutating func add(_ key: StaticString, _ value: String) {
        begin(key)
        text.write(value)
    }

    /// Nothing when there is no value.
    fileprivate mutating func add(_ key: StaticString, _ value: String?) {
        if let value { add(key, value) }
    }

    fileprivate mutating func add(_ key: StaticString, _ value: Int) {
        begin(key)
        text.write(value)
    }

    fileprivate mutating func add(_ key: StaticString, _ values: [String]) {
        begin(key)
        text.writeArray(values) { text.write($0) }
    }
}
