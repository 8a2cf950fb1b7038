/// Which lines define a name, dialect by dialect. The rules see one line; what they cannot know from it they ask of the
/// braces around it.
enum DefinitionRules {
    /// What a line claims to define.
    enum Claim {
        case always(Definition.Kind)
        /// Depends on the braces around the name.
        case inScope(([ScopeTracker.Scope]) -> Definition.Kind?)
        /// Depends on the braces and on the first byte after the parameter list.
        case callable(([ScopeTracker.Scope], UInt8) -> Definition.Kind?)
    }

    static func claim(_ line: DefinitionLine, dialect: Dialect) -> Claim? {
        switch dialect {
        case .python: python(line)
        case .swift: swift(line)
        case .javaScript, .typeScript: javaScript(line)
        case .go: go(line)
        case .rust: rust(line)
        case .java: java(line)
        case .c: c(line)
        }
    }

    /// A variable counts where it is visible from elsewhere: not in a function's body.
    private static func unlessLocal(_ kind: Definition.Kind) -> Claim {
        .inScope { $0.contains(.code) ? nil : kind }
    }

    // MARK: Python

    private static func python(_ line: DefinitionLine) -> Claim? {
        switch line.words {
        case ["def"], ["async", "def"]:
            let parameters = line.rest.drop { $0 == "(" || $0 == " " }
            let isMethod = line.isIndented && (parameters.hasPrefix("self") || parameters.hasPrefix("cls"))
            return .always(isMethod ? .method : .function)
        case ["class"]: return .always(.class)
        case ["type"] where line.next == "=" || line.next == "[": return .always(.typealias)
        case [] where !line.isIndented:
            let isAssigned = line.next == "=" && !line.rest.hasPrefix("==")
            let isAnnotated = line.next == ":" && line.rest.count > 1 && line.rest.dropFirst().first == " "
            guard isAssigned || isAnnotated, !pythonKeywords.contains(line.name) else { return nil }
            return .always(isUpperCase(line.name) ? .constant : .variable)
        default: return nil
        }
    }

    private static let pythonKeywords: Set<String> = ["else", "try", "finally", "lambda", "except", "match", "case"]

    private static func isUpperCase(_ name: String) -> Bool {
        name.utf8.contains { (65...90).contains($0) } && !name.utf8.contains { (97...122).contains($0) }
    }

    // MARK: Swift

    private static let swiftKinds: [Substring: Definition.Kind] = [
        "class": .class, "struct": .struct, "enum": .enum, "actor": .actor, "protocol": .protocol,
        "extension": .extension, "func": .function, "var": .variable, "let": .constant, "typealias": .typealias,
        "associatedtype": .typealias, "macro": .macro, "case": .enumCase,
    ]

    private static let swiftModifiers: Set<Substring> = [
        "public", "private", "internal", "fileprivate", "open", "package", "static", "class", "final", "override",
        "mutating", "nonmutating", "lazy", "weak", "unowned", "required", "convenience", "dynamic", "optional",
        "indirect", "nonisolated", "isolated", "distributed", "borrowing", "consuming", "async", "prefix", "postfix",
        "infix", "#if",
    ]

    private static func swift(_ line: DefinitionLine) -> Claim? {
        var words = line.words
        // A name in backticks: `func \`default\``.
        if words.last == "`" { words.removeLast() }
        guard let keyword = words.last, let kind = swiftKinds[keyword] else { return nil }
        let areModifiers = words.dropLast().allSatisfy {
            swiftModifiers.contains($0) || $0.hasPrefix("@") || swiftModifiers.contains($0.prefix { $0 != "(" })
        }
        guard areModifiers || line.prefix.hasPrefix("@") else { return nil }
        switch kind {
        case .variable, .constant: return unlessLocal(kind)
        case .enumCase: return .inScope { $0.last == .type ? .enumCase : nil }
        case .function: return .inScope { $0.last == .type ? .method : .function }
        default: return .always(kind)
        }
    }

    // MARK: JavaScript and TypeScript

    private static let javaScriptKinds: [Substring: Definition.Kind] = [
        "class": .class, "function": .function, "function*": .function, "interface": .interface, "enum": .enum,
        "namespace": .namespace, "module": .module, "type": .typealias, "const": .constant, "let": .variable,
        "var": .variable,
    ]

    private static let javaScriptModifiers: Set<Substring> = [
        "export", "default", "declare", "abstract", "async", "const",
    ]

    private static let memberModifiers: Set<Substring> = [
        "async", "static", "get", "set", "public", "private", "protected", "readonly", "override", "abstract", "*",
        "accessor", "declare",
    ]

    private static func javaScript(_ line: DefinitionLine) -> Claim? {
        if let keyword = line.words.last, let kind = javaScriptKinds[keyword],
            line.words.dropLast().allSatisfy({ javaScriptModifiers.contains($0) })
        {
            switch kind {
            case .constant, .variable:
                guard line.next == "=" || line.next == ":" || line.next == ";" || line.next == "\n" else { return nil }
                let isFunction =
                    line.rest.contains("=>") || line.rest.hasPrefix("= function")
                    || line.rest.hasPrefix("= async function")
                return unlessLocal(isFunction ? .function : kind)
            case .typealias: return line.next == "=" || line.next == "<" ? .always(kind) : nil
            default: return .always(kind)
            }
        }
        guard line.words.allSatisfy({ memberModifiers.contains($0) }) else { return nil }
        if line.next == "(" || line.next == "<" {
            return .callable { scopes, ending in
                scopes.last == .type && [UInt8(ascii: "{"), UInt8(ascii: ":"), UInt8(ascii: ";")].contains(ending)
                    ? .method : nil
            }
        }
        guard line.next == "=" || line.next == ":" || line.next == "?" else { return nil }
        return .inScope { $0.last == .type ? .property : nil }
    }

    // MARK: Go

    private static func go(_ line: DefinitionLine) -> Claim? {
        switch line.prefix {
        case "func": return line.next == "(" || line.next == "[" ? .always(.function) : nil
        case "type": return .always(.type)
        case "var": return unlessLocal(.variable)
        case "const": return unlessLocal(.constant)
        case "":
            return .inScope { scopes in
                guard case .group(let keyword)? = scopes.last, scopes.count == 1 else { return nil }
                return keyword == "type" ? .type : keyword == "const" ? .constant : .variable
            }
        default:
            let isMethod = line.prefix.hasPrefix("func (") && line.prefix.hasSuffix(")") && line.next == "("
            return isMethod ? .always(.method) : nil
        }
    }

    // MARK: Rust

    private static let rustKinds: [Substring: Definition.Kind] = [
        "fn": .function, "struct": .struct, "enum": .enum, "union": .union, "trait": .trait, "type": .typealias,
        "mod": .module, "const": .constant, "static": .variable, "macro_rules!": .macro,
    ]

    private static let rustModifiers: Set<Substring> = [
        "pub", "async", "unsafe", "extern", "\"C\"", "const", "default", "static",
    ]

    private static func rust(_ line: DefinitionLine) -> Claim? {
        guard let keyword = line.words.last else { return nil }
        if line.prefix.hasPrefix("impl"), keyword == "for" || keyword == "impl" || keyword.hasSuffix(">") {
            return .always(.implementation)
        }
        if keyword == "mut", line.words.dropLast().last == "static" { return .always(.variable) }
        guard let kind = rustKinds[keyword] else { return nil }
        let areModifiers = line.words.dropLast().allSatisfy { rustModifiers.contains($0) || $0.hasPrefix("pub(") }
        guard areModifiers else { return nil }
        return kind == .function ? .inScope { $0.last == .type ? .method : .function } : .always(kind)
    }

    // MARK: Java

    private static let javaKinds: [Substring: Definition.Kind] = [
        "class": .class, "interface": .interface, "enum": .enum, "record": .record, "@interface": .interface,
    ]

    /// Words that stand before a name which is used, not defined.
    private static let usingWords: Set<Substring> = [
        "return", "new", "throw", "else", "case", "assert", "goto", "delete", "import", "package", "instanceof", "if",
        "while", "for", "switch", "using", "sizeof", "await", "yield", "co_return", "co_await", "throws", "extends",
        "implements", "#include", "#if", "#ifdef", "#ifndef", "#undef", "#elif", "#pragma",
    ]

    private static func java(_ line: DefinitionLine) -> Claim? {
        if let keyword = line.words.last, let kind = javaKinds[keyword] { return .always(kind) }
        guard !line.words.contains(where: { usingWords.contains($0) }), !line.prefix.contains("="),
            !line.prefix.hasSuffix("."), !line.prefix.hasSuffix("("), !line.prefix.hasSuffix(",")
        else { return nil }
        if line.next == "(" {
            return .callable { scopes, ending in
                scopes.last == .type && (ending == UInt8(ascii: "{") || ending == UInt8(ascii: ";")) ? .method : nil
            }
        }
        guard !line.words.isEmpty, line.next == "=" || line.next == ";" else { return nil }
        return .inScope { $0.last == .type ? .field : nil }
    }

    // MARK: C and C++

    private static let cKinds: [Substring: Definition.Kind] = [
        "struct": .struct, "class": .class, "enum": .enum, "union": .union, "namespace": .namespace,
    ]

    private static func c(_ line: DefinitionLine) -> Claim? {
        if line.prefix == "#define" || line.prefix == "# define" { return .always(.macro) }
        if line.words == ["using"], line.next == "=" { return .always(.typealias) }
        if line.words.first == "typedef" { return line.rest.hasPrefix(";") ? .always(.typealias) : nil }
        if let keyword = line.words.last, let kind = cKinds[keyword] {
            let opensBody =
                line.rest.hasPrefix("{") || line.rest.hasPrefix("final") || line.next == "\n"
                || (line.next == ":" && !line.rest.hasPrefix("::"))
            return opensBody ? .always(line.words.dropLast().last == "enum" ? .enum : kind) : nil
        }
        guard !line.words.contains(where: { usingWords.contains($0) }), !line.prefix.contains("="),
            !line.prefix.contains("("), !line.prefix.hasSuffix("."), !line.prefix.hasSuffix("->"),
            !line.prefix.hasSuffix(","), !line.prefix.hasPrefix("#")
        else { return nil }
        if line.next == "(" {
            // Without a type before it, only a name at the line's start can be a definition: the type stands above.
            if line.prefix.isEmpty, line.isIndented { return nil }
            return .callable { scopes, ending in
                guard !scopes.contains(.code) else { return nil }
                switch ending {
                case UInt8(ascii: "{"), UInt8(ascii: ":"): return scopes.last == .type ? .method : .function
                case UInt8(ascii: ";"), UInt8(ascii: "="): return line.prefix.isEmpty ? nil : .declaration
                default: return nil
                }
            }
        }
        guard !line.words.isEmpty, !line.prefix.hasSuffix(":"), !line.prefix.hasSuffix("<"),
            line.next == "=" || line.next == ";" || line.next == "["
        else { return nil }
        let isConstant = line.words.contains("const") || line.words.contains("constexpr")
        return .inScope { scopes in
            if scopes.isEmpty { return isConstant ? .constant : .variable }
            return !scopes.contains(.code) ? .field : nil
        }
    }
}
