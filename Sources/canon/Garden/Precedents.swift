import CanonAudit
import CanonVerify
import Foundation

/// What says that a concept was done before: closed claims, closed tracking files, and commits of the past in which it was.
struct Precedents {
    let reader: AuditReader
    /// What every commit is judged by.
    let manifest: Manifest
    let concept: String

    /// Closed claims of `canon-claims.yaml`, or of the file that was named.
    func claims(_ path: String?) throws -> [String] {
        guard let file = try Self.claimsFile(path, root: reader.root) else { return [] }
        return file.claims.filter { $0.isClosed && $0.concept == concept }.map { claim in
            "issue \(claim.id) is closed" + (claim.title.isEmpty ? "" : ": \(claim.title)")
                + (claim.fix.map { " (fix \($0.prefix(12)))" } ?? "")
        }
    }

    static func claimsFile(_ path: String?, root: String) throws -> ClaimsFile? {
        let usual = root == "." ? ClaimsFile.name : root + "/" + ClaimsFile.name
        guard path != nil || FileManager.default.fileExists(atPath: usual) else { return nil }
        return try ClaimsFile.read(path ?? usual, shownAs: path ?? ClaimsFile.name)
    }

    static func files(_ entries: [GardenFolder.Entry], concept: String) -> [String] {
        entries.compactMap { entry in
            guard let file = entry.file, file.concept == concept, file.state == .closed else { return nil }
            return "\((entry.path as NSString).lastPathComponent) was closed"
        }
    }

    /// The last sampled commit in which the concept had one object and every consumer was bound.
    func history(until tip: String, samples: Int, progress: (Int, Int) -> Void) throws -> [String] {
        let report = try HistoryReading(reader: reader, manifest: manifest).report(
            since: nil, until: tip, samples: samples, concept: concept, progress: progress)
        let done = report.samples.dropLast().last { sample in
            guard let found = sample.measurement(of: concept), sample.unread.isEmpty else { return false }
            return found.standing == .measured && found.implementations == 1 && found.bound == found.consumers
        }
        guard let done else { return [] }
        return [
            "at \(done.commit.shortID) (\(done.commit.day)) one object implemented it and every consumer was bound: "
                + done.commit.subject
        ]
    }
}
