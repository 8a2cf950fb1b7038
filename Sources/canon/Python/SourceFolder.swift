import CoreFoundation
import Foundation

/// A file to read, and how reports name it.
struct SourceFile: Sendable {
    /// The path to open, NUL at the end. Kept as bytes: a name need not be UTF-8.
    let path: [CChar]
    /// Relative to the argument that found it; the argument itself when that is a file.
    let name: String
}

/// Finds the source files that arguments name.
///
/// A folder stands for every file beneath it with the suffix, hidden ones and ignored ones too: what is skipped cannot be
/// found. Symbolic links inside of it are not followed, so that nothing is read twice and no loop is walked.
struct SourceFolder {
    let suffix: String
    private(set) var files: [SourceFile] = []
    /// Folders that could not be listed, with the reason.
    private(set) var unreadable: [(path: String, reason: SystemError)] = []

    init(suffix: String) { self.suffix = suffix }

    /// - Throws: `CommandFailure` when there is no such file or folder.
    mutating func add(argument: String) throws {
        var status = stat()
        guard stat(argument, &status) == 0 else {
            throw CommandFailure("\(argument): \(SystemError.last)", status: ExitStatus.usage)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            files.append(SourceFile(path: argument.utf8CString.map { $0 }, name: argument))
            return
        }
        let first = files.count
        let prefix = argument.hasSuffix("/") ? argument : argument + "/"
        var folders: [[UInt8]] = [[]]
        while let folder = folders.popLast() { list(folder, under: Array(prefix.utf8), &folders) }
        // readdir has no order, and reports must have one.
        files[first...].sort {
            $0.path.lexicographicallyPrecedes($1.path) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
        }
    }

    /// Lists one folder, by its path relative to the argument ("a/b/"), and notes the folders in it.
    private mutating func list(_ folder: [UInt8], under prefix: [UInt8], _ folders: inout [[UInt8]]) {
        let path = prefix + folder
        let wanted = Array(suffix.utf8)
        guard let directory = opendir(path.map { CChar(bitPattern: $0) } + [0]) else {
            unreadable.append((String(decoding: path, as: UTF8.self), .last))
            return
        }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            switch kind(of: entry.pointee.d_type, path: path, name: name) {
            case UInt8(DT_DIR): folders.append(folder + name + [0x2F])
            case UInt8(DT_REG) where name.suffix(wanted.count).elementsEqual(wanted):
                let relative = folder + name
                files.append(
                    SourceFile(
                        path: (prefix + relative).map { CChar(bitPattern: $0) } + [0],
                        name: String(decoding: relative, as: UTF8.self)))
            default: break
            }
        }
    }

    /// Some file systems do not tell the kind while listing.
    private func kind(of type: UInt8, path: [UInt8], name: [UInt8]) -> UInt8 {
        guard type == UInt8(DT_UNKNOWN) else { return type }
        var status = stat()
        guard lstat((path + name).map { CChar(bitPattern: $0) } + [0], &status) == 0 else { return type }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return UInt8(DT_DIR)
        case S_IFREG: return UInt8(DT_REG)
        default: return type
        }
    }
}
