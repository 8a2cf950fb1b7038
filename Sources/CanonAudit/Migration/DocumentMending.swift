import CanonFacts

/// Mends what documents say of names that give way: dotted names, and lines that import them.
struct DocumentMending {
    private let moves: MovedNames
    private let roots: Set<[UInt8]>

    init(_ paths: MigrationPaths) {
        moves = paths.moves
        roots = Set(paths.moves.byModule.keys.map { Array($0.utf8.prefix { $0 != 0x2E }) })
    }

    func changes(_ input: Audit.Input, _ request: MigrationRequest) -> [FileChange] {
        let documents = Documents(paths: input.tree.paths, scopes: ScopeMap(manifest: input.manifest))
        return documents.paths.compactMap { path in
            guard path.hasSuffix(".md") || path.hasSuffix(".mdx"), request.covers(path),
                let before = input.tree.bytes(of: path)
            else { return nil }
            let after = mended(before)
            return after == before ? nil : FileChange(path: path, before: before, outcome: .rewritten(after))
        }
    }

    /// A document with the new names.
    func mended(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard Self.isPart(bytes[index]) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            var end = index
            while end < bytes.count, Self.isPart(bytes[end]) { end += 1 }
            let word = bytes[index..<end]
            if word.elementsEqual("from".utf8), let statement = statement(bytes, end) {
                result += Array("from \(statement.text)".utf8)
                index = statement.end
                continue
            }
            result += replacement(of: word, bytes)
            index = end
        }
        return result
    }

    /// `package.module.Name`, with what is behind it: a method, a full stop.
    private func replacement(of word: ArraySlice<UInt8>, _ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard roots.contains(where: { word.starts(with: $0) }) else { return word }
        // A part of a path or of an address is another thing.
        if word.startIndex > 0, [0x2F, 0x40, 0x2D].contains(bytes[word.startIndex - 1]) { return word }
        if word.endIndex < bytes.count, [0x2F, 0x40, 0x2D].contains(bytes[word.endIndex]) { return word }
        guard let (_, new, rest) = moves.beginning(of: String(decoding: word, as: UTF8.self)) else { return word }
        return Array((new + rest).utf8)[...]
    }

    /// `from a.b import X, Y as Z` where every name goes to one module, from behind `from` on.
    private func statement(_ bytes: [UInt8], _ start: Int) -> (text: String, end: Int)? {
        var index = start
        func word() -> String? {
            var first = index
            while first < bytes.count, bytes[first] == 0x20 { first += 1 }
            var end = first
            while end < bytes.count, Self.isPart(bytes[end]) { end += 1 }
            guard end > first else { return nil }
            index = end
            return String(decoding: bytes[first..<end], as: UTF8.self)
        }
        guard let module = word(), let names = moves.byModule[module], word() == "import" else { return nil }
        var parts: [String] = []
        var target: String?
        while true {
            guard let name = word(), let new = names[name], let (place, last) = new.moduleAndName,
                target == nil || target == place
            else { return nil }
            target = place
            var part = last
            let mark = index
            if word() == "as", let alias = word() { part += " as \(alias)" } else { index = mark }
            if !parts.contains(part) { parts.append(part) }
            var next = index
            while next < bytes.count, bytes[next] == 0x20 { next += 1 }
            guard next < bytes.count, bytes[next] == 0x2C else { break }
            index = next + 1
        }
        return target.map { ("\($0) import \(parts.joined(separator: ", "))", index) }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x80...: true
        default: false
        }
    }
}
