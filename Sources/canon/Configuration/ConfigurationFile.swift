import CanonAudit
import Foundation
import Yams

/// `canon.yaml`, read into typed values that know their line and column.
struct ConfigurationFile: Sendable {
    struct Entry: Sendable {
        let setting: Setting
        let value: SettingValue
        let source: ConfigurationSource
    }

    /// A configuration is written by hand; what is larger is another file.
    static let maximumBytes = 1024 * 1024

    let path: String
    private(set) var entries: [Entry] = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter path: how messages name the file.
    /// - Throws: `ConfigurationError` when the bytes are no YAML mapping. What is wrong with single settings does not
    ///   end the reading: it is in `problems`, in the order of the file.
    init(path: String, bytes: [UInt8]) throws(ConfigurationError) {
        self.path = path
        let text = try Self.text(of: bytes, path: path)
        guard let root = try Self.compose(text, path: path) else { return }
        read(root)
    }

    /// One section of a file, for a reader of its own. The other sections are not looked at.
    ///
    /// - Throws: `ConfigurationError` when the bytes are no YAML mapping or hold a section that nobody knows.
    static func section(_ name: String, ofFile path: String, bytes: [UInt8]) throws(ConfigurationError) -> Node? {
        guard let root = try compose(text(of: bytes, path: path), path: path), !root.isNothing else { return nil }
        var file = ConfigurationFile(path: path)
        var found: Node?
        file.readSections(of: root) { _, section, value in if section == name { found = value } }
        guard file.problems.isEmpty else { throw ConfigurationError(file.problems) }
        return found
    }

    private init(path: String) { self.path = path }

    // MARK: Values

    private mutating func read(_ root: Node) {
        if root.isNothing { return }
        readSections(of: root) { file, name, value in
            if name == "serve" { file.readGroup(value, path: [], shownPath: "serve") }
        }
    }

    /// Hands over each section as it comes, so that problems are told in the order of the file.
    private mutating func readSections(
        of root: Node, _ body: (inout ConfigurationFile, _ name: String, _ value: Node) -> Void
    ) {
        guard case .mapping(let sections) = root else {
            report(root.mark, "found \(root.kind), expected a mapping with the sections \(Self.sectionNames)")
            return
        }
        for (key, value) in sections {
            guard let name = name(of: key, in: []) else { continue }
            if SettingTable.sections.contains(name) {
                body(&self, name, value)
            } else {
                reportUnknown(name, at: key.mark, in: [], known: SettingTable.sections)
            }
        }
    }

    private mutating func readGroup(_ node: Node, path: [String], shownPath: String) {
        if node.isNothing { return }
        guard case .mapping(let members) = node else {
            report(node.mark, "\(shownPath): found \(node.kind), expected a mapping of settings")
            return
        }
        let known = SettingTable.names(below: path)
        for (key, value) in members {
            guard let name = name(of: key, in: path) else { continue }
            let below = path + [name]
            if let setting = SettingTable.setting(below.joined(separator: ".")) {
                readSetting(setting, value, shownPath: "\(shownPath).\(name)")
            } else if SettingTable.isGroup(below) {
                readGroup(value, path: below, shownPath: "\(shownPath).\(name)")
            } else {
                reportUnknown(name, at: key.mark, in: ["serve"] + path, known: known)
            }
        }
    }

    private mutating func readSetting(_ setting: Setting, _ node: Node, shownPath: String) {
        do throws(SettingMismatch) {
            let value = try setting.parse(node.raw)
            let source = ConfigurationSource.file(path, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
            entries.append(Entry(setting: setting, value: value, source: source))
        } catch {
            report(node.mark, "\(shownPath): \(error.message)")
        }
    }

    // MARK: Problems

    private static let sectionNames = SettingTable.sections.joined(separator: ", ")

    private func place(_ mark: Mark?) -> String { mark.map { "\(path):\($0.line):\($0.column)" } ?? path }

    private mutating func report(_ mark: Mark?, _ message: String) {
        problems.append(ConfigurationProblem(place: place(mark), message: message))
    }

    private mutating func name(of key: Node, in path: [String]) -> String? {
        if case .scalar(let scalar) = key { return scalar.string }
        report(key.mark, "found \(key.kind) as a key, expected the name of a setting")
        return nil
    }

    /// The nearest name at this level, else a setting of this very name elsewhere in the file.
    private mutating func reportUnknown(_ name: String, at mark: Mark?, in path: [String], known: [String]) {
        let level = path.isEmpty ? "at the top of the file" : "in \(path.joined(separator: "."))"
        var hint = "known here: \(known.joined(separator: ", "))"
        if let nearest = NearestName.of(name, among: known) {
            hint = "did you mean \"\(nearest)\"?"
        } else if let elsewhere = Self.elsewhere(name) {
            hint = "did you mean serve.\(elsewhere)?"
        }
        report(mark, "unknown key \"\(name.shortened)\" \(level); \(hint)")
    }

    private static func elsewhere(_ name: String) -> String? {
        if let setting = SettingTable.all.first(where: { $0.path.last == name }) { return setting.key }
        return SettingTable.names(below: []).contains(name) ? name : nil
    }
}

// MARK: - Bytes to nodes

extension ConfigurationFile {
    private static func text(of bytes: [UInt8], path: String) throws(ConfigurationError) -> String {
        guard bytes.count <= maximumBytes else {
            throw ConfigurationError(path, "is \(bytes.count) bytes long; a configuration has at most \(maximumBytes)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let (line, column) = firstInvalidByte(of: bytes)
            throw ConfigurationError("\(path):\(line):\(column)", "is not UTF-8; save the file in that encoding")
        }
        var line = 1
        var column = 1
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\r" && scalar != "\t"
            guard !isControl, scalar.value != 0x7F else {
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw ConfigurationError("\(path):\(line):\(column)", "holds the control character U+00\(code)")
            }
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return text
    }

    private static func firstInvalidByte(of bytes: [UInt8]) -> (line: Int, column: Int) {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var line = 1
        var column = 1
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }

    private static func compose(_ text: String, path: String) throws(ConfigurationError) -> Node? {
        do {
            return try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch let error as YamlError {
            throw explain(error, text: text, path: path)
        } catch {
            throw ConfigurationError(path, "is no YAML: \(error)")
        }
    }

    private static func explain(_ error: YamlError, text: String, path: String) -> ConfigurationError {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func at(_ mark: Mark, _ message: String) -> ConfigurationError {
            ConfigurationError("\(path):\(mark.line):\(mark.column)", message)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
            if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
                return at(mark, "a tab stands in the indentation; YAML is indented with spaces")
            }
            let doing = context?.text.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            return at(mark, "is no valid YAML: \(problem)" + (doing.isEmpty ? "" : " \(doing)"))
        case .duplicatedKeysInMapping(let names, let context):
            let name = names.first ?? ""
            let again = secondLine(of: name, after: context.mark, lines: lines).map { ", again on line \($0)" } ?? ""
            return at(context.mark, "the key \"\(name.shortened)\" stands twice in one mapping\(again); keep one")
        default:
            return ConfigurationError(path, "is no YAML: \(error)")
        }
    }

    /// The parser names the first of two equal keys only. The second one, in a block mapping, begins in the same column.
    private static func secondLine(of name: String, after mark: Mark, lines: [Substring]) -> Int? {
        let indentation = String(repeating: " ", count: mark.column - 1)
        return lines.indices.dropFirst(mark.line).first { index in
            ["", "\"", "'"].contains { lines[index].hasPrefix("\(indentation)\($0)\(name)\($0):") }
        }.map { $0 + 1 }
    }
}

extension Node {
    /// A key with nothing behind it, `~` or `null`.
    fileprivate var isNothing: Bool { raw == .nothing }

    fileprivate var kind: String {
        switch self {
        case .scalar(let scalar): isNothing ? "nothing" : "\"\(scalar.string.shortened)\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .alias: "an alias"
        }
    }

    fileprivate var raw: RawSetting {
        switch self {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .quoted(scalar.string) }
            return ["", "~", "null", "Null", "NULL"].contains(scalar.string) ? .nothing : .plain(scalar.string)
        case .sequence(let sequence):
            let elements = sequence.map { element -> String? in
                if case .scalar(let scalar) = element, !element.isNothing { scalar.string } else { nil }
            }
            return elements.contains(nil) ? .nestedList : .list(elements.compactMap(\.self))
        case .mapping, .alias:
            return .mapping
        }
    }
}
