import Foundation
import Testing

@testable import canon

@Suite("The folder in which a migration is tried")
struct ScratchFolderTests {
    @Test("leaves what links lead to as it is, while it makes folders writable to remove them")
    func links() throws {
        let place = TemporaryFolder()
        func folder(_ name: String, _ permissions: Int) throws -> String {
            let path = place.path + "/" + name
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: permissions])
            return path
        }
        func permissions(of path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        let outside = try folder("outside", 0o750)
        let scratch = try folder("scratch", 0o700)
        let closed = try folder("scratch/closed", 0o500)
        try FileManager.default.createSymbolicLink(atPath: scratch + "/link", withDestinationPath: outside)
        ScratchFolder.unlock(foldersIn: scratch)
        #expect(try permissions(of: closed) == 0o700)
        #expect(try permissions(of: outside) == 0o750)
    }

    @Test("removes those of processes that are gone, and no other")
    func abandoned() throws {
        let place = TemporaryFolder()
        let living = try ScratchFolder(in: place.path)
        // No process has the number that comes behind the largest one.
        let gone = place.path + "/canon-migrate-\(Int32.max)-abcdef"
        let foreign = place.path + "/canon-migrate-notes"
        for folder in [gone, foreign] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        }
        #expect(ScratchFolder.removeAbandoned(in: place.path) == [gone])
        #expect(FileManager.default.fileExists(atPath: living.path))
        #expect(FileManager.default.fileExists(atPath: foreign))
    }
}
