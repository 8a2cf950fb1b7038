import CanonAudit
import CanonCodeModel
import CanonWire

/// What a replay found, for people and for programs.
struct ReplayReport {
    let model: CodeModel
    let result: ReplayResult
    let names: [RuntimeName]
    let unknown: [(name: String, value: String)]

    /// `{"names": […], "modules": […], "unresolved": […]}`
    func json() -> [UInt8] {
        var object: JSONObject = [
            "schema": "canon.replay/1",
            "names": .array(names.map { .object(json($0)) }),
            "modules": .array(result.modules.map { .object(json($0)) }),
            "unresolved": .array(result.unresolved.map { .object(json($0)) } + unknown.map { .object(json($0)) }),
        ]
        object["stop"] = result.stop.map { .object(json($0)) }
        if let failure = result.failure {
            var place = json(failure.place)
            place["text"] = .string(failure.text)
            object["failure"] = .object(place)
        }
        return JSONValue.object(object).encoded + [0x0A]
    }

    private func json(_ place: Place) -> JSONObject {
        ["path": .string(model.path(of: place.file)), "line": .int(Int64(place.line))]
    }

    private func json(_ name: RuntimeName) -> JSONObject {
        [
            "name": .string(name.name), "object": .string(model.symbol(of: name.object)),
            "role": .string(name.role.rawValue),
            "defined": .object(json(name.place)),
            "chain": .array(
                name.chain.map { hop in
                    var step = json(Place(file: hop.file, line: hop.line))
                    step["text"] = .string(model.text(of: hop))
                    return .object(step)
                }),
        ]
    }

    private func json(_ module: ReplayResult.Module) -> JSONObject {
        var object: JSONObject = ["name": .string(module.name), "state": .string(module.state.rawValue)]
        if module.isDoubtful { object["doubtful"] = true }
        object["path"] = model.file(of: module.module).map { .string(model.path(of: $0)) }
        return object
    }

    private func json(_ note: ReplayNote) -> JSONObject {
        var object = json(note.place)
        object["reason"] = .string(note.reason.rawValue)
        object["text"] = .string(note.text)
        return object
    }

    private func json(_ unknown: (name: String, value: String)) -> JSONObject {
        ["name": .string(unknown.name), "reason": "not known to be a class", "text": .string(unknown.value)]
    }

    // MARK: For people

    func write(to terminal: Terminal, chains: Bool) {
        var table = TableWriter(["NAME", "ROLE", "OBJECT", "DEFINED"])
        for name in names {
            table.add([
                .init(name.name), .init(name.role.rawValue), .init(model.symbol(of: name.object)),
                .init(model.text(of: name.place)),
            ])
        }
        if !names.isEmpty { terminal.write(table.render(on: terminal)) }
        if chains { writeChains(to: terminal) }
        let objects = Set(names.map(\.identity)).count
        let implementations = Set(names.filter { $0.role == .implementation }.map(\.identity)).count
        let place = result.stop.map { " at \(model.text(of: $0))" } ?? ""
        terminal.writeLine(
            "\(AuditFigures.counted(names.count, "name")), \(AuditFigures.counted(objects, "object")), \(AuditFigures.counted(implementations, "implementation"))\(place); "
                + "\(AuditFigures.counted(result.modules.count, "module")) loaded")
        if !unknown.isEmpty {
            terminal.writeLine(
                "\(AuditFigures.counted(unknown.count, "name")) more that may be classes: "
                    + unknown.prefix(5).map { "\($0.name) (\($0.value))" }.joined(separator: ", ").escapingControls)
        }
        if !result.unresolved.isEmpty {
            terminal.writeLine(
                "\(AuditFigures.counted(result.unresolved.count, "statement")) could not be followed; --format json names them"
            )
        }
    }

    private func writeChains(to terminal: Terminal) {
        for name in names {
            terminal.writeLine(terminal.styled(name.name.escapingControls, .bold))
            for hop in name.chain {
                let place = model.text(of: Place(file: hop.file, line: hop.line))
                terminal.writeLine("    \(place)  \(model.text(of: hop))".escapingControls)
            }
        }
    }
}
