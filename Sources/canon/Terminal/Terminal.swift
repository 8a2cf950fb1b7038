import Foundation

/// What one of the program's output streams can show.
struct Terminal: Sendable {
    let descriptor: Int32
    let isTerminal: Bool
    /// Colour is for people at a terminal who have not said no (https://no-color.org) and whose terminal has any.
    let usesColour: Bool
    /// Cells in a line; nil when the stream is no terminal, and then nothing is cut.
    let width: Int?

    init(descriptor: Int32, isTerminal: Bool, usesColour: Bool, width: Int? = nil) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal
        self.usesColour = usesColour
        self.width = width
    }

    /// - Parameter quiet: `--quiet`, which asks for neither colour nor progress.
    init(
        descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment, quiet: Bool = false
    ) {
        let isTerminal = isatty(descriptor) == 1 && !quiet
        self.init(
            descriptor: descriptor, isTerminal: isTerminal,
            usesColour: Self.wantsColour(isTerminal: isTerminal, environment: environment),
            width: isTerminal ? Self.columns(of: descriptor) : nil)
    }

    static var output: Terminal { Terminal(descriptor: STDOUT_FILENO) }
    static var errors: Terminal { Terminal(descriptor: STDERR_FILENO) }

    static func wantsColour(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes all of it, or stops at the first error: an output nobody reads is no reason to fail.
    func write(_ text: String) { write(Array(text.utf8)) }

    /// The same for text that is encoded already.
    func write(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
                continue
            }
            bytes = bytes.dropFirst(count)
        }
    }

    func writeLine(_ text: String) { write(text + "\n") }
}

/// The few styles that output uses.
enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
}

extension Terminal {
    func styled(_ text: String, _ style: Style?) -> String {
        guard usesColour, let style, !text.isEmpty else { return text }
        return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
    }
}
