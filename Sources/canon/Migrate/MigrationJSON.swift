import CanonAudit
import CanonGateway
import CanonWire

/// A plan as JSON: docs/schemas/migration-plan.schema.json describes it.
struct MigrationJSON {
    static let schema = "canon.migration/1"

    let plan: MigrationPlan

    var bytes: [UInt8] { JSONValue.object(object).encoded + [0x0A] }

    private var object: JSONObject {
        [
            "schema": .string(Self.schema),
            "tool": ["name": "canon", "version": .string(ProductVersion.description)],
            "verdict": .string(plan.verdict.rawValue), "target": .string(plan.target),
            "sources": .array(plan.sources.map { .string($0) }),
            "statements": .int(Int64(plan.statements)),
            "files": .array(plan.changes.map { file($0) }),
            "unfit": .array(
                plan.unfit.map {
                    [
                        "path": .string($0.path), "line": .int(Int64($0.line)), "call": .string($0.call),
                        "source": .string($0.source), "reason": .string($0.reason),
                    ]
                }),
            "skipsUnfit": .bool(plan.skipsUnfit),
            "fitting": plan.fitting.map { count($0) } ?? .null,
            "left": .array(
                plan.left.map {
                    [
                        "path": .string($0.path), "line": .int(Int64($0.line)), "text": .string($0.text),
                        "reason": .string($0.reason),
                    ]
                }),
            "layers": .array(plan.layers.map { layer($0) }),
            "remaining": count(plan.remaining),
            "incomplete": .array(plan.unread.map { evidence($0) }),
        ]
    }

    private func file(_ change: FileChange) -> JSONValue {
        let lines = change.diff.bytes(for: Terminal(descriptor: -1, isTerminal: false, usesColour: false))
        return [
            "path": .string(change.path), "change": .string(change.outcome == .deleted ? "deleted" : "rewritten"),
            "diff": .string(String(decoding: lines, as: UTF8.self)),
        ]
    }

    private func layer(_ layer: RemovableLayer) -> JSONValue {
        var object: JSONObject = [
            "symbol": .string(layer.symbol), "kind": .string(layer.kind), "path": .string(layer.path),
            "line": .int(Int64(layer.line)),
        ]
        switch layer.fate {
        case .removed(let proof):
            object["fate"] = "removed"
            object["proof"] = .array(proof.map { .string($0) })
        case .blocked(let blockers):
            object["fate"] = "blocked"
            object["blockers"] = .array(blockers.map { evidence($0) })
        }
        return .object(object)
    }

    private func evidence(_ evidence: Evidence) -> JSONValue {
        ["path": .string(evidence.path), "line": .int(Int64(evidence.line)), "text": .string(evidence.text)]
    }

    private func count(_ count: MigrationPlan.Remaining) -> JSONValue {
        ["statements": .int(Int64(count.statements)), "files": .int(Int64(count.files))]
    }
}
