import ArgumentParser
import CanonFacts
import CanonPython
import Foundation

/// `canon python check`: whether files parse.
struct PythonCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say which Python files do not parse, and why.",
        discussion: """
            The verdict is that of CPython's ast.parse of the chosen version. A folder stands for every *.py beneath it, \
            hidden ones too; symbolic links are not followed.

            Ends with status 0 when all files parse, 1 when one does not, 2 for a command line that cannot be used, 3 when a \
            file could not be read.

            Examples:
              canon python check .
              canon python check --python 3.8 --format json src tests > verdicts.json
              canon python check --no-cache --jobs 1 setup.py
            """
    )

    @Argument(help: "Files and folders.", completion: .file()) var paths: [String]
    @OptionGroup var options: PythonOptions
    @OptionGroup var threads: JobOptions
    @OptionGroup var cache: CacheOptions
    @Option(help: "How to print the report.") var format = ReportFormat.terminal

    func run() async throws {
        let run = try PythonRun(paths: paths, options: options, jobs: threads.count, cache: cache)
        let verdicts = run.map { file, outcome -> PythonVerdicts.Problem? in
            switch outcome {
            case .failure(let reason): .unread(reason)
            case .success(let facts):
                facts.error.map { .broken($0, excerpt: Self.excerpt(of: file, line: Int($0.line))) }
            }
        }
        run.finish()
        let report = PythonVerdicts(version: options.version, files: run.files, problems: verdicts)
        switch format {
        case .json: Terminal.output.write(report.json())
        case .terminal: report.write(to: .output, summary: options.quiet ? nil : .output)
        }
        try run.reportUnlisted()
        guard report.unreadCount == 0 else { throw ExitStatus.unknown }
        guard report.brokenCount == 0 else { throw ExitStatus.failed }
    }

    /// The text of a line, when it is UTF-8 and short enough to be of use.
    private static func excerpt(of file: SourceFile, line: Int) -> String? {
        var reader = SourceReader()
        guard case .success(let bytes) = reader.load(file) else { return nil }
        var start = 0
        for _ in 1..<max(1, line) {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
        }
        let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
        guard end - start <= 160 else { return nil }
        return String(validating: bytes[start..<end], as: UTF8.self)
    }
}
