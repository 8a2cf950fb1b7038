import CanonAudit
import Foundation

/// The report of the run before, for `--since-last`: a file that was named, else one for each audited folder in
/// `$XDG_STATE_HOME/canon/audits` (`~/.local/state/canon/audits`). It is no cache: what is lost is a comparison.
struct LastAudit {
    let path: String

    /// - Parameters:
    ///   - file: nil for the one of the folder.
    ///   - folder: the audited one.
    /// - Throws: `CommandFailure` when nobody knows where to keep it.
    init(
        file: String?, folder: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        if let file {
            path = file
            return
        }
        func absolute(_ variable: String) -> String? { environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        // A relative path there is to be ignored (XDG Base Directory Specification).
        guard let state = absolute("XDG_STATE_HOME") ?? absolute("HOME").map({ $0 + "/.local/state" }) else {
            throw CommandFailure(
                "neither XDG_STATE_HOME nor HOME is set, so there is no place for the last result: name one with --last",
                status: ExitStatus.usage)
        }
        let real = URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
        let name = (real as NSString).lastPathComponent
        path = "\(state)/canon/audits/\(name)-\(Fingerprint(rule: "last-audit", symbols: [real])).json"
    }

    enum Earlier {
        case none
        /// What is there cannot be used, and why.
        case damaged(String)
        case report(AuditReport, named: String)
    }

    func read() -> Earlier {
        guard FileManager.default.fileExists(atPath: path) else { return .none }
        switch FileReading.contents(of: path, maximumBytes: 1 << 28) {
        case .failure(let error): return .damaged("cannot be read: \(error)")
        case .success(let bytes):
            do {
                let report = try JSONReport.report(from: bytes)
                return .report(report, named: name(of: report))
            } catch let error as JSONReport.UnknownSchema {
                return .damaged("\(error)")
            } catch {
                return .damaged("is no report of canon audit, or was cut off")
            }
        }
    }

    /// `the last run (1a2b3c4d5e6f, 2026-11-20)`
    private func name(of report: AuditReport) -> String {
        let time = (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate]) as? Date
        let day = time.map {
            "\(CalendarDate(dayNumber: Int(($0.timeIntervalSince1970 / 86_400).rounded(.down))))"
        }
        let commit = report.commit.map { String($0.prefix(12)) + (report.dirty == true ? " with changes" : "") }
        let parts = [commit, day].compactMap(\.self)
        return "the last run" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
    }

    /// Takes the place of what is there, whole.
    ///
    /// - Parameter report: as it was measured, beside nothing.
    /// - Throws: `CommandFailure` when it cannot be written; what was there is then as it was.
    func keep(_ report: AuditReport) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: Paths.parent(of: path), withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
        try ReportOutput.write(JSONReport.bytes(report), to: path)
    }
}
