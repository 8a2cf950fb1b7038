import CanonWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a run found: a table for a person on standard error, one line of JSON for a program on standard output.
struct Report: Sendable {
    private let object: JSONObject
    /// Whether every connection was made and kept, and every answer was right.
    let isFaultless: Bool

    init(mode: String, _ members: [(key: String, value: JSONValue)], isFaultless: Bool) {
        object = JSONObject([(key: "mode", value: .string(mode))] + members)
        self.isFaultless = isFaultless
    }

    func write() {
        let width = object.members.map(\.key.count).max() ?? 0
        let lines = object.members.map { name, value in
            name + String(repeating: " ", count: width - name.count) + "  " + Self.text(value)
        }
        Self.write(lines.joined(separator: "\n") + "\n", to: STDERR_FILENO)
        Self.write(object.encodedText + "\n", to: STDOUT_FILENO)
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: value.encoded, as: UTF8.self)
    }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            #if canImport(Glibc)
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = bytes.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
