/// The interpreter and machine that conditions such as `sys.version_info >= (3, 11)` and `sys.platform == "win32"` are decided
/// for.
public struct RuntimeEnvironment: Hashable, Sendable {
    /// Major, minor, micro.
    public var version: [Int]
    /// `sys.platform`
    public var platform: String
    /// `os.name`
    public var systemName: String
    /// `sys.implementation.name`
    public var implementation: String

    public init(
        version: [Int] = [3, 13, 0], platform: String = "linux", systemName: String = "posix",
        implementation: String = "cpython"
    ) {
        self.version = version
        self.platform = platform
        self.systemName = systemName
        self.implementation = implementation
    }

    /// What a comparison comes to, nil when it is written in a way that is not understood here.
    ///
    /// Understood are comparisons of `sys.version_info` (whole, sliced, one part), `sys.platform`, `os.name` and
    /// `sys.implementation.name` with literals, and `.startswith` of the texts.
    public func decides(_ condition: String) -> Bool? {
        let text = condition.filter { $0 != " " && $0 != "\n" && $0 != "\t" }
        if let subject = remainder(of: text, after: "sys.version_info") { return version(subject) }
        for (name, value) in [
            ("sys.platform", platform), ("os.name", systemName), ("sys.implementation.name", implementation),
        ] {
            if let rest = remainder(of: text, after: name) { return compares(value, rest) }
        }
        return nil
    }

    private func remainder(of text: String, after prefix: String) -> Substring? {
        text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : nil
    }

    /// - Parameter rest: what stands behind `sys.version_info`.
    private func version(_ rest: Substring) -> Bool? {
        var rest = rest
        var own = version
        if rest.hasPrefix("[:") {
            guard let end = rest.firstIndex(of: "]"),
                let count = Int(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
            else { return nil }
            own = Array(version.prefix(count))
            rest = rest[rest.index(after: end)...]
        } else if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]"), let part = Int(rest[rest.index(after: rest.startIndex)..<end]),
                version.indices.contains(part)
            else { return nil }
            own = [version[part]]
            rest = rest[rest.index(after: end)...]
        } else if rest.hasPrefix(".major") {
            own = [version[0]]
            rest = rest.dropFirst(6)
        } else if rest.hasPrefix(".minor") {
            own = [version.count > 1 ? version[1] : 0]
            rest = rest.dropFirst(6)
        }
        guard let comparison = Comparison(rest) else { return nil }
        let operand = comparison.operand.filter { $0 != "(" && $0 != ")" }
        let other = operand.split(separator: ",").map { Int($0) }
        guard !other.isEmpty, !other.contains(nil) else { return nil }
        return comparison.holds(Self.order(own, other.compactMap(\.self)))
    }

    /// As tuples compare: the first difference decides, then the length.
    private static func order(_ a: [Int], _ b: [Int]) -> Int {
        for (left, right) in zip(a, b) where left != right { return left < right ? -1 : 1 }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    private func compares(_ value: String, _ rest: Substring) -> Bool? {
        if rest.hasPrefix(".startswith("), rest.hasSuffix(")") {
            return Self.literal(rest.dropFirst(12).dropLast()).map { value.hasPrefix($0) }
        }
        guard let comparison = Comparison(rest) else {
            for (word, result) in [("notin", false), ("in", true)] where rest.hasPrefix(word) {
                let members = rest.dropFirst(word.count).filter { !"()[]{}".contains($0) }.split(separator: ",")
                let literals = members.map { Self.literal($0) }
                guard !literals.contains(nil) else { return nil }
                return literals.contains(value) == result
            }
            return nil
        }
        return Self.literal(comparison.operand).flatMap { comparison.holds(value == $0 ? 0 : value < $0 ? -1 : 1) }
    }

    private static func literal(_ text: Substring) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    private struct Comparison {
        let sign: Substring
        let operand: Substring

        init?(_ text: Substring) {
            let signs = text.prefix { "<>=!".contains($0) }
            guard ["<", ">", "<=", ">=", "==", "!="].contains(signs) else { return nil }
            sign = signs
            operand = text.dropFirst(signs.count)
        }

        func holds(_ order: Int) -> Bool? {
            switch sign {
            case "<": order < 0
            case ">": order > 0
            case "<=": order <= 0
            case ">=": order >= 0
            case "==": order == 0
            default: order != 0
            }
        }
    }
}
