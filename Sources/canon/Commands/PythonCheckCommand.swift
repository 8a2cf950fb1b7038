import ArgumentParser
import CanonPython
import Foundation
import Synchronization

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
            """
    )

    @Argument(help: "Files and folders.", completion: .file()) var paths: [String]
    @OptionGroup var options: PythonOptions
    @OptionGroup var threads: JobOptions
    @Option(help: "How to print the report.") var format = ReportFormat.terminal

    func run() async throws {
        var folder = SourceFolder(suffix: ".py")
        for path in paths { try folder.add(argument: path) }
        let report = Self.verdicts(
            of: folder.files, version: options.version, jobs: threads.count, progress: options.progressTerminal)
        switch format {
        case .json: Terminal.output.write(report.json())
        case .terminal:
            report.write(to: Terminal(descriptor: STDOUT_FILENO), summary: options.quiet ? nil : .output)
        }
        for (path, reason) in folder.unreadable {
            Terminal.errors.writeLine("error: \(path): cannot be listed: \(reason)")
        }
        guard folder.unreadable.isEmpty, report.unreadCount == 0 else { throw ExitStatus.unknown }
        guard report.brokenCount == 0 else { throw ExitStatus.failed }
    }

    /// What one thread keeps from file to file.
    private struct Worker: ~Copyable {
        var reader = SourceReader()
        var parser: PythonParser
    }

    static func verdicts(of files: [SourceFile], version: PythonVersion, jobs: Int, progress: Terminal)
        -> PythonVerdicts
    {
        let bar = Mutex(ProgressBar("Python", on: progress))
        let verdicts = ParallelWork.map(
            files.indices, jobs: jobs, makeWorker: { Worker(parser: PythonParser(version: version)) },
            progress: { done in bar.withLock { $0.update(done: done, of: files.count) } },
            { worker, index in
                verdict(of: files[index], &worker)
            })
        bar.withLock { $0.finish() }
        return PythonVerdicts(version: version, files: files, verdicts: verdicts)
    }

    private static func verdict(of file: SourceFile, _ worker: inout Worker) -> PythonVerdicts.Verdict {
        switch worker.reader.load(file) {
        case .failure(let error): PythonVerdicts.Verdict(problem: .unread(error))
        case .success(let bytes):
            PythonVerdicts.Verdict(
                problem: worker.parser.parse(bytes).map { .broken($0, excerpt: excerpt(of: bytes, line: $0.line)) },
                byteCount: bytes.count)
        }
    }

    /// The text of a line, when it is UTF-8 and short enough to be of use.
    private static func excerpt(of bytes: UnsafeRawBufferPointer, line: Int) -> String? {
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
