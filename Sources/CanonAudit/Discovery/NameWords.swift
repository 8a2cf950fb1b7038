/// The words of a class name, without those that name a part it plays.
struct NameWords: Hashable, Sendable {
    /// Lower case: `["unified", "web", "socket", "manager"]`.
    let words: [String]

    /// `HTTPServerPool` gives http, server, pool; underscores and digits separate as well.
    static func split(_ name: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        let bytes = Array(name.utf8)
        func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
        func isLetter(_ byte: UInt8) -> Bool { isUpper(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80 }
        func finish() {
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word = []
        }
        for (index, byte) in bytes.enumerated() {
            guard isLetter(byte) else {
                finish()
                continue
            }
            if isUpper(byte), index > 0 {
                let afterLower = !isUpper(bytes[index - 1])
                // The last capital of several begins the next word.
                let beforeLower = index + 1 < bytes.count && isLetter(bytes[index + 1]) && !isUpper(bytes[index + 1])
                if afterLower || beforeLower { finish() }
            }
            word.append(isUpper(byte) ? byte + 0x20 : byte)
        }
        finish()
        return words
    }

    /// What a thing is called beside what it is: a `CacheFactory` and a `MockCache` are about a cache.
    private static let parts: Set<String> = [
        "factory", "protocol", "interface", "mode", "adapter", "mock", "fake", "stub", "dummy", "impl",
        "implementation",
        "base", "abstract", "config", "configuration", "settings", "error", "exception", "validator", "wrapper",
        "proxy",
        "type", "types", "status", "state", "mixin", "test", "tests", "builder", "provider", "helper", "utils", "info",
        "data", "model", "response", "request", "event", "result", "metrics", "stats", "options", "context",
    ]

    init(_ name: String) {
        var words = Self.split(name)
        while words.count > 1, Self.parts.contains(words[words.count - 1]) { words.removeLast() }
        while words.count > 1, ["mock", "fake", "stub", "dummy", "abstract", "base"].contains(words[0]) {
            words.removeFirst()
        }
        self.words = words
    }

    /// The last two words, which name the kind of thing; nil when one word alone is left, which says too little.
    var key: String? { words.count >= 2 ? words.suffix(2).joined(separator: " ") : nil }
}
