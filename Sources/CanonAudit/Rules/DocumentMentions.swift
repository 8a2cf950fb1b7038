private import CanonFacts

/// Finds what a text names of a program: import statements, dotted names and paths of Python files.
///
/// Reads bytes once and stops only where one of the three can begin.
struct DocumentMentions {
    struct Mention: Hashable {
        enum Kind: Hashable {
            /// `from module import name`; only the first name is read.
            case importName(module: String, name: String)
            /// `import module`
            case importModule(String)
            /// `package.module.Name`, three parts at least
            case dotted(String)
            /// `folder/file.py`
            case file(String)
        }

        var kind: Kind
        /// From 1.
        var line: Int
        /// As it stands there.
        var text: String
    }

    /// Of what is found: it depends on the beginnings, too.
    let name: String
    /// Hashes of what a name or path may begin with: packages and folders of the tree.
    private let beginnings: Set<UInt64>

    init(beginnings: Set<String>) {
        name = "mentions of " + beginnings.sorted().joined(separator: "\n")
        self.beginnings = Set(
            beginnings.map { name in
                var name = name
                return name.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
            })
    }

    func all(in bytes: [UInt8]) -> [Mention] { bytes.withUnsafeBufferPointer { read($0, commentsOnly: false) } }

    /// Those behind a `#` of Python source.
    func inComments(of bytes: [UInt8]) -> [Mention] { bytes.withUnsafeBufferPointer { read($0, commentsOnly: true) } }

    private func read(_ bytes: UnsafeBufferPointer<UInt8>, commentsOnly: Bool) -> [Mention] {
        Self.classes.withUnsafeBufferPointer { classes in
            var found: [Mention] = []
            var line = 1
            var index = 0
            var isComment = !commentsOnly
            let end = bytes.count
            while index < end {
                let byte = bytes[index]
                var kind = classes[Int(byte)]
                guard kind & Self.wordBytes != 0 else {
                    index += 1
                    if kind == Self.lineByte {
                        line += 1
                        isComment = !commentsOnly
                    } else if kind == Self.hashByte {
                        isComment = true
                    }
                    continue
                }
                let start = index
                var seen: UInt8 = 0
                repeat {
                    seen |= kind
                    index += 1
                    kind = index < end ? classes[Int(bytes[index])] : Self.otherByte
                } while kind & Self.wordBytes != 0
                guard isComment else { continue }
                if seen & (Self.dotByte | Self.slashByte) != 0 {
                    if let kind = word(bytes[start..<index], hasSlash: seen & Self.slashByte != 0, bytes) {
                        found.append(Mention(kind: kind, line: line, text: Self.text(bytes[start..<index])))
                    }
                } else if (index - start == 4 && byte == UInt8(ascii: "f"))
                    || (index - start == 6 && byte == UInt8(ascii: "i")),
                    let statement = statement(bytes, start, &index)
                {
                    found.append(Mention(kind: statement.kind, line: line, text: statement.text))
                }
            }
            return found
        }
    }

    private static let otherByte: UInt8 = 0
    private static let dotByte: UInt8 = 2
    private static let slashByte: UInt8 = 4
    /// What words are made of: letters, digits, `_`, `-`, `.`, `/`, and letters that are no ASCII.
    private static let wordBytes: UInt8 = 7
    private static let lineByte: UInt8 = 8
    private static let hashByte: UInt8 = 16

    /// What a byte is to a word, or between words.
    private static let classes: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case 0x2E: dotByte
        case 0x2F: slashByte
        case 0x0A: lineByte
        case 0x23: hashByte
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x80...: 1
        default: otherByte
        }
    }

    /// Whether a word begins with a package or folder of the tree.
    private func begins(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let first = UnsafeBufferPointer(rebasing: word.prefix { $0 != 0x2E && $0 != 0x2F })
        return beginnings.contains(ContentHash.of(UnsafeRawBufferPointer(first)))
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// A path or dotted name, without a full stop at its end.
    private func word(
        _ word: Slice<UnsafeBufferPointer<UInt8>>, hasSlash: Bool, _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Mention.Kind? {
        var word = word
        while word.count > 2, word.first == 0x2E, word[word.startIndex + 1] == 0x2F { word = word.dropFirst(2) }
        guard begins(word) else { return nil }
        while let last = word.last, last == 0x2E || last == 0x2F || last == 0x2D { word.removeLast() }
        // A pattern, an address, somebody's home, a part of a longer thing.
        if word.startIndex > 0 {
            switch bytes[word.startIndex - 1] {
            case 0x2A, 0x7E, 0x40, 0x3C, 0x7B, 0x24, 0x25, 0x5C: return nil
            case 0x3A where hasSlash: return nil
            default: break
            }
        }
        if word.endIndex < bytes.count, [0x2A, 0x3C, 0x7B, 0x40].contains(bytes[word.endIndex]) { return nil }
        // `test_….py` and `app/.../views.py` leave something out.
        guard !Self.leavesOut(word) else { return nil }
        if hasSlash {
            guard word.count > 4, word.suffix(3).elementsEqual(".py".utf8), word.contains(0x2F) else { return nil }
            return .file(Self.text(word))
        }
        guard word.count(where: { $0 == 0x2E }) >= 2, Self.isDotted(word) else { return nil }
        return .dotted(Self.text(word))
    }

    /// Whether a word has an ellipsis, of one character or of dots.
    private static func leavesOut(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        zip(word, zip(word.dropFirst(), word.dropFirst(2))).contains { first, rest in
            (first, rest.0, rest.1) == (0xE2, 0x80, 0xA6) || (first, rest.0, rest.1) == (0x2E, 0x2E, 0x2E)
        }
    }

    /// Names with dots between them.
    private static func isDotted(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var isStart = true
        for byte in word {
            switch byte {
            case 0x2E:
                if isStart { return false }
                isStart = true
            case 0x30...0x39:
                if isStart { return false }
            case 0x2D, 0x2F: return false
            default: isStart = false
            }
        }
        return !isStart
    }

    /// `from a.b import C` or `import a.b` at the beginning of a line, of code in a line, or of a comment.
    private func statement(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ index: inout Int
    ) -> (kind: Mention.Kind, text: String)? {
        let isFrom = bytes[start..<index].elementsEqual("from".utf8)
        guard isFrom || bytes[start..<index].elementsEqual("import".utf8) else { return nil }
        // Prose has these words, too: code begins behind a line's start, a quote, a bracket or a prompt.
        var before = start - 1
        while before >= 0, bytes[before] == 0x20 || bytes[before] == 0x09 { before -= 1 }
        if before >= 0, ![0x0A, 0x60, 0x22, 0x27, 0x28, 0x3E, 0x23, 0x2D, 0x2B, 0x3B].contains(bytes[before]) {
            return nil
        }
        guard let module = Self.next(bytes, &index), Self.isDotted(module), begins(module) else { return nil }
        guard isFrom else {
            // `import a.b` alone, not the beginning of a sentence.
            guard module.contains(0x2E) else { return nil }
            return (.importModule(Self.text(module)), "import \(Self.text(module))")
        }
        guard let word = Self.next(bytes, &index), word.elementsEqual("import".utf8) else { return nil }
        var place = index
        while place < bytes.count, [0x20, 0x28].contains(bytes[place]) { place += 1 }
        index = place
        guard let name = Self.next(bytes, &index), Self.isDotted(name), !name.contains(0x2E) else { return nil }
        return (
            .importName(module: Self.text(module), name: Self.text(name)),
            "from \(Self.text(module)) import \(Self.text(name))"
        )
    }

    /// The next word of the line.
    private static func next(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Slice<
        UnsafeBufferPointer<UInt8>
    >? {
        var start = index
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        var end = start
        while end < bytes.count, classes[Int(bytes[end])] & wordBytes != 0 { end += 1 }
        guard end > start else { return nil }
        // `shop.<name>` is a place to fill in.
        if end < bytes.count, [0x3C, 0x7B, 0x2A].contains(bytes[end]) { return nil }
        index = end
        return bytes[start..<end]
    }
}
