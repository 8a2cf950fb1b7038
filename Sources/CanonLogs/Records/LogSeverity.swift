/// How bad a service says an entry is: the levels of Cloud Logging's `LogSeverity`, with the same order.
public enum LogSeverity: UInt8, Sendable, Hashable, Comparable, CaseIterable, Codable {
    /// The source gave no level. It says nothing about the entry, least of all that it is harmless.
    case unspecified = 0
    case debug
    case info
    case notice
    case warning
    case error
    case critical
    case alert
    case emergency

    public static func < (left: LogSeverity, right: LogSeverity) -> Bool { left.rawValue < right.rawValue }

    /// The name as Cloud Logging writes it.
    public var name: String {
        switch self {
        case .unspecified: "DEFAULT"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTICE"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        case .alert: "ALERT"
        case .emergency: "EMERGENCY"
        }
    }
}
