import ArgumentParser
import CanonGateway
import CanonPython
import Foundation

/// What every command that reads Python takes.
struct PythonOptions: ParsableArguments {
    @Option(
        name: .customLong("python"), help: "The version whose grammar counts: 3.8 to 3.14; default: 3.13.",
        completion: .list(PythonVersion.allCases.map(\.description)), transform: version)
    var version = PythonVersion.v3_13

    @Flag(help: "Print neither progress nor a summary.") var quiet = false

    /// Where progress goes.
    var progressTerminal: Terminal { Terminal(descriptor: STDERR_FILENO, quiet: quiet) }

    static func version(_ text: String) throws -> PythonVersion {
        guard let version = PythonVersion(text) else {
            let known = PythonVersion.allCases.map(\.description).joined(separator: ", ")
            throw ValidationError("there is no grammar of Python '\(text)' here; there are \(known)")
        }
        return version
    }
}

/// How many threads work.
struct JobOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How many files are read at the same time; default: one for each core.")
    var jobs: Int?

    func validate() throws {
        guard jobs ?? 1 >= 1 else { throw ValidationError("--jobs must be at least 1") }
    }

    var count: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// Whether facts are remembered from run to run.
struct CacheOptions: ParsableArguments {
    @Flag(
        help:
            "Neither read nor write the cache of facts, which is in $XDG_CACHE_HOME/canon/facts or ~/.cache/canon/facts."
    )
    var noCache = false

    @Flag(help: "Compare the contents of every file with the cache, not only its size, times and inode.")
    var verifyCache = false

    /// Nil for no cache.
    func settings(environment: [String: String] = ProcessInfo.processInfo.environment) -> CacheSettings? {
        guard !noCache, let root = FactCache.defaultRoot(environment: environment) else { return nil }
        return CacheSettings(root: root, verifies: verifyCache)
    }
}

/// The same as a value.
struct CacheSettings {
    /// The folder of the cache.
    var root: String
    /// Contents are compared, not what the file system says of them.
    var verifies = false

    func open(for version: PythonVersion) -> FactCache { open(build: Self.build, version) }

    /// For the facts of another program.
    func open(build: String, _ version: PythonVersion = .v3_13) -> FactCache {
        // A limit on the size of files (ulimit -f) is to fail the write, not to end the program.
        signal(SIGXFSZ, SIG_IGN)
        return FactCache(root: root, build: build, version: version)
    }

    /// Facts come from the program that made them: another build, even of the same version, may know more.
    private static var build: String {
        "\(ProductVersion.description) \(FactCache.build(ofProgram: "/proc/self/exe") ?? "")"
    }
}

/// How a command prints its report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case terminal, json
}
