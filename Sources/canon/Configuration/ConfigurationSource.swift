import CanonWire

/// Where a value in force came from.
enum ConfigurationSource: Sendable, Equatable {
    case standard
    case file(String, line: Int, column: Int)
    case environment(String)
    case flag(String)

    /// The place as error messages and `canon config` name it: `canon.yaml:3:9`, `CANON_PORT`, `--port`.
    var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .environment(let name): name
        case .flag(let name): name
        }
    }

    var json: JSONValue {
        switch self {
        case .standard: ["kind": "default"]
        case .file(let path, let line, let column):
            ["kind": "file", "path": .string(path), "line": .int(Int64(line)), "column": .int(Int64(column))]
        case .environment(let name): ["kind": "environment", "name": .string(name)]
        case .flag(let name): ["kind": "flag", "name": .string(name)]
        }
    }
}

/// Where each setting in force came from. What is not named here is a default.
struct Provenance: Sendable, Equatable {
    private var sources: [String: ConfigurationSource] = [:]

    subscript(key: String) -> ConfigurationSource {
        get { sources[key] ?? .standard }
        set { sources[key] = newValue }
    }

    /// `canon.yaml:3:9: serve.host`, `CANON_HOST`, `--host`: a file holds many settings, so there the key is added.
    func place(of key: String) -> String {
        switch self[key] {
        case .standard: "serve.\(key) (default)"
        case .file: "\(self[key].description): serve.\(key)"
        case .environment(let name): name
        case .flag(let name): name
        }
    }
}

/// One thing that is wrong with the configuration: where, and what to do.
struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    var place: String
    var message: String

    var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

/// The configuration cannot be used. It carries everything that is wrong, so that one reading mends all of it.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// Never empty.
    var problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "an error without a problem")
        self.problems = problems
    }

    init(_ place: String, _ message: String) {
        problems = [ConfigurationProblem(place: place, message: message)]
    }

    /// One problem a line.
    var description: String { problems.map(\.description).joined(separator: "\n") }
}
