import ArgumentParser
import CanonCodeModel
import CanonFacts
import CanonWire
import Foundation

/// `canon audit where`: what an import gives, and how it gets there.
struct AuditWhereCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "where",
        abstract:
            "Say what an import statement or a dotted name gives: the object, its place, and each statement on the way.",
        discussion: """
            Examples:
              canon audit where 'from app.manager import Manager'
              canon audit where app.manager.Manager.send

            Ends with status 0 when it is found, 1 when it is not there, 2 for a command line that cannot be used, 3 when it \
            cannot be told.
            """
    )

    @Argument(help: "An import statement, or a dotted name.") var what: String
    @Option(help: "How to print the answer.") var format = ReportFormat.terminal
    @OptionGroup var options: ProgramOptions

    func run() async throws {
        let names = try Self.dottedNames(what)
        let program = try Program(options)
        let model = program.model
        var answers: [JSONValue] = []
        var status = ExitStatus.success
        for name in names {
            let answer = Answer(name: name, resolution: model.resolve(name), model: model)
            if answer.status.rawValue > status.rawValue { status = answer.status }
            switch format {
            case .json: answers.append(.object(answer.json))
            case .terminal: answer.write(to: .output)
            }
        }
        if format == .json {
            Terminal.output.write(
                JSONValue.object(["schema": "canon.where/1", "answers": .array(answers)]).encoded + [0x0A])
        }
        guard status == ExitStatus.success else { throw status }
        try program.requireComplete()
    }

    /// `from a import b, c as d` names `a.b` and `a.c`; `import a.b` and `a.b` name `a.b`.
    static func dottedNames(_ text: String) throws -> [String] {
        var words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "(" || $0 == ")" }.map(String.init)
        if words.count == 1 { return words }
        var prefix = ""
        if words.first == "from" {
            guard words.count >= 4, words[2] == "import" else {
                throw ValidationError("'\(text)' is no import statement")
            }
            guard !words[1].hasPrefix(".") else {
                throw ValidationError("a relative import means something only in its file: name the package")
            }
            prefix = words[1] + "."
            words.removeFirst(3)
        } else if words.first == "import" {
            words.removeFirst()
        } else {
            throw ValidationError("'\(text)' is neither an import statement nor a dotted name")
        }
        let names = words.joined(separator: " ").split(separator: ",").compactMap { $0.split(separator: " ").first }
        guard !names.isEmpty, names != ["*"] else { throw ValidationError("'\(text)' names nothing to look for") }
        return names.map { prefix + $0 }
    }
}

private struct Answer {
    let name: String
    let resolution: Resolution
    let model: CodeModel

    var status: ExitCode {
        switch resolution.target {
        case .object, .module, .variable, .external: ExitStatus.success
        case .missing: ExitStatus.failed
        case .unresolved: ExitStatus.unknown
        }
    }

    private var kind: String {
        switch resolution.target {
        case .object: "object"
        case .module: "module"
        case .variable: "variable"
        case .external: "external"
        case .missing: "missing"
        case .unresolved: "unresolved"
        }
    }

    private var place: Place? {
        switch resolution.target {
        case .object(let object): model.place(of: object)
        case .variable(let place): place
        case .module(let module): model.file(of: module).map { Place(file: $0, line: 1) }
        case .external, .missing, .unresolved: nil
        }
    }

    private var symbol: String {
        switch resolution.target {
        case .object(let object): model.symbol(of: object)
        case .module(let module): model.name(of: module)
        case .variable: name
        case .external(let name): name
        case .missing(let missing): missing.part
        case .unresolved(let reason): "\(reason)"
        }
    }

    var json: JSONObject {
        var object: JSONObject = ["name": .string(name), "kind": .string(kind), "object": .string(symbol)]
        if let found = resolution.object { object["role"] = .string(model.role(of: found).rawValue) }
        if let place {
            object["defined"] = ["path": .string(model.path(of: place.file)), "line": .int(Int64(place.line))]
        }
        if case .missing(let missing) = resolution.target {
            object["missing_in"] = missing.module.map { .string(model.name(of: $0)) } ?? .null
        }
        object["chain"] = .array(
            resolution.hops.map { hop in
                [
                    "path": .string(model.path(of: hop.file)), "line": .int(Int64(hop.line)),
                    "text": .string(model.text(of: hop)),
                ]
            })
        return object
    }

    func write(to terminal: Terminal) {
        terminal.writeLine(terminal.styled(name.escapingControls, .bold) + ": " + headline.escapingControls)
        for hop in resolution.hops {
            let place = model.text(of: Place(file: hop.file, line: hop.line))
            terminal.writeLine("    \(place)  \(model.text(of: hop))".escapingControls)
        }
    }

    private var headline: String {
        let at = place.map { " at " + model.text(of: $0) } ?? ""
        switch resolution.target {
        case .object(let object):
            let (role, because) = model.explainedRole(of: object)
            return "\(model.kind(of: object)) \(symbol)\(at) (\(role.rawValue): \(because))"
        case .module: return "module \(symbol)\(at)"
        case .variable: return "a value\(at)"
        case .external: return "outside of the tree: \(symbol)"
        case .missing(let missing):
            return
                "not there: \(missing.module.map { "\(model.name(of: $0)) has no" } ?? "no search root has") '\(missing.part)'"
        case .unresolved(let reason): return "cannot be told: \(reason)"
        }
    }
}
