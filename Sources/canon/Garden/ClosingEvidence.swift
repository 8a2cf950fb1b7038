import CanonAudit
import CanonLogs
import CanonVerify
import CanonWire
import Foundation

/// Reads what `canon probe --format json` wrote.
enum ClosingEvidence {
    /// A watch of a day with a round a second is smaller.
    static let maximumBytes = 512 << 20

    /// - Throws: `CommandFailure` when the file is no report of one probe.
    static func probe(_ path: String) throws -> ProbeEvidence {
        let bytes = try GardenFiles.bytes(path, maximum: maximumBytes)
        guard let json = try lines(bytes, path).last, schema(json) == "canon.probe/1" else {
            throw CommandFailure(
                "\(path.escapingControls) is no report of a probe (canon.probe/1): canon probe URL --format json >probe.json",
                status: ExitStatus.usage)
        }
        let reader = Members(json, path)
        var steps: [String: String] = [:]
        for step in json["steps"]?.array ?? [] {
            guard let id = step["id"]?.string, let status = step["status"]?.string else { throw reader.broken("steps") }
            steps[id] = status
        }
        return ProbeEvidence(
            source: path, url: try reader.text("url"), startedAt: try reader.time("started_at"),
            verdict: try reader.text("verdict"), steps: steps, serverVersion: json["server_version"]?.string)
    }

    /// The verdict of a watch: the last line of what it wrote, or that line alone.
    ///
    /// - Throws: `CommandFailure` when the file is no record of a watch, or its rounds are not those that the verdict counts.
    static func stability(_ path: String) throws -> StabilityEvidence {
        let bytes = try GardenFiles.bytes(path, maximum: maximumBytes)
        let all = try lines(bytes, path)
        guard let json = all.last, schema(json) == "canon.probe-watch/1" else {
            throw CommandFailure(
                "\(path.escapingControls) is no record of a watch (canon.probe-watch/1): "
                    + "canon probe URL --every 60s --for 1h --format json >stability.json", status: ExitStatus.usage)
        }
        let reader = Members(json, path)
        func count(_ name: String) throws -> Int {
            guard let value = json["rounds"]?[name]?.int, value >= 0 else { throw reader.broken("rounds.\(name)") }
            return Int(value)
        }
        let held = try count("held")
        let rounds = all.dropLast()
        let isOneSaying = rounds.isEmpty || rounds.count(where: { $0["verdict"]?.string == "held" }) == held
        guard isOneSaying else {
            throw CommandFailure(
                "\(path.escapingControls): \(rounds.count) rounds stand in it, and not \(held) of them held as its last line says",
                status: ExitStatus.usage)
        }
        return StabilityEvidence(
            source: path, verdict: try reader.text("verdict"), from: try reader.time("from"), to: try reader.time("to"),
            planned: try count("planned"), held: held,
            others: try count("failed") + count("unknown") + count("missed"), logs: try logs(json["logs"], path))
    }

    private static func logs(_ json: JSONValue?, _ path: String) throws -> StabilityEvidence.Logs? {
        guard let json, !json.isNull else { return nil }
        let reader = Members(json, path)
        return StabilityEvidence.Logs(
            warning: try reader.text("warning"), verdict: try reader.text("verdict"), reason: json["reason"]?.string,
            revision: json["revision"]?.string, entries: Int(json["entries"]?.int ?? 0))
    }

    /// Looks for a warning in logs, within the window of a record.
    static func look(
        for warning: String, in sources: [String], _ stability: StabilityEvidence, revision: String?
    ) throws -> StabilityEvidence.Logs {
        let sought: WarningSearch.Sought =
            warning == WarningSearch.Sought.anyProblem.name ? .anyProblem : .text(warning)
        let from = Int64(stability.from * 1e9)
        var search = WarningSearch(
            sought, in: from...max(from, Int64(stability.to * 1e9)), revision: revision,
            mapping: try LogsConfiguration.mapping(path: nil))
        for input in LogInput.inputs(sources).inputs { search.read(input) }
        let finding = search.finding
        var verdict = "absent"
        var reason: String?
        switch finding.verdict {
        case .absent: break
        case .present: verdict = "present"
        case .unknown(let why): (verdict, reason) = ("unknown", why)
        }
        return StabilityEvidence.Logs(
            warning: warning, verdict: verdict, reason: reason, revision: finding.revision, entries: finding.entries)
    }

    // MARK: JSON

    private static func schema(_ json: JSONValue) -> String? { json["schema"]?.string }

    /// A text of JSON, or a text a line.
    private static func lines(_ bytes: [UInt8], _ path: String) throws -> [JSONValue] {
        if let whole = try? JSONValue.parse(bytes) { return [whole] }
        var values: [JSONValue] = []
        for (index, line) in bytes.split(separator: 0x0A).enumerated() {
            do {
                values.append(try JSONValue.parse(line))
            } catch {
                throw CommandFailure(
                    "\(path.escapingControls):\(index + 1): is no JSON: \(error)", status: ExitStatus.usage)
            }
        }
        return values
    }

    /// The members of a report that must be there.
    private struct Members {
        let json: JSONValue
        let path: String

        init(_ json: JSONValue, _ path: String) {
            self.json = json
            self.path = path
        }

        func broken(_ name: String) -> CommandFailure {
            CommandFailure(
                "\(path.escapingControls): \(name) is missing, or not what it should be", status: ExitStatus.usage)
        }

        func text(_ name: String) throws -> String {
            guard let value = json[name]?.string, !value.isEmpty else { throw broken(name) }
            return value
        }

        /// Seconds since 1970.
        func time(_ name: String) throws -> Double {
            guard let seconds = GardenTime.seconds(try text(name)) else { throw broken(name) }
            return seconds
        }
    }
}

/// Times in reports.
enum GardenTime {
    /// ISO 8601. One without a zone, as older versions of pytest write it, is local time.
    static func seconds(_ text: String) -> Double? {
        let styles: [Date.ISO8601FormatStyle] = [
            .iso8601, .init(includingFractionalSeconds: true), .init(timeZoneSeparator: .colon),
            .init(timeZoneSeparator: .colon, includingFractionalSeconds: true),
        ]
        for style in styles { if let date = try? style.parse(text) { return date.timeIntervalSince1970 } }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        for format in ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "yyyy-MM-dd'T'HH:mm:ss"] {
            formatter.dateFormat = format
            if let date = formatter.date(from: text) { return date.timeIntervalSince1970 }
        }
        return nil
    }

    static func text(_ seconds: Double) -> String { Date(timeIntervalSince1970: seconds).formatted(.iso8601) }
}
