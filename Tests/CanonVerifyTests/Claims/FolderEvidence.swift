import CanonVerify
import Foundation

/// A plain implementation of the evidence over a folder: enough Python for small projects, read line by line. What a parser, a
/// replay or a history would say is handed in.
struct FolderEvidence: ClaimEvidence {
    let root: String
    let files: [EvidenceFile]
    var basis: EvidenceBasis
    var grammars: EvidenceAnswer<[EvidenceGrammar]> = .unknown(reason: "no parser was given", remedy: nil)
    var declared: EvidenceAnswer<[EvidenceConcept]> = .known([])
    var replayed: EvidenceAnswer<[EvidenceName]> = .unknown(reason: "no entry was given", remedy: "name the entry")
    var history: [EvidenceCommit]?

    init(root: String) {
        self.root = root
        basis = EvidenceBasis(name: "the folder \(URL(fileURLWithPath: root).lastPathComponent)")
        var paths: [String] = []
        if let walk = FileManager.default.enumerator(atPath: root) {
            while let path = walk.nextObject() as? String {
                if walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular { paths.append(path) }
            }
        }
        files = paths.sorted().map { EvidenceFile(path: $0, scope: Self.scope(of: $0)) }
    }

    private static func scope(of path: String) -> EvidenceFile.Scope {
        let segments = path.split(separator: "/").map(String.init)
        let name = segments.last ?? ""
        if segments.dropLast().contains(where: { $0.hasPrefix("backup") }) || name.hasSuffix("backup") {
            return .backup
        }
        if segments.contains("tests") || segments.contains("test_framework") || name.hasPrefix("test_") { return .test }
        if segments.first == "scripts" || segments.first == "docs" { return .tool }
        return .live
    }

    func bytes(of path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: root + "/" + path).map(Array.init)
    }

    // MARK: Declarations

    func declarations(in path: String) -> EvidenceAnswer<[EvidenceDeclaration]> {
        guard path.hasSuffix(".py") else {
            return .unknown(reason: "\(path) is in no language that is read here", remedy: nil)
        }
        guard let bytes = bytes(of: path) else { return .unknown(reason: "\(path) cannot be read", remedy: nil) }
        return .known(Self.read(String(decoding: bytes, as: UTF8.self), path))
    }

    private static func read(_ text: String, _ path: String) -> [EvidenceDeclaration] {
        let isTestFile = path.split(separator: "/").last?.hasPrefix("test_") ?? false
        var found: [EvidenceDeclaration] = []
        var owner: String?
        var isImporting = false
        func add(
            _ name: Substring, _ kind: EvidenceDeclaration.Kind, _ line: Int, _ text: Substring, owner: String? = nil,
            isTest: Bool = false
        ) {
            found.append(
                EvidenceDeclaration(
                    name: String(name), kind: kind, owner: owner,
                    place: EvidencePlace(path: path, line: line, text: String(text)), endLine: line, isTest: isTest))
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
            guard let first = words.first else { continue }
            if isImporting {
                for word in words where word != "as" { add(word, .importing, index + 1, line) }
                isImporting = !line.contains(")")
            } else if first == "class", words.count > 1 {
                if indent == 0 { owner = String(words[1]) }
                add(words[1], .type, index + 1, line, isTest: isTestFile && words[1].hasPrefix("Test"))
            } else if first == "def" || first == "async",
                let name = words.first(where: { $0 != "def" && $0 != "async" })
            {
                if indent == 0 { owner = nil }
                add(name, .function, index + 1, line, owner: owner, isTest: isTestFile && name.hasPrefix("test_"))
            } else if indent == 0, first == "from", let place = words.firstIndex(of: "import") {
                isImporting = line.contains("(") && !line.contains(")")
                for word in words[(place + 1)...] where word != "as" { add(word, .importing, index + 1, line) }
            } else if indent == 0, line.contains(" = ") {
                add(first, .value, index + 1, line)
            }
        }
        return found
    }

    func definitions(of name: String) -> EvidenceAnswer<[EvidenceDeclaration]> {
        let wanted = Data(name.utf8)
        var found: [EvidenceDeclaration] = []
        for file in files where file.path.hasSuffix(".py") {
            guard let bytes = bytes(of: file.path), Data(bytes).range(of: wanted) != nil,
                case .known(let all) = declarations(in: file.path)
            else { continue }
            found += all.filter { $0.name == name && ($0.kind == .type || $0.kind == .function) }
        }
        return .known(found)
    }

    func resolve(_ dottedName: String) -> EvidenceAnswer<EvidenceSymbol?> { .known(symbol(dottedName, depth: 0)) }

    private func symbol(_ name: String, depth: Int) -> EvidenceSymbol? {
        guard depth < 8 else { return nil }
        let parts = name.split(separator: ".").map(String.init)
        for count in stride(from: parts.count, through: 1, by: -1) {
            let base = parts.prefix(count).joined(separator: "/")
            let module = parts.prefix(count).joined(separator: ".")
            let path = [base + ".py", base + "/__init__.py"].first {
                FileManager.default.fileExists(atPath: root + "/" + $0)
            }
            if count == parts.count {
                if let path {
                    return EvidenceSymbol(name: name, kind: "module", place: EvidencePlace(path: path, line: 1))
                }
                continue
            }
            guard let path, case .known(let all) = declarations(in: path) else { continue }
            guard let found = all.last(where: { $0.name == parts[count] && $0.owner == nil }) else { return nil }
            switch found.kind {
            case .type: return EvidenceSymbol(name: module + "." + found.name, kind: "class", place: found.place)
            case .function: return EvidenceSymbol(name: module + "." + found.name, kind: "function", place: found.place)
            case .value:
                let value = found.place.text.split(separator: "=").last?.trimmingCharacters(in: .whitespaces) ?? ""
                return symbol(module + "." + value, depth: depth + 1)
                    ?? EvidenceSymbol(name: name, kind: "value", place: found.place)
            case .importing:
                let words = found.place.text.split(separator: " ")
                if words.count > 3, words[0] == "from",
                    let other = symbol("\(words[1]).\(found.name)", depth: depth + 1)
                {
                    return other
                }
                return EvidenceSymbol(name: name, kind: "value", place: found.place)
            }
        }
        return nil
    }

    // MARK: What is handed in

    func unparsable() -> EvidenceAnswer<[EvidenceGrammar]> { grammars }
    func concepts() -> EvidenceAnswer<[EvidenceConcept]> { declared }
    func replay(_ question: ReplayQuestion) -> EvidenceAnswer<[EvidenceName]> { replayed }

    func commit(_ id: String) -> EvidenceAnswer<EvidenceCommit?> {
        guard let history else { return .unknown(reason: "there is no history", remedy: "give a repository") }
        return .known(history.first { $0.id.hasPrefix(id) })
    }

    func commits(namingIssue number: Int) -> EvidenceAnswer<[EvidenceCommit]> {
        guard let history else { return .unknown(reason: "there is no history", remedy: "give a repository") }
        return .known(history.filter { $0.subject.contains("#\(number)") })
    }
}
