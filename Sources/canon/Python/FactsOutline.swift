import CanonFacts

/// The facts of one file for people: what it imports, keeps, declares, indented as it is nested.
struct FactsOutline {
    let terminal: Terminal

    func text(of facts: FileFacts, path: String) -> String {
        let name = terminal.styled(path.escapingControls, .bold)
        if let error = facts.error {
            return "\(name):\(error.line):\(error.column): \(terminal.styled("error", .red)): "
                + error.message.escapingControls + "\n"
        }
        var text = "\(name)  \(facts.lineCount) lines\n"
        text += imports(of: facts)
        text += state(of: facts, declaration: FileFacts.noIndex, indentation: "  ")
        var depths: [Int] = []
        for (index, item) in facts.declarations.enumerated() {
            let depth = item.parent == FileFacts.noIndex ? 1 : depths[Int(item.parent)] + 1
            depths.append(depth)
            let indentation = String(repeating: "  ", count: depth)
            let lines = terminal.styled("\(item.line)-\(item.endLine)", .dim)
            text += indentation + headline(facts, item) + "  " + lines + "\n"
            text += state(of: facts, declaration: UInt32(index), indentation: indentation + "  ")
        }
        return text
    }

    private func headline(_ facts: FileFacts, _ item: Declaration) -> String {
        let name = facts.names[item.name]
        switch item.kind {
        case .class:
            let bases = facts.texts(item.bases)
            return "class \(name)" + (bases.isEmpty ? "" : "(" + bases.joined(separator: ", ") + ")").escapingControls
        case .function, .asyncFunction:
            let word = item.kind == .function ? "def" : "async def"
            let parameters = facts.parameters[item.parameters.indices].map { parameter in
                let stars =
                    switch parameter.kind {
                    case .variadicPositional: "*"
                    case .variadicKeyword: "**"
                    default: ""
                    }
                return stars + facts.names[parameter.name] + (parameter.hasDefault ? "=..." : "")
            }
            let returns = item.returns.exists ? " -> \(facts.names[item.returns])" : ""
            return "\(word) \(name)(\(parameters.joined(separator: ", ")))\(returns)".escapingControls
        }
    }

    private func imports(of facts: FileFacts) -> String {
        var text = ""
        for event in facts.events {
            let name = facts.names[event.name]
            switch event.kind {
            case .importModule: text += "  import \(name)\(alias(facts, event))\n"
            case .importName: text += "  from \(module(facts, event)) import \(name)\(alias(facts, event))\n"
            case .importAll: text += "  from \(module(facts, event)) import *\n"
            case .dynamicImport:
                let target = event.name.exists ? name.escapingControls : "something computed"
                text += "  \(facts.names[event.value]) of \(target)\n"
            default: break
            }
        }
        return text
    }

    private func alias(_ facts: FileFacts, _ event: Event) -> String {
        event.value.exists ? " as \(facts.names[event.value])" : ""
    }

    private func module(_ facts: FileFacts, _ event: Event) -> String {
        String(repeating: ".", count: Int(event.count)) + facts.names[event.linkedName]
    }

    private func state(of facts: FileFacts, declaration: UInt32, indentation: String) -> String {
        var text = ""
        for item in facts.state where item.declaration == declaration && !item.flags.contains(.isConstant) {
            guard item.container != .none || item.flags.contains(.setByFunction) else { continue }
            let what = item.container == .none ? "variable" : Words.of(item.container)
            let owner = Words.of(item.owner)
            text += "\(indentation)\(owner) state \(facts.names[item.name]): \(what)  "
            text += terminal.styled(String(item.line), .dim) + "\n"
        }
        return text
    }
}
