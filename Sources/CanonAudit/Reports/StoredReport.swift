private import Foundation

// A report as bytes for the program that wrote it: what a run keeps for the next one. Other programs read its JSON.
extension AuditReport {
    /// The stored form: the length of the report without its findings, that report as JSON, and the findings.
    ///
    /// Findings are nearly all of it, and reading them as JSON would take as long as finding them does.
    ///
    /// - Returns: nil for what JSON cannot say.
    public func stored() -> [UInt8]? {
        var frame = self
        frame.findings = []
        guard let json = try? JSONEncoder().encode(frame) else { return nil }
        var writer = RecordWriter()
        writer.write(Array(json))
        writer.write(findings.count)
        for finding in findings { finding.store(in: &writer) }
        return writer.bytes
    }

    /// - Parameter bytes: as ``stored()`` gave them.
    /// - Returns: nil when they are anything else.
    public init?(stored bytes: [UInt8]) {
        var reader = RecordReader(bytes[...])
        let json = reader.bytes()
        guard var report = try? JSONDecoder().decode(AuditReport.self, from: Data(json)) else { return nil }
        report.findings = reader.list { Finding(stored: &$0) }
        guard reader.isAtEnd else { return nil }
        self = report
    }
}

extension Finding {
    fileprivate func store(in writer: inout RecordWriter) {
        writer.writeShared(rule)
        writer.write(ruleVersion)
        writer.write(symbol)
        writer.write(related) { $0.write($1) }
        writer.write(fingerprint.text)
        writer.writeShared(severity.rawValue)
        writer.writeShared(confidence.rawValue)
        writer.writeShared(status.rawValue)
        writer.writeShared(priority.rawValue)
        writer.writeShared(scope.rawValue)
        writer.writeShared(path)
        writer.write(line)
        writer.write(message)
        writer.write(evidence) { writer, evidence in
            writer.writeShared(evidence.path)
            writer.write(evidence.line)
            writer.write(evidence.text)
        }
        writer.write(places) { writer, place in
            writer.writeShared(place.path)
            writer.write(place.line)
        }
        writer.write(placeCount)
        writer.write(suggestion)
        writer.write(concept)
        writer.write(consumers)
        writer.write(owner)
        writer.write(escalateTo) { $0.write($1) }
        writer.write(escalation.map { [$0] } ?? []) { writer, escalation in
            writer.writeShared(escalation.cause.rawValue)
            writer.write(escalation.days)
            writer.write(escalation.commit)
        }
        writer.write(impact)
        writer.write(isIntegrity ? 1 : 0)
    }

    /// In the order of ``store(in:)``; nil, and the reader failed, when the bytes are something else.
    fileprivate init?(stored reader: inout RecordReader) {
        rule = reader.sharedText()
        ruleVersion = reader.number()
        symbol = reader.text()
        related = reader.list { $0.text() }
        guard let fingerprint = Fingerprint(reader.text()), let severity = Severity(rawValue: reader.sharedText()),
            let confidence = Confidence(rawValue: reader.sharedText()),
            let status = Status(rawValue: reader.sharedText()),
            let priority = Priority(rawValue: reader.sharedText()),
            let scope = SourceScope(rawValue: reader.sharedText())
        else { return nil }
        self.fingerprint = fingerprint
        self.severity = severity
        self.confidence = confidence
        self.status = status
        self.priority = priority
        self.scope = scope
        path = reader.sharedText()
        line = reader.number()
        message = reader.text()
        evidence = reader.list { Evidence(path: $0.sharedText(), line: $0.number(), text: $0.text()) }
        places = reader.list { Place(path: $0.sharedText(), line: $0.number()) }
        placeCount = reader.number()
        suggestion = reader.optionalText()
        concept = reader.optionalText()
        consumers = reader.number()
        owner = reader.optionalText()
        escalateTo = reader.list { $0.text() }
        escalation =
            reader.list { reader in
                Escalation.Cause(rawValue: reader.sharedText()).map {
                    Escalation(cause: $0, days: reader.number(), commit: reader.text())
                }
            }.first
        impact = reader.optionalText()
        isIntegrity = reader.number() != 0
    }
}
