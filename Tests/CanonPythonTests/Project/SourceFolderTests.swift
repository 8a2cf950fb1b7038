import Foundation
import Testing

@testable import CanonPython

@Suite("Finding files")
struct SourceFolderTests {
    @Test("any number of threads finds the same files in the same order", arguments: [1, 2, 5])
    func order(jobs: Int) throws {
        let project = try TemporaryProject()
        var names: [String] = []
        for outer in ["b", "a", "a.b", "a-b", ".hidden", "Z"] {
            for inner in ["", "x/", "x/y/", "é/"] {
                for file in ["m.py", "M.py", "a.py", ".py", "ä.py"] { names.append("\(outer)/\(inner)\(file)") }
            }
        }
        for name in names { try project.write(name, "") }
        try project.write("a/no.txt", "")
        var folder = SourceFolder(suffix: ".py", jobs: jobs, leavesOut: { $0 == "b/x" })
        try folder.add(argument: project.folder)
        let wanted = names.filter { !$0.hasPrefix("b/x/") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(folder.files.map(\.name) == wanted)
        #expect(folder.files.allSatisfy { $0.path == Array((project.folder + "/" + $0.name).utf8CString) })
        #expect(folder.unreadable.isEmpty)
    }

    @Test("links inside of a folder are not followed")
    func links() throws {
        let project = try TemporaryProject()
        try project.write("a/m.py", "")
        for (link, target) in [("a/loop", ".."), ("a/link.py", "m.py")] {
            try FileManager.default.createSymbolicLink(
                atPath: project.folder + "/" + link, withDestinationPath: target)
        }
        var folder = SourceFolder(suffix: ".py", jobs: 2)
        try folder.add(argument: project.folder + "/")
        #expect(folder.files.map(\.name) == ["a/m.py"])
    }
}
