/// What one source gave, for judging whether it is whole.
struct SourceTally {
    var report: SourceReport
    var all = Sightings.Tally()
    var severities = [Int](repeating: 0, count: LogSeverity.allCases.count)
    /// Entries without an id, which are counted by their place.
    var withoutID = 0
    /// It was found in a folder, and is no log.
    var isPassedOver = false

    mutating func add(_ record: borrowing LogRecord) {
        all.add(record.time)
        severities[Int(record.severity.rawValue)] += 1
        if record.insertID.isEmpty { withoutID += 1 }
    }
}

/// Finds signs that an export is a part of what there was: lists that end at a round number, a name that promises more time than
/// the entries span. Whoever exports asks for "at most a thousand", and is given the thousand newest.
enum ExportLimits {
    /// What makes the counts of a source lower bounds, in words.
    static func signs(_ source: SourceTally) -> [String] {
        // A file that a service writes is no export: nobody asked it for a number of lines.
        guard source.withoutID * 2 <= source.report.entries || !source.report.lists.isEmpty else { return [] }
        var signs: [String] = []
        let capped = cappedLists(source)
        if !capped.isEmpty {
            signs.append(
                "holds " + capped.map { "exactly \($0.count) of \($0.name)" }.joined(separator: ", ")
                    + ", which looks like a limit of the export")
        } else if isRound(source.report.entries), source.report.entries >= 100 {
            signs.append("holds exactly \(source.report.entries) entries, which looks like a limit of the export")
        }
        if let promised = promise(source.report.name), let first = source.all.first, let last = source.all.last,
            last - first < promised / 2, source.report.entries >= 50
        {
            signs.append("is named for \(LogTime.span(promised)), and its entries span \(LogTime.span(last - first))")
        }
        guard !signs.isEmpty, let interval = LogReport.Interval(source.all) else { return signs }
        signs[signs.count - 1] += "; it covers \(interval.text)"
        return signs
    }

    private static func cappedLists(_ source: SourceTally) -> [(name: String, count: Int)] {
        let named = source.report.lists.filter { isRound($0.value) && $0.value >= 50 }
        if !named.isEmpty { return named.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }
        let levels = LogSeverity.allCases.compactMap { severity -> (name: String, count: Int)? in
            let count = source.severities[Int(severity.rawValue)]
            return isRound(count) && count >= 50 ? (severity.name, count) : nil
        }
        // Two levels with the very same round number are no accident.
        return levels.count >= 2 && Set(levels.map(\.count)).count == 1 ? levels : []
    }

    /// 50, 100, 200, 250, 500, 1000 and so on.
    static func isRound(_ count: Int) -> Bool {
        var rest = count
        while rest >= 100, rest % 10 == 0 { rest /= 10 }
        return rest == 10 || rest == 20 || rest == 25 || rest == 50
    }

    /// The time that a name like `last_hour.json` or `logs-24h.json` promises, in nanoseconds.
    static func promise(_ name: String) -> Int64? {
        let name = name.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let words = name.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        for (index, word) in words.enumerated() {
            let isLast = index > 0 && (words[index - 1] == "last" || words[index - 1] == "past")
            let digits = word.prefix { $0.isNumber }
            let unit = String(word.dropFirst(digits.count))
            if let count = Int64(digits), count > 0, count < 1000, let length = length(of: unit) {
                return count * length
            }
            if isLast, digits.isEmpty, let length = length(of: word) { return length }
            if isLast, let count = Int64(word), count < 1000, index + 1 < words.count,
                let length = length(of: words[index + 1])
            {
                return count * length
            }
        }
        return nil
    }

    private static func length(of unit: String) -> Int64? {
        switch unit {
        case "m", "min", "minute", "minutes": 60 * LogTime.second
        case "h", "hour", "hours": LogTime.hour
        case "d", "day", "days": 24 * LogTime.hour
        default: nil
        }
    }
}
