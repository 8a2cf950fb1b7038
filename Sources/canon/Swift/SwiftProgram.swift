import CanonFacts
import CanonPython
import Foundation

/// The program that reads Swift: `canon-swift`, beside this one or where `CANON_SWIFT` says.
struct SwiftProgram: Sendable {
    static let name = "canon-swift"
    static let variable = "CANON_SWIFT"

    let path: String

    /// Nil when there is none, or the variable is empty.
    ///
    /// - Throws: `CommandFailure` when the variable names something else than a program.
    static func find(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> SwiftProgram? {
        if let path = environment[variable] {
            guard !path.isEmpty else { return nil }
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw CommandFailure(
                    "\(variable) names \(path.escapingControls), which is no program", status: ExitStatus.usage)
            }
            return SwiftProgram(path: path)
        }
        guard let own = Bundle.main.executableURL else { return nil }
        // `canon` may be a link; then the other one may be beside the link or beside the program itself.
        for place in [own, own.resolvingSymlinksInPath()] {
            let path = place.deletingLastPathComponent().appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: path) { return SwiftProgram(path: path) }
        }
        return nil
    }

    /// What to do when there is none.
    static let remedy =
        "canon-swift is not beside canon. Build it (make build-swift) and install it beside canon, name it in \(variable), or "
        + "narrow the audit with `languages: [python]` in the manifest"

    /// What tells its builds apart; see `FactCache`.
    var build: String { "swift \(FactCache.build(ofProgram: path) ?? "")" }

    /// The facts of sources, in their order.
    ///
    /// - Parameter jobs: how many processes work at most.
    /// - Throws: `CommandFailure` when the program cannot be used.
    func facts(of sources: [ForeignFiles.Request], jobs: Int) throws -> [FileFacts?] {
        guard !sources.isEmpty else { return [] }
        // A process for a few files takes longer to start than to work.
        let processes = max(1, min(jobs, sources.count / Self.leastPerProcess))
        let results = ParallelWork.map(0..<processes, jobs: processes, makeWorker: {}) { _, number in
            // Files beside each other are of one size: each process takes every so many-th.
            let own = stride(from: number, to: sources.count, by: processes).map { sources[$0] }
            return Result { try SwiftConversation(program: path, sources: own).run() }
        }
        var facts = [FileFacts?](repeating: nil, count: sources.count)
        for (number, result) in results.enumerated() {
            for (index, answer) in zip(stride(from: number, to: sources.count, by: processes), try result.get()) {
                facts[index] = answer
            }
        }
        return facts
    }

    private static let leastPerProcess = 8
}
