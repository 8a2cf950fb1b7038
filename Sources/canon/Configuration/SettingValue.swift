import CanonAudit

/// What a setting can hold, whichever layer it came from.
enum SettingValue: Sendable, Equatable {
    /// An optional setting that is not set.
    case none
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([String])
}

/// What a layer said about a setting, before it is known whether that fits the setting's type.
enum RawSetting: Sendable, Equatable {
    /// A bare word or number: `8080`, `true`, `debug`.
    case plain(String)
    /// A scalar that its author marked as text: `"8080"`, or a block scalar.
    case quoted(String)
    case list([String])
    /// A list with something else than scalars in it.
    case nestedList
    case mapping
    /// A key without a value.
    case nothing
}

/// What a setting accepts. The messages, the reference page and the parsers all come from this one value.
enum SettingType: Sendable, Equatable {
    case boolean
    case integer(ClosedRange<Int>, unit: Unit)
    case text(minimumBytes: Int = 1)
    /// A path; a relative one is resolved against the folder of the file it stands in, or the current folder when it
    /// comes from the environment or a flag.
    case path
    /// A path as above, or a URL, which has a scheme and is left as it is.
    case location
    case choice([String])
    case list(of: String, example: String)

    /// What a number counts.
    enum Unit: String, Sendable {
        case none = ""
        case seconds, bytes, days
    }

    /// The second half of "found …, expected …".
    var expected: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range, let unit):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
                + (unit == .none ? "" : " (\(unit.rawValue))")
        case .text(let minimum): minimum > 1 ? "text of at least \(minimum) bytes" : "text"
        case .path: "a path"
        case .location: "a path or a URL"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .list(let element, let example): "a list of \(element), such as [\(example)]"
        }
    }

    /// The name of the type in the reference page.
    var name: String {
        switch self {
        case .boolean: "boolean"
        case .integer(let range, let unit):
            "integer \(range.lowerBound) … \(range.upperBound)" + (unit == .none ? "" : " \(unit.rawValue)")
        case .text(let minimum): minimum > 1 ? "text, at least \(minimum) bytes" : "text"
        case .path: "path"
        case .location: "path or URL"
        case .choice(let names): names.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element, _): "list of \(element)"
        }
    }

    var isList: Bool {
        if case .list = self { true } else { false }
    }

    /// Whether a value of this type is a path that may be relative.
    func isPath(_ text: String) -> Bool {
        switch self {
        case .path: true
        case .location: !text.contains("://")
        case .boolean, .integer, .text, .choice, .list: false
        }
    }

    /// Reads a value strictly: nothing is guessed, clamped or converted.
    /// - Throws: `SettingMismatch`, which names what was found; a secret is never repeated in it.
    func parse(_ raw: RawSetting, isOptional: Bool, isSecret: Bool) throws(SettingMismatch) -> SettingValue {
        func mismatch() -> SettingMismatch {
            SettingMismatch(found: raw.described(isSecret: isSecret), expected: expected)
        }
        if raw == .nothing {
            guard isOptional else { throw mismatch() }
            return .none
        }
        switch (self, raw) {
        case (.boolean, .plain("true")): return .boolean(true)
        case (.boolean, .plain("false")): return .boolean(false)
        case (.integer(let range, _), .plain(let text)):
            guard let number = Self.wholeNumber(text), range.contains(number) else { throw mismatch() }
            return .integer(number)
        case (.text(let minimum), .plain(let text)), (.text(let minimum), .quoted(let text)):
            guard text.utf8.count >= minimum else { throw mismatch() }
            return .text(text)
        case (.path, .plain(let text)), (.path, .quoted(let text)), (.location, .plain(let text)),
            (.location, .quoted(let text)):
            guard !text.isEmpty, !text.utf8.contains(0) else { throw mismatch() }
            return .text(text)
        case (.choice(let names), .plain(let text)), (.choice(let names), .quoted(let text)):
            guard names.contains(text) else {
                var error = mismatch()
                error.suggestion = NearestName.of(text, among: names)
                throw error
            }
            return .text(text)
        case (.list, .list(let elements)):
            return .list(elements)
        default:
            throw mismatch()
        }
    }

    /// Decimal digits, which `_` may group. A leading zero is refused: YAML 1.1 would read it as octal.
    private static func wholeNumber(_ text: String) -> Int? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
        guard first != UInt8(ascii: "0") || digits.utf8.count == 1 else { return nil }
        return Int(text.filter { $0 != "_" })
    }
}

/// A value that does not fit its setting.
struct SettingMismatch: Error, Equatable {
    var found: String
    var expected: String
    var suggestion: String?

    var message: String {
        "found \(found), expected \(expected)" + (suggestion.map { "; did you mean \"\($0)\"?" } ?? "")
    }
}

extension RawSetting {
    fileprivate func described(isSecret: Bool) -> String {
        switch self {
        case .plain(let text) where isSecret, .quoted(let text) where isSecret: "\(text.utf8.count) bytes"
        case .plain(let text): "\"\(text.shortened)\""
        case .quoted(""): "empty text"
        case .quoted(let text): "the text \"\(text.shortened)\" in quotes"
        case .list, .nestedList: "a list"
        case .mapping: "a mapping"
        case .nothing: "nothing"
        }
    }
}

extension String {
    /// Fit for one line of an error message: control characters escaped, at most 60 characters.
    var shortened: String {
        let safe = escapingControls
        return safe.count <= 60 ? safe : safe.prefix(59) + "…"
    }
}
