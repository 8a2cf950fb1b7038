public import Foundation

/// Checks JSON against a JSON Schema: the keywords that the schemas of this repository use. One that it does not know is a
/// problem, so that a schema is never believed to say more than is checked.
public struct JSONSchema {
    private let root: [String: Any]

    public init(_ data: Data) throws {
        guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CocoaError(.propertyListReadCorrupt)
        }
        self.root = root
    }

    private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description", "default"]

    /// What is wrong, each with its place; empty when the value is valid.
    public func problems(in data: Data) throws -> [String] {
        let value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        return check(value, root, at: "$")
    }

    private func check(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
        var problems: [String] = []
        for (keyword, wanted) in schema.sorted(by: { $0.key < $1.key }) {
            switch keyword {
            case "$ref": problems += check(value, definition(wanted as! String), at: place)
            case "type":
                let types = wanted as? [String] ?? [wanted as! String]
                if !types.contains(where: { Self.isOf(type: $0, value) }) {
                    problems.append("\(place): is no \(types)")
                }
            case "enum":
                if !(wanted as! [Any]).contains(where: { Self.equal($0, value) }) {
                    problems.append("\(place): \(value) is none of \(wanted)")
                }
            case "const":
                if !Self.equal(wanted, value) { problems.append("\(place): \(value) is not \(wanted)") }
            case "required":
                guard let object = value as? [String: Any] else { continue }
                for name in wanted as! [String] where object[name] == nil {
                    problems.append("\(place): \(name) is missing")
                }
            case "properties": problems += members(value, wanted as! [String: Any], at: place)
            case "additionalProperties":
                problems += others(value, wanted, schema["properties"] as? [String: Any] ?? [:], at: place)
            case "items":
                for (index, element) in (value as? [Any] ?? []).enumerated() {
                    problems += check(element, wanted as! [String: Any], at: "\(place)[\(index)]")
                }
            case "anyOf":
                let all = (wanted as! [[String: Any]]).map { check(value, $0, at: place) }
                if !all.contains(where: \.isEmpty) { problems.append("\(place): fits none of anyOf") }
            case "pattern":
                if let text = value as? String, text.range(of: wanted as! String, options: .regularExpression) == nil {
                    problems.append("\(place): \(text) does not match \(wanted)")
                }
            case "minLength":
                if let text = value as? String, text.count < wanted as! Int {
                    problems.append("\(place): is too short")
                }
            case "minimum":
                if let number = value as? Double, number < wanted as! Double {
                    problems.append("\(place): \(number) is too small")
                }
            case "maximum":
                if let number = value as? Double, number > wanted as! Double {
                    problems.append("\(place): \(number) is too large")
                }
            default:
                if !Self.annotations.contains(keyword) {
                    problems.append("\(place): the keyword \(keyword) is not checked")
                }
            }
        }
        return problems
    }

    private func definition(_ reference: String) -> [String: Any] {
        var node: Any = root
        for part in reference.split(separator: "/").dropFirst() { node = (node as! [String: Any])[String(part)]! }
        return node as! [String: Any]
    }

    private func members(_ value: Any, _ properties: [String: Any], at place: String) -> [String] {
        guard let object = value as? [String: Any] else { return [] }
        return object.sorted { $0.key < $1.key }.flatMap { name, member in
            (properties[name] as? [String: Any]).map { check(member, $0, at: "\(place).\(name)") } ?? []
        }
    }

    private func others(_ value: Any, _ wanted: Any, _ properties: [String: Any], at place: String) -> [String] {
        guard let object = value as? [String: Any] else { return [] }
        return object.filter { properties[$0.key] == nil }.sorted { $0.key < $1.key }.flatMap { name, member in
            if let schema = wanted as? [String: Any] { return check(member, schema, at: "\(place).\(name)") }
            return wanted as! Bool ? [] : ["\(place): \(name) is not known"]
        }
    }

    private static func isOf(type: String, _ value: Any) -> Bool {
        switch type {
        case "object": return value is [String: Any]
        case "array": return value is [Any]
        case "string": return value is String
        case "null": return value is NSNull
        case "boolean": return isBoolean(value)
        case "number": return value is NSNumber && !isBoolean(value)
        case "integer": return !isBoolean(value) && (value as? Double).map { $0 == $0.rounded() } ?? false
        default: return false
        }
    }

    private static func isBoolean(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return false }
        return ["c", "B"].contains(String(cString: number.objCType))
    }

    private static func equal(_ a: Any, _ b: Any) -> Bool {
        guard let a = a as? NSObject, let b = b as? NSObject else { return "\(a)" == "\(b)" }
        return a == b
    }
}
