import CoreFoundation
import Foundation
import Testing

@testable import canon

@Suite("Where reports are written")
struct ReportOutputTests {
    private static func folder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "canon-output-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test("a file is replaced whole, and appended to where that is asked")
    func files() throws {
        try Self.folder { folder in
            let path = folder + "/report"
            try ReportOutput.write(Array("long text".utf8), to: path)
            try ReportOutput.write(Array("text".utf8), to: path)
            try ReportOutput.append(Array("more".utf8), to: path)
            try ReportOutput.append(Array("new".utf8), to: path + "2")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "textmore")
            #expect(try String(contentsOfFile: path + "2", encoding: .utf8) == "new")
            let refusal = #expect(throws: CommandFailure.self) { try ReportOutput.write([], to: folder) }
            #expect(refusal?.status == ExitStatus.unknown)
        }
    }

    @Test("a link leads to the file that is replaced, and that keeps its permissions")
    func links() throws {
        try Self.folder { folder in
            let path = folder + "/report"
            try Data("old".utf8).write(to: URL(fileURLWithPath: path))
            try #require(chmod(path, 0o640) == 0 && symlink("report", folder + "/link") == 0)
            try ReportOutput.write(Array("new".utf8), to: folder + "/link")
            var status = stat()
            #expect(lstat(folder + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            try #require(symlink("nowhere", folder + "/dangling") == 0)
            #expect(throws: CommandFailure.self) { try ReportOutput.write([], to: folder + "/dangling") }
            // Nothing but what was there before.
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["dangling", "link", "report"])
        }
    }

    @Test("a manifest and drafts go through the same writer")
    func manifests() throws {
        try Self.folder { folder in
            try Data("x = 1\n".utf8).write(to: URL(fileURLWithPath: folder + "/a.py"))
            let manifest = folder + "/canon.yaml"
            try Data("# ours\n".utf8).write(to: URL(fileURLWithPath: folder + "/shared.yaml"))
            try #require(symlink("shared.yaml", manifest) == 0)
            let reader = try AuditReader(
                AuditSettings(
                    path: folder, config: nil, python: nil, jobs: 1, cache: nil,
                    progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false)))
            try ManifestProposal(reader: reader).write()
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: manifest) == "shared.yaml")
            #expect(try String(contentsOfFile: folder + "/shared.yaml", encoding: .utf8).hasPrefix("# ours\n"))
            #expect(try String(contentsOfFile: folder + "/shared.yaml", encoding: .utf8).contains("audit:"))
        }
    }

    @Test("what is no file is written to, and is what it was afterwards")
    func pipes() throws {
        try Self.folder { folder in
            let path = folder + "/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            // Both ends, so that neither side waits for the other.
            let descriptor = open(path, O_RDWR | O_NONBLOCK)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            try ReportOutput.write(Array("report".utf8), to: path)
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = read(descriptor, &buffer, buffer.count)
            #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "report")
        }
    }
}
