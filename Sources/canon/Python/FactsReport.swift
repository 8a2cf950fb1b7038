import ArgumentParser
import CanonFacts
import CanonWire

/// The facts of one file as JSON. The keys are those of `CanonFacts` in snake case; a field that says nothing is left out.
struct FactsReport {
    /// What can be asked for apart, because the whole is large.
    enum Part: String, CaseIterable, ExpressibleByArgument, Sendable {
        case declarations, imports, events, state, fingerprints
    }

    let parts: Set<Part>

    /// One object on one line.
    func line(_ facts: FileFacts, path: String) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 4096)
        append(facts, path: path, to: &writer)
        return writer.bytes
    }

    private func append(_ facts: FileFacts, path: String, to writer: inout JSONWriter) {
        var head: JSONObject = ["path": .string(path), "ok": .bool(facts.error == nil)]
        if let error = facts.error {
            head["error"] = [
                "line": .int(Int64(error.line)), "column": .int(Int64(error.column)), "message": .string(error.message),
            ]
            writer.object(head)
            return
        }
        head["lines"] = .int(Int64(facts.lineCount))
        head["bytes"] = .int(Int64(facts.byteCount))
        head["docstring"] = .bool(facts.hasDocstring)
        writer.raw("{" as StaticString)
        writer.members(head, leadingComma: false)
        if parts.contains(.declarations) {
            list("declarations", facts.declarations.indices, &writer) { declaration(facts, $0) }
        }
        if parts.contains(.imports) {
            let statements = importStatements(facts)
            list("imports", statements.indices, &writer) { importStatement(facts, at: statements[$0]) }
        }
        if parts.contains(.events) { list("events", facts.events.indices, &writer) { event(facts, $0) } }
        if parts.contains(.state) { list("state", facts.state.indices, &writer) { state(facts, $0) } }
        if parts.contains(.fingerprints) {
            list("fingerprints", facts.fingerprints.indices, &writer) { index in
                let fingerprint = facts.fingerprints[index]
                return [
                    "hash": .string(Self.hex(fingerprint.hash)), "line": .int(Int64(fingerprint.line)),
                    "end_line": .int(Int64(fingerprint.endLine)),
                ]
            }
        }
        writer.raw("}" as StaticString)
    }

    private func list(
        _ key: StaticString, _ indices: Range<Int>, _ writer: inout JSONWriter, _ element: (Int) -> JSONObject
    ) {
        writer.raw(",\"" as StaticString)
        writer.raw(key)
        writer.raw("\":[" as StaticString)
        for index in indices {
            if index > indices.lowerBound { writer.raw("," as StaticString) }
            writer.object(element(index))
        }
        writer.raw("]" as StaticString)
    }

    // MARK: Records

    private func declaration(_ facts: FileFacts, _ index: Int) -> JSONObject {
        let item = facts.declarations[index]
        var object: JSONObject = [
            "kind": .string(Words.of(item.kind)), "qualified_name": .string(facts.qualifiedName(of: index)),
            "line": .int(Int64(item.line)), "column": .int(Int64(item.column)), "end_line": .int(Int64(item.endLine)),
        ]
        let pairs = facts.lists[item.decorators.indices]
        if !pairs.isEmpty {
            object["decorators"] = .array(
                stride(from: pairs.startIndex, to: pairs.endIndex, by: 2).map { place in
                    .string(facts.names[Name(rawValue: pairs[place])] + (pairs[place + 1] == 1 ? "()" : ""))
                })
        }
        if item.bases.count > 0 { object["bases"] = .array(facts.texts(item.bases).map { .string($0) }) }
        let keywords = facts.texts(item.keywords)
        if !keywords.isEmpty {
            object["keywords"] = .array(
                stride(from: 0, to: keywords.count, by: 2).map {
                    .object(["name": .string(keywords[$0]), "value": .string(keywords[$0 + 1])])
                })
        }
        if item.kind != .class {
            object["parameters"] = .array(
                facts.parameters[item.parameters.indices].map { parameter in
                    var object: JSONObject = [
                        "name": .string(facts.names[parameter.name]), "kind": .string(Words.of(parameter.kind)),
                    ]
                    if parameter.annotation.exists { object["annotation"] = .string(facts.names[parameter.annotation]) }
                    if parameter.hasDefault { object["default"] = true }
                    return .object(object)
                })
        }
        if item.returns.exists { object["returns"] = .string(facts.names[item.returns]) }
        let flags: [(Declaration.Flags, String)] = [
            (.isGenerator, "generator"), (.hasDocstring, "docstring"), (.isMethod, "method"), (.isStub, "stub"),
            (.isUnresolved, "unresolved"), (.isGeneric, "generic"),
        ]
        for (flag, word) in flags where item.flags.contains(flag) { object[word] = true }
        object["tokens"] = .int(Int64(item.tokenCount))
        object["body_hash"] = .string(Self.hex(item.bodyHash))
        object["shape_hash"] = .string(Self.hex(item.shapeHash))
        return object
    }

    /// Where each import statement begins in the events.
    private func importStatements(_ facts: FileFacts) -> [Int] {
        facts.events.indices.filter { index in
            switch facts.events[index].kind {
            case .importModule, .importName, .importAll: !facts.events[index].flags.contains(.continues)
            default: false
            }
        }
    }

    private func importStatement(_ facts: FileFacts, at index: Int) -> JSONObject {
        let first = facts.events[index]
        let isFrom = first.kind != .importModule
        var names: [JSONValue] = []
        for event in facts.events[index...] {
            guard names.isEmpty || event.flags.contains(.continues) else { break }
            let name = event.kind == .importAll ? "*" : facts.names[event.name]
            names.append([
                "name": .string(name), "alias": event.value.exists ? .string(facts.names[event.value]) : .null,
            ])
        }
        return [
            "within": .string(Self.within(facts, first.declaration)), "line": .int(Int64(first.line)),
            "module": isFrom ? .string(facts.names[first.linkedName]) : .null,
            "level": .int(isFrom ? Int64(first.count) : 0), "names": .array(names),
        ]
    }

    private static func within(_ facts: FileFacts, _ declaration: UInt32) -> String {
        declaration == FileFacts.noIndex ? "" : facts.qualifiedName(of: Int(declaration))
    }

    private func event(_ facts: FileFacts, _ index: Int) -> JSONObject {
        let item = facts.events[index]
        var object: JSONObject = [
            "event": .string(Words.of(item.kind)), "line": .int(Int64(item.line)), "column": .int(Int64(item.column)),
        ]
        if item.name.exists { object["name"] = .string(facts.names[item.name]) }
        switch item.kind {
        case .enter, .leave:
            object["block"] = .string(Words.of(item.block))
            object["other_end"] = .int(Int64(item.link))
            if item.condition != .unknown { object["condition"] = .string(Words.of(item.condition)) }
            if item.value.exists { object["as"] = .string(facts.names[item.value]) }
        case .importModule, .importName, .importAll:
            if item.value.exists { object["as"] = .string(facts.names[item.value]) }
            if item.kind != .importModule {
                object["module"] = .string(facts.names[item.linkedName])
                object["level"] = .int(Int64(item.count))
            }
        case .dynamicImport:
            object["callee"] = .string(facts.names[item.value])
            if item.linkedName.exists { object["package"] = .string(facts.names[item.linkedName]) }
        case .bind, .unbind:
            if item.kind == .bind { object["binding"] = .string(Words.of(item.binding)) }
            object["form"] = .string(Words.of(item.form))
            if item.linkedName.exists { object["key"] = .string(facts.names[item.linkedName]) }
            value(facts, item, &object)
        case .return: value(facts, item, &object)
        case .exports:
            object["change"] = .string(Words.of(item.exports))
            object["names"] = .array(facts.texts(item.list).map { .string($0) })
        case .call:
            object["arguments"] = .int(Int64(item.count))
            if item.value.exists { object["text"] = .string(facts.names[item.value]) }
        case .assertion:
            if item.condition != .unknown { object["condition"] = .string(Words.of(item.condition)) }
        case .use, .raise, .declareGlobal, .declareNonlocal: break
        }
        if item.declaration != FileFacts.noIndex { object["within"] = .string(Self.within(facts, item.declaration)) }
        for (flag, word) in Self.eventFlags where item.flags.contains(flag) { object[word] = true }
        return object
    }

    private func value(_ facts: FileFacts, _ item: Event, _ object: inout JSONObject) {
        if item.valueKind != .none { object["value_kind"] = .string(Words.of(item.valueKind)) }
        if item.value.exists { object["value"] = .string(facts.names[item.value]) }
        if item.container != .none { object["container"] = .string(Words.of(item.container)) }
    }

    private static let eventFlags: [(Event.Flags, String)] = [
        (.unresolved, "unresolved"), (.continues, "continues"), (.awaited, "awaited"), (.decorator, "decorator"),
        (.spread, "spread"), (.keywords, "keywords"), (.annotation, "annotation"),
        (.catchesImportError, "catches_import_error"), (.asynchronous, "asynchronous"),
        (.oneOfSeveral, "one_of_several"),
    ]

    private func state(_ facts: FileFacts, _ index: Int) -> JSONObject {
        let item = facts.state[index]
        var object: JSONObject = [
            "owner": .string(Words.of(item.owner)), "name": .string(facts.names[item.name]),
            "line": .int(Int64(item.line)),
        ]
        if item.declaration != FileFacts.noIndex { object["class"] = .string(Self.within(facts, item.declaration)) }
        if item.container != .none { object["container"] = .string(Words.of(item.container)) }
        if item.annotation.exists { object["annotation"] = .string(facts.names[item.annotation]) }
        if item.valueKind != .none { object["value_kind"] = .string(Words.of(item.valueKind)) }
        if item.value.exists { object["value"] = .string(facts.names[item.value]) }
        let flags: [(StateFact.Flags, String)] = [
            (.setByFunction, "set_by_function"), (.startsEmpty, "starts_empty"), (.isConstant, "constant"),
            (.isClassVariable, "class_variable"), (.isDeclaredOnly, "declared_only"),
        ]
        for (flag, word) in flags where item.flags.contains(flag) { object[word] = true }
        return object
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The cases of the fact types as words in snake case.
enum Words {
    static func of<Value: CaseIterable & RawRepresentable>(_ value: Value) -> String where Value.RawValue == UInt8 {
        snakeCase("\(value)")
    }

    static func snakeCase(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
        }
        return result
    }
}
