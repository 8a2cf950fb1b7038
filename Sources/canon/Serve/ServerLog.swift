import CanonGateway
import CanonWire
import Foundation
import Logging

/// The server's log on standard error: lines for a person at a terminal, one JSON object a line for a collector.
enum ServerLog {
    /// - Parameter quiet: only errors and what is worse.
    static func logger(_ configuration: GatewayConfiguration.Log, quiet: Bool) -> Logger {
        let level = Logger.Level(rawValue: configuration.level) ?? .info
        let terminal = Terminal(descriptor: STDERR_FILENO)
        let isHuman =
            switch configuration.format {
            case .automatic: terminal.isTerminal
            case .human: true
            case .json: false
            }
        var logger = Logger(label: "canon") { label in
            if isHuman { return HumanLogHandler(terminal: terminal) }
            return JSONLogHandler(label: label, terminal: terminal)
        }
        logger.logLevel = quiet ? max(level, .error) : level
        return logger
    }

    /// The frameworks' own notes are for their developers.
    static func framework(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .error) }
        return logger
    }
}

/// `09:30:00.125 notice  serving  url=http://127.0.0.1:8080`
struct HumanLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    let terminal: Terminal

    init(terminal: Terminal) { self.terminal = terminal }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: Logging.LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        let time = Timestamp.now().iso8601.dropFirst(11).dropLast()
        let name = event.level.rawValue
        let padded = name + String(repeating: " ", count: max(0, 8 - name.count))
        let level = Self.style(of: event.level).map { terminal.styled(padded, $0) } ?? padded
        let text = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.plain("\($0.value)"))" }
        let line = ["\(time) \(level) \(Self.plain("\(event.message)"))"] + text
        terminal.writeLine(line.joined(separator: "  "))
    }

    private static func style(of level: Logger.Level) -> Style? {
        switch level {
        case .warning: .yellow
        case .error, .critical: .red
        default: nil
        }
    }

    /// Control characters could forge lines or move the cursor.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}

/// One JSON object a line, with the field names that the platform's collectors know.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    let label: String
    let terminal: Terminal

    init(label: String, terminal: Terminal) {
        self.label = label
        self.terminal = terminal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: Logging.LogEvent) {
        terminal.writeLine(
            Self.object(
                level: event.level, message: "\(event.message)", label: label,
                metadata: metadata.merging(event.metadata ?? [:]) { $1 }, at: .now()
            ).encodedText)
    }

    static func object(
        level: Logger.Level, message: String, label: String, metadata: Logger.Metadata, at time: Timestamp
    ) -> JSONObject {
        var object: JSONObject = [
            "timestamp": .string(time.iso8601), "severity": .string(severity(of: level)), "service": "canon",
            "logger": .string(label), "message": .string(message), "textPayload": .string(message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != "error" && object[key] == nil {
            object[key] = .string("\(value)")
        }
        if let error = metadata["error"] {
            object["error"] = [
                "type": "Error", "message": .string("\(error)"), "severity": .string(severity(of: level)),
                "timestamp": .string(time.iso8601),
            ]
        }
        return object
    }

    private static func severity(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTICE"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }
}
