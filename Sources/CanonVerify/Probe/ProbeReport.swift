public import CanonWire

/// What one walk through the steps found.
public struct ProbeReport: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let id: String
        public let title: String
        public let asserts: String
        public let section: String
        public let outcome: StepOutcome
        /// Whole milliseconds; 0 for a step that was not run.
        public let milliseconds: Int64
    }

    public enum Verdict: String, Sendable {
        /// Every step held.
        case held
        /// A step failed.
        case failed
        /// No step failed, and not every one could be judged.
        case unknown
    }

    public let url: String
    public let profile: ProbeStep.Profile
    public let startedAt: Timestamp
    public let milliseconds: Int64
    /// What the server calls itself; nil when it does not say.
    public let serverVersion: String?
    public let entries: [Entry]

    public var verdict: Verdict {
        if entries.contains(where: { if case .failed = $0.outcome { true } else { false } }) { return .failed }
        let isWhole = entries.allSatisfy {
            switch $0.outcome {
            case .held, .skipped: true
            case .failed, .unknown, .notRun: false
            }
        }
        return isWhole ? .held : .unknown
    }

    /// The first step that failed.
    public var firstFailure: Entry? {
        entries.first { if case .failed = $0.outcome { true } else { false } }
    }

    public func count(_ name: String) -> Int { entries.count { $0.outcome.name == name } }

    /// Such as `23 steps: 20 held, 1 failed, 2 not run`.
    public var summary: String {
        let parts = ["held", "failed", "unknown", "not run", "skipped"].compactMap { name -> String? in
            let number = count(name)
            return number > 0 || name == "held" || name == "failed" ? "\(number) \(name)" : nil
        }
        return "\(entries.count) steps: " + parts.joined(separator: ", ")
    }

    /// `canon.probe/1`, whose schema is docs/schemas/probe-report.schema.json. Members are added in later versions, never
    /// renamed or removed.
    public var json: JSONObject {
        [
            "schema": "canon.probe/1", "url": .string(url), "profile": .string(profile.rawValue),
            "verdict": .string(verdict.rawValue), "started_at": .string(startedAt.iso8601),
            "duration_ms": .int(milliseconds), "server_version": serverVersion.map(JSONValue.string) ?? .null,
            "counts": .object(
                JSONObject(
                    ["held", "failed", "unknown", "not run", "skipped"].map { name in
                        (key: name.replacing(" ", with: "_"), value: .int(Int64(count(name))))
                    })),
            "steps": .array(entries.map { .object($0.json) }),
        ]
    }
}

extension ProbeReport.Entry {
    fileprivate var json: JSONObject {
        var json: JSONObject = [
            "id": .string(id), "title": .string(title), "asserts": .string(asserts), "section": .string(section),
            "status": .string(outcome.name.replacing(" ", with: "_")), "duration_ms": .int(milliseconds),
        ]
        switch outcome {
        case .held(let detail), .unknown(let detail): json["detail"] = .string(detail)
        case .failed(let expected, let came, let remedy):
            json["expected"] = .string(expected)
            json["came"] = .string(came)
            json["remedy"] = .string(remedy)
        case .notRun(let needs): json["needs"] = .array(needs.map { .string($0) })
        case .skipped: break
        }
        return json
    }
}
