/// How a reader of a language in a program of its own speaks with `canon`, over pipes.
///
/// The reader begins with a greeting, one line. Then each file is a frame: a line with two numbers, the length of the file's
/// path and the length of what follows it, then both. What follows is the source on the way to the reader and the stored facts
/// (``FileFacts/encode(into:)``) on the way back; no bytes stand for a file that could not be read. Answers come in the order
/// of the requests.
public enum FactStream {
    /// Changes whenever the frames do.
    public static let version = 1

    /// The first line of a reader, its line feed included: `canon-swift 1 4 603.0.1`.
    ///
    /// - Parameters:
    ///   - program: the reader's name.
    ///   - grammar: the version of what it parses with.
    public static func greeting(of program: String, grammar: String) -> String {
        "\(program) \(version) \(FileFacts.formatVersion) \(grammar)\n"
    }

    /// Whether a greeting, without its line feed, is one of a reader that this program understands.
    public static func understands(_ greeting: String, of program: String) -> Bool {
        let fields = greeting.split { $0 == " " }.map(String.init)
        return fields.count == 4 && fields[0] == program && fields[1] == String(version)
            && fields[2] == String(FileFacts.formatVersion)
    }

    /// The line in front of a frame, its line feed included.
    public static func header(path: Int, content: Int) -> String { "\(path) \(content)\n" }

    /// The lengths in such a line; nil when it is none, or speaks of more than ``longest`` bytes.
    public static func lengths(of header: String) -> (path: Int, content: Int)? {
        let numbers = header.split { $0 == " " }.compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ 0...longest ~= $0 }) else { return nil }
        return (numbers[0], numbers[1])
    }

    /// In bytes: more than any source or its facts have.
    public static let longest = 1 << 30
}
