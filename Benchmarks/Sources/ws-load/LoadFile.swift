import ArgumentParser
import Foundation

/// What is read from files and asked of the system before a load begins.
enum LoadFile {
    /// Lines `ID TOKEN`.
    static func users(_ path: String) throws -> [LoadUser] {
        let users = try text(path).split(separator: "\n").enumerated().map { number, line in
            let parts = line.split(separator: " ")
            guard parts.count == 2 else { throw ValidationError("\(path):\(number + 1): expected `ID TOKEN`") }
            return LoadUser(id: String(parts[0]), token: String(parts[1]))
        }
        guard !users.isEmpty else { throw ValidationError("\(path) names no user") }
        return users
    }

    static func token(_ path: String) throws -> String {
        let token = try text(path).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, !token.contains(where: \.isWhitespace) else {
            throw ValidationError("\(path) holds no token: one line was expected")
        }
        return token
    }

    private static func text(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// Raises the limit of open files of this process, as far as it may.
    static func allowOpenFiles(_ count: Int) throws {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        getrlimit(resource, &limit)
        guard limit.rlim_cur < rlim_t(count) else { return }
        guard limit.rlim_max >= rlim_t(count) else {
            throw ValidationError("\(count) open files are needed and \(limit.rlim_max) allowed: raise `ulimit -Hn`")
        }
        limit.rlim_cur = rlim_t(count)
        setrlimit(resource, &limit)
    }
}
