import Yams

/// Adds and deletes waivers in the text of a `canon.yaml`, and leaves every other line as it is.
///
/// What comes out is read again, and refused when it does not say exactly what was meant: a file of an unusual form is left to
/// its owner.
public struct ManifestEditor: Sendable {
    public private(set) var text: String
    private let path: String
    private let today: CalendarDate

    /// The file has a form that cannot be edited safely.
    public struct Refusal: Error, CustomStringConvertible, Sendable {
        public var description: String
    }

    public init(text: String, path: String, today: CalendarDate) {
        self.text = text
        self.path = path
        self.today = today
    }

    /// What a new waiver says.
    public struct NewWaiver: Sendable {
        public var rule: String
        public var symbol: String
        public var fingerprint: Fingerprint
        public var reason: String
        public var owner: String
        public var issue: String
        public var expires: CalendarDate

        public init(_ finding: Finding, reason: String, owner: String, issue: String, expires: CalendarDate) {
            rule = finding.rule
            symbol = finding.symbol
            fingerprint = finding.fingerprint
            self.reason = reason
            self.owner = owner
            self.issue = issue
            self.expires = expires
        }
    }

    // MARK: Adding

    public mutating func add(_ waiver: NewWaiver) throws {
        let before = try read(text).waivers
        var lines = self.lines
        let key: (line: Int, indentation: Int)
        if let waivers = try node("waivers") {
            if case .sequence(let sequence) = waivers.value, sequence.style == .flow, !sequence.isEmpty {
                throw Refusal(
                    description: "\(path):\(waivers.line): waivers stand in brackets; write one a line, with dashes")
            }
            key = (waivers.line, waivers.column - 1)
            if before.isEmpty { lines[key.line - 1] = indent(key.indentation) + "waivers:" }
        } else if let audit = try auditKey() {
            let end = self.end(of: audit.line, indentation: audit.column - 1, in: lines)
            let inner = audit.column - 1 + 2
            if lines[audit.line - 1].contains("{") {
                throw Refusal(description: "\(path):\(audit.line): audit stands in braces; write one key a line")
            }
            lines.insert(indent(inner) + "waivers:", at: end)
            key = (end + 1, inner)
        } else {
            if !lines.isEmpty, lines.last != "" { lines.append("") }
            lines += ["audit:", "  waivers:"]
            key = (lines.count, 2)
        }
        let end = self.end(of: key.line, indentation: key.indentation, in: lines, dashesBelong: true)
        let dash = lines[key.line..<end].first { $0.drop { $0 == " " }.first == "-" }
        let column = dash.map { $0.prefix { $0 == " " }.count } ?? key.indentation + 2
        lines.insert(contentsOf: Self.lines(of: waiver, indentation: column), at: end)
        try replace(lines) {
            $0.dropLast().map(\.rule.value) == before.map(\.rule.value)
                && $0.last?.fingerprint?.value == waiver.fingerprint
        }
    }

    private static func lines(of waiver: NewWaiver, indentation: Int) -> [String] {
        let space = String(repeating: " ", count: indentation)
        return [
            "\(space)- rule: \(waiver.rule)", "\(space)  symbol: \(quoted(waiver.symbol))",
            "\(space)  fingerprint: \"\(waiver.fingerprint)\"", "\(space)  reason: \(quoted(waiver.reason))",
            "\(space)  owner: \(quoted(waiver.owner))", "\(space)  issue: \(quoted(waiver.issue))",
            "\(space)  expires: \(waiver.expires)",
        ]
    }

    /// In double quotes, with the escapes of YAML.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: Deleting

    /// Deletes waivers, by the lines that they begin on.
    public mutating func remove(_ waivers: [Manifest.Waiver]) throws {
        guard !waivers.isEmpty else { return }
        let before = try read(text).waivers
        guard let key = try node("waivers") else { return }
        if case .sequence(let sequence) = key.value, sequence.style == .flow {
            throw Refusal(description: "\(path):\(key.line): waivers stand in brackets; write one a line, with dashes")
        }
        var lines = self.lines
        let end = self.end(of: key.line, indentation: key.column - 1, in: lines, dashesBelong: true)
        let starts = before.map(\.line)
        let gone = Set(waivers.map(\.line))
        for (index, start) in starts.enumerated().reversed() where gone.contains(start) {
            let next = index + 1 < starts.count ? starts[index + 1] - 1 : end
            lines.removeSubrange(start - 1..<next)
        }
        let left = before.filter { !gone.contains($0.line) }
        if left.isEmpty { lines.remove(at: key.line - 1) }
        try replace(lines) { $0.map(\.rule.value) == left.map(\.rule.value) && $0.map(\.reason) == left.map(\.reason) }
    }

    // MARK: Places

    private var lines: [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The index of the line after what belongs to a key, blank lines and comments behind it left out.
    private func end(of line: Int, indentation: Int, in lines: [String], dashesBelong: Bool = false) -> Int {
        var end = line
        for index in line..<lines.count {
            let text = lines[index]
            let column = text.prefix { $0 == " " }.count
            let first = text.dropFirst(column).first
            if first == nil || first == "#" || first == "\r" { continue }
            let belongs = column > indentation || (dashesBelong && column == indentation && first == "-")
            guard belongs else { break }
            end = index + 1
        }
        return end
    }

    private func auditKey() throws -> (line: Int, column: Int)? {
        guard let root = try Yams.compose(yaml: text, .default, .default, .utf8)?.mapping,
            let mark = root.first(where: { $0.key.string == "audit" })?.key.mark
        else { return nil }
        return (mark.line, mark.column)
    }

    private func node(_ name: String) throws -> (line: Int, column: Int, value: Node)? {
        guard let audit = try Yams.compose(yaml: text, .default, .default, .utf8)?.mapping?["audit"]?.mapping,
            let pair = audit.first(where: { $0.key.string == name }), let mark = pair.key.mark
        else { return nil }
        return (mark.line, mark.column, pair.value)
    }

    private func indent(_ count: Int) -> String { String(repeating: " ", count: count) }

    // MARK: Checking

    private func read(_ text: String) throws -> Manifest { try Manifest(yaml: text, path: path, today: today) }

    private mutating func replace(_ lines: [String], _ isMeant: ([Manifest.Waiver]) -> Bool) throws {
        let text = lines.joined(separator: "\n") + "\n"
        guard let manifest = try? read(text), isMeant(manifest.waivers) else {
            throw Refusal(description: "\(path) has a form that cannot be edited safely; change its waivers by hand")
        }
        self.text = text
    }
}
