import Foundation

/// Whether git has everything that a migration would change, so that it can be looked at and taken back.
struct WorkTreeCheck {
    let place: WorkTreePlace
    private let repository: GitRepository

    /// - Throws: ``ApplyFailure`` outside of a work tree, and where git itself would look elsewhere.
    init(folder: String) throws {
        guard let place = WorkTreePlace(containing: folder), let repository = GitRepository(containing: place.root)
        else {
            throw ApplyFailure(
                .look,
                "\(folder.escapingControls) is in no git work tree, so that nothing could show what was changed, or take it back. "
                    + "git init, git add and git commit make it one")
        }
        self.place = place
        self.repository = repository
        let named = try Self.asked {
            try repository.run(["rev-parse", "--path-format=absolute", "--git-path", "canon-migrate"])
        }
        guard String(decoding: named, as: UTF8.self).trimmingCharacters(in: .newlines) == place.journalFolder else {
            throw ApplyFailure(
                .look,
                "git is told to use another repository than that of \(place.root.escapingControls): unset GIT_DIR, GIT_WORK_TREE "
                    + "and GIT_COMMON_DIR")
        }
    }

    /// - Throws: ``ApplyFailure`` that names the files of these which git could not give back.
    func requireCommitted(_ paths: [String]) throws {
        let tracked = try tracked()
        let changed = try changed()
        var problems: [String] = []
        for path in paths {
            switch tracked[path] {
            case nil: problems.append("\(path): git does not track it")
            case "H"? where changed.contains(path): problems.append("\(path): has changes that are not committed")
            case "H"?: continue
            default: problems.append("\(path): git was told not to look at it (git update-index)")
            }
        }
        guard problems.isEmpty else {
            throw ApplyFailure(
                .look,
                "git could not give these files back; commit them first, or leave them out with --only:"
                    + problems.listed())
        }
    }

    /// How git sees each tracked file: `H` for an ordinary one (git-ls-files(1), -v).
    private func tracked() throws -> [String: String] {
        var tags: [String: String] = [:]
        for line in try Self.asked({ try repository.run(["ls-files", "-v", "-z"]) }).split(separator: 0) {
            guard line.count > 2 else { continue }
            tags[String(decoding: line.dropFirst(2), as: UTF8.self)] = String(decoding: line.prefix(1), as: UTF8.self)
        }
        return tags
    }

    /// What differs from the commit, staged or not.
    private func changed() throws -> Set<String> {
        let output = try Self.asked {
            try repository.run([
                "status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=all",
            ])
        }
        return Set(output.split(separator: 0).map { String(decoding: $0.dropFirst(3), as: UTF8.self) })
    }

    private static func asked(_ question: () throws -> [UInt8]) throws -> [UInt8] {
        do {
            return try question()
        } catch let failure as CommandFailure {
            throw ApplyFailure(.look, failure.description)
        }
    }
}
