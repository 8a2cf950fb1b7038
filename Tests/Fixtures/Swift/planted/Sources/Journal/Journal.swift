import Wire

/// What was said, and by whom.
public final class Journal {
    private var lines: [String] = []

    public init() {}

    public func append(_ line: String) { lines.append(line) }

    public func clear() { lines.removeAll() }
}
