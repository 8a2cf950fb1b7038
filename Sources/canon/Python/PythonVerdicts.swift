import CanonFacts
import CanonPython
import CanonWire
import Foundation

/// Whether files parse.
struct PythonVerdicts {
    enum Problem: Sendable {
        /// - Parameter excerpt: the line of the error, nil when it is too long to show or not text.
        case broken(FactError, excerpt: String?)
        case unread(SourceFailure)
    }

    let version: PythonVersion
    let files: [SourceFile]
    /// One for each file; nil: it parses.
    let problems: [Problem?]

    var brokenCount: Int { problems.count { if case .broken = $0 { true } else { false } } }
    var unreadCount: Int { problems.count { if case .unread = $0 { true } else { false } } }

    /// What the terminal shows: `path:line:column: message`, and the line with a caret below the place.
    func write(to output: Terminal, summary: Terminal?) {
        for (file, problem) in zip(files, problems) {
            guard let problem else { continue }
            let name = file.name.escapingControls
            switch problem {
            case .unread(let error):
                output.writeLine("\(output.styled(name, .bold)): \(output.styled("cannot be read", .red)): \(error)")
            case .broken(let error, let excerpt):
                let place = "\(name):\(error.line):\(error.column)"
                output.writeLine(
                    "\(output.styled(place, .bold)): \(output.styled("error", .red)): \(error.message.escapingControls)"
                )
                if let excerpt { output.write(Self.pointed(excerpt, column: Int(error.column), on: output)) }
            }
        }
        guard let summary else { return }
        let broken = brokenCount
        let total = "\(files.count) \(files.count == 1 ? "file" : "files")"
        let verdict = broken == 0 ? "all parse" : "\(broken) \(broken == 1 ? "does" : "do") not parse"
        let unread = unreadCount == 0 ? "" : ", \(unreadCount) could not be read"
        summary.writeLine("\(total), \(verdict)\(unread) (Python \(version))")
    }

    /// The line, and a caret below the character of the column. Tabs become spaces so that both line up.
    static func pointed(_ line: String, column: Int, on terminal: Terminal) -> String {
        let scalars = line.unicodeScalars
        let before = String(String.UnicodeScalarView(scalars.prefix(max(0, column - 1))))
        let shown = line.replacingOccurrences(of: "\t", with: "    ").escapingControls
        let width = before.replacingOccurrences(of: "\t", with: "    ").escapingControls.displayWidth
        return "    \(shown)\n    \(String(repeating: " ", count: width))\(terminal.styled("^", .red))\n"
    }

    /// The report as JSON, a file a line.
    func json() -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: files.count * 100)
        writer.raw(#"{"schema":"canon.python-check/1","python":""# as StaticString)
        writer.raw(version.description)
        writer.raw("\",\"files\":[" as StaticString)
        for (index, (file, problem)) in zip(files, problems).enumerated() {
            writer.raw(index == 0 ? "\n" : ",\n" as StaticString)
            var object: JSONObject = ["path": .string(file.name), "ok": .bool(problem == nil)]
            object["error"] = problem?.json
            writer.object(object)
        }
        writer.raw("\n]}\n" as StaticString)
        return writer.bytes
    }
}

extension PythonVerdicts.Problem {
    /// A file that could not be read has neither line nor column.
    var json: JSONValue {
        switch self {
        case .broken(let error, _):
            [
                "line": .int(Int64(error.line)), "column": .int(Int64(error.column)), "message": .string(error.message),
            ]
        case .unread(let error): ["line": .null, "column": .null, "message": .string("cannot be read: \(error)")]
        }
    }
}
