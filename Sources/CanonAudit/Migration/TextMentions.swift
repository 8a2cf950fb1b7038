import CanonCodeModel
import CanonFacts

/// Texts in code and configuration that name some modules or objects.
struct TextMentions {
    private var found: [String: Evidence] = [:]
    private let symbols: Set<String>
    private let roots: Set<[UInt8]>

    init(of symbols: Set<String>, _ model: CodeModel, _ tree: any SourceTree) {
        self.symbols = symbols
        roots = Set(symbols.map { Array($0.utf8.prefix { $0 != 0x2E }) })
        for index in model.files.indices {
            let facts = model.files[index].facts
            if facts.error != nil {
                readBroken(model.files[index].path, tree)
            } else {
                read(facts, model.files[index].path)
            }
        }
        for path in tree.paths where ModuleMentions.isConfiguration(path) {
            guard let bytes = tree.bytes(of: path), bytes.count <= ModuleMentions.mostBytes else { continue }
            read(bytes, path)
        }
    }

    subscript(symbol: String) -> Evidence? { found[symbol] }

    // MARK: Code

    private mutating func read(_ facts: FileFacts, _ path: String) {
        for index in 1..<UInt32(max(1, facts.names.count)) {
            let name = Name(rawValue: index)
            let mayBe = facts.names.withUTF8(of: name) { text in
                roots.contains { text.count >= $0.count && text.starts(with: $0) }
            }
            guard mayBe else { continue }
            let text = facts.names[name]
            for symbol in beginnings(of: text) where found[symbol] == nil {
                if let line = Self.line(naming: name, in: facts) {
                    found[symbol] = Evidence(path: path, line: line, text: "\"\(text)\"")
                }
            }
        }
    }

    /// The symbols that a text names, or something in them.
    private func beginnings(of text: String) -> [String] {
        var found: [String] = []
        var end = text.endIndex
        while true {
            let head = String(text[..<end])
            if symbols.contains(head) { found.append(head) }
            guard let dot = head.lastIndex(of: ".") else { return found }
            end = text.index(text.startIndex, offsetBy: head.distance(from: head.startIndex, to: dot))
        }
    }

    /// Where code has a text; nil when it only is the name of something that code imports or reads.
    private static func line(naming name: Name, in facts: FileFacts) -> Int? {
        for (_, event) in facts.events.selecting([.call, .bind, .return]) where event.value == name {
            let isText =
                event.kind == .call || event.valueKind == .string
            if isText { return Int(event.line) }
        }
        return nil
    }

    /// A file that does not parse tells nothing but its bytes.
    private mutating func readBroken(_ path: String, _ tree: any SourceTree) {
        guard let bytes = tree.bytes(of: path) else { return }
        read(bytes, path)
    }

    // MARK: Bytes

    private mutating func read(_ bytes: [UInt8], _ path: String) {
        var line = 1
        var start = 0
        for index in 0...bytes.count {
            let byte = index < bytes.count ? bytes[index] : 0x0A
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x2F, 0x80...: continue
            default: break
            }
            if index > start {
                let word = bytes[start..<index]
                if roots.contains(where: { word.starts(with: $0) }) {
                    var text = String(decoding: word, as: UTF8.self)
                    if text.hasSuffix(".py") { text = text.dropLast(3).split(separator: "/").joined(separator: ".") }
                    for symbol in beginnings(of: text) where found[symbol] == nil {
                        found[symbol] = Evidence(path: path, line: line, text: text)
                    }
                }
            }
            start = index + 1
            if byte == 0x0A { line += 1 }
        }
    }
}
