import ArgumentParser
import CanonLogs
import Foundation

/// A moment on the command line: `2025-09-16T00:46:21Z`, `2025-09-16`, or how long ago: `90m`, `24h`, `7d`.
struct LogTimeArgument: ExpressibleByArgument {
    let time: Int64

    init?(argument: String) {
        guard let time = Self.parse(argument, now: Date()) else { return nil }
        self.time = time
    }

    static func parse(_ text: String, now: Date) -> Int64? {
        if let count = Int64(text.dropLast()), count >= 0, count < 1_000_000, let unit = text.last {
            let seconds: Int64
            switch unit {
            case "s": seconds = 1
            case "m": seconds = 60
            case "h": seconds = 3600
            case "d": seconds = 86_400
            default: return absolute(text)
            }
            // Nobody looks back for longer than times can tell.
            guard count * seconds <= 100 * 366 * 86_400 else { return nil }
            return (Int64(now.timeIntervalSince1970) - count * seconds) * 1_000_000_000
        }
        return absolute(text)
    }

    private static func absolute(_ text: String) -> Int64? {
        var text = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        return text.withUTF8 { LogTime.parse($0) }
    }
}

/// `p0` to `p3`, or `none`.
enum LogGate: String, ExpressibleByArgument, CaseIterable {
    case p0, p1, p2, p3, none

    var priority: ProblemPriority? {
        switch self {
        case .p0: .p0
        case .p1: .p1
        case .p2: .p2
        case .p3: .p3
        case .none: nil
        }
    }
}

/// How a run is printed.
enum LogsFormat: String, ExpressibleByArgument, CaseIterable {
    case terminal, json, markdown, csv, html

    var machine: LogReportFormat? { LogReportFormat(rawValue: rawValue) }
}

/// Levels on the command line.
enum LogLevelArgument: String, ExpressibleByArgument, CaseIterable {
    case info, notice, warning, error, critical

    var severity: LogSeverity {
        switch self {
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
