import CanonWire

/// What a check has found.
enum CheckResult: Sendable, Equatable {
    case ok(String)
    /// Works, and deserves a look.
    case warning(String, remedy: String)
    case failed(String, remedy: String)
    /// There was nothing to check.
    case skipped(String)

    var status: String {
        switch self {
        case .ok: "ok"
        case .warning: "warning"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    var detail: String {
        switch self {
        case .ok(let detail), .warning(let detail, _), .failed(let detail, _), .skipped(let detail): detail
        }
    }

    var remedy: String? {
        switch self {
        case .warning(_, let remedy), .failed(_, let remedy): remedy
        case .ok, .skipped: nil
        }
    }
}

/// The findings of one run of `canon doctor`.
struct DoctorReport: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var name: String
        var finding: CheckResult
    }

    var entries: [Entry] = []

    var failed: Int { entries.count { $0.finding.status == "failed" } }
    var warnings: Int { entries.count { $0.finding.status == "warning" } }

    func table(on terminal: Terminal) -> String {
        var table = TableWriter(["CHECK", "STATUS", "FOUND"])
        for entry in entries {
            let style: Style =
                switch entry.finding {
                case .ok: .green
                case .warning: .yellow
                case .failed: .red
                case .skipped: .dim
                }
            table.add([.init(entry.name), .init(entry.finding.status, style), .init(entry.finding.detail)])
            if let remedy = entry.finding.remedy { table.add(["", "", .init("→ " + remedy)]) }
        }
        let summary = "\(entries.count) checks: \(failed) failed, \(warnings) to look at"
        return table.render(on: terminal) + "\n" + summary + "\n"
    }

    /// `canon.doctor/1`. Members are added in later versions, never renamed or removed.
    var json: JSONObject {
        [
            "schema": "canon.doctor/1",
            "failed": .int(Int64(failed)),
            "warnings": .int(Int64(warnings)),
            "checks": .array(
                entries.map { entry in
                    [
                        "name": .string(entry.name), "status": .string(entry.finding.status),
                        "detail": .string(entry.finding.detail),
                        "remedy": entry.finding.remedy.map(JSONValue.string) ?? .null,
                    ]
                }),
        ]
    }
}
