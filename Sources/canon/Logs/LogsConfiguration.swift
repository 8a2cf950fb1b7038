import CanonAudit
import CanonLogs
import Foundation
import Yams

/// The `logs:` section of canon.yaml: where the fields of JSON entries stand.
///
///     logs:
///       fields:
///         message: data.text
///         severity: [data.rank, level]
enum LogsConfiguration {
    static func mapping(path: String?) throws -> FieldMapping {
        let file = path ?? ManifestFile.name
        switch FileReading.contents(of: file, maximumBytes: ConfigurationFile.maximumBytes + 1) {
        case .success(let bytes): return try mapping(bytes, path: file)
        case .failure(let error):
            // Only a file that somebody named must be there.
            if path == nil { return FieldMapping() }
            throw ConfigurationError(file, "cannot be read: \(error)")
        }
    }

    static func mapping(_ bytes: [UInt8], path: String) throws -> FieldMapping {
        var mapping = FieldMapping()
        guard let section = try ConfigurationFile.section("logs", ofFile: path, bytes: bytes) else { return mapping }
        var problems: [ConfigurationProblem] = []
        func report(_ node: Node, _ message: String) {
            let place = node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
            problems.append(ConfigurationProblem(place: place, message: message))
        }
        guard let members = section.mapping else {
            if section.scalar.map({ $0.string.isEmpty || $0.string == "~" || $0.string == "null" }) != true {
                report(section, "logs: expected a mapping with the key fields")
            }
            if !problems.isEmpty { throw ConfigurationError(problems) }
            return mapping
        }
        for (key, value) in members {
            guard key.string == "fields" else {
                report(key, "unknown key \"\(key.string ?? "")\" in logs; known here: fields")
                continue
            }
            guard let fields = value.mapping else {
                report(value, "logs.fields: expected a mapping of fields to paths")
                continue
            }
            for (name, paths) in fields {
                guard let name = name.string, FieldMapping.names.contains(name) else {
                    let nearest = NearestName.of(name.string ?? "", among: FieldMapping.names)
                    let hint =
                        nearest.map { "did you mean \"\($0)\"?" }
                        ?? "known here: \(FieldMapping.names.joined(separator: ", "))"
                    report(name, "unknown key \"\(name.string ?? "")\" in logs.fields; \(hint)")
                    continue
                }
                for node in paths.sequence.map(Array.init) ?? [paths] {
                    guard let path = node.string, mapping.add(name, path: path) else {
                        report(
                            node,
                            "logs.fields.\(name): expected a path of keys with points between them, or a list of such")
                        continue
                    }
                }
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return mapping
    }
}
