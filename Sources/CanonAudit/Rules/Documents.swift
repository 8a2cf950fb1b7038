import CanonFacts

/// Which files of a tree are documents that should be true today.
struct Documents {
    let paths: [String]

    init(paths: [String], scopes: ScopeMap) {
        let documents = paths.filter { path in
            (path.hasSuffix(".md") || path.hasSuffix(".xml") || path.hasSuffix(".mdx") || path.hasSuffix(".rst"))
                && !Self.isHistory(path) && !GardenNames.isTracking(path)
        }
        self.paths = zip(documents, scopes.scopes(of: documents)).filter { $1.gates }.map { $0.0 }
    }

    private static let history = WordTable([
        1: """
        changelog changes history news releases release archive archived archives report reports plan plans planning
        """
    ])

    /// Changelogs, archives, reports and whatever has a day in its name tell what was; plans tell what may come.
    private static func isHistory(_ path: String) -> Bool {
        var digits = 0
        var word: [UInt8] = []
        word.reserveCapacity(64)
        func isHistoryWord(_ word: [UInt8]) -> Bool {
            word.count >= 4 && word.count <= 9 && history[word.withUnsafeBytes { ContentHash.of($0) }] != 0
        }
        for byte in path.utf8 {
            if (0x30...0x39).contains(byte) {
                digits += 1
                // `2025-09-16`, `20250916`
                if digits == 8 { return true }
            } else if byte != 0x2D && byte != 0x5F {
                digits = 0
            }
            if (0x61...0x7A).contains(byte | 0x20) {
                word.append(byte | 0x20)
            } else {
                if isHistoryWord(word) { return true }
                word.removeAll(keepingCapacity: true)
            }
        }
        return isHistoryWord(word)
    }
}
