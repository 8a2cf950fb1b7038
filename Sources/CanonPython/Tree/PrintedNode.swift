private import Foundation

/// A node as CPython's `ast` shows it: the name of its class, its fields in order, whether it has a position.
struct PrintedNode {
    enum Value {
        case node(UInt32)
        /// A child that may be absent.
        case optional(UInt32)
        case list([UInt32])
        case names([String])
        case name(String?)
        case symbol(String)
        case symbols([String])
        case number(Int)
        /// A constant: as Python's `repr`, and as JSON.
        case constant(python: String, json: String)
    }

    var name: String
    var fields: [(name: String, value: Value)]
    var hasPosition = true
    var start: UInt32
    var end: UInt32
}

extension PythonTree {
    /// A name as Python knows it: normalized (NFKC), and without blanks between the parts of a dotted name.
    public func identifier(_ start: UInt32, _ end: UInt32, flags: NodeFlags) -> String {
        var name = string(start, end)
        if flags.contains(.spaced) {
            name = String(decoding: significantBytes(start, end), as: UTF8.self)
        }
        return flags.contains(.notASCII) ? name.precomposedStringWithCompatibilityMapping : name
    }

    /// The bytes of a dotted name without what may stand between its parts.
    private func significantBytes(_ start: UInt32, _ end: UInt32) -> [UInt8] {
        tokens.lazy.filter { $0.start >= start && $0.end <= end && ($0.kind == .name || $0.kind == .dot) }
            .flatMap { Array(bytes($0.start, $0.end)) }
    }

    private func identifier(at slot: UInt32) -> String? {
        slot == 0 ? nil : identifier(self[slot].start, self[slot].end, flags: self[slot].flags)
    }

    private func ids(_ slot: UInt32) -> [UInt32] { list(slot).map(\.index) }

    func printed(_ id: UInt32) -> PrintedNode {
        let node = self[id]
        var result = PrintedNode(name: "", fields: [], start: node.start, end: node.end)
        func set(_ name: String, _ fields: KeyValuePairs<String, PrintedNode.Value>) {
            result.name = name
            result.fields = fields.map { ($0.key, $0.value) }
        }
        func context() -> PrintedNode.Value {
            .symbol(node.context == .load ? "Load" : node.context == .store ? "Store" : "Del")
        }
        switch node.kind {
        case .module:
            set("Module", ["body": .list(ids(node.a)), "type_ignores": .list([])])
            result.hasPosition = false
        case .functionDef, .asyncFunctionDef:
            let definition = self[node.a]
            let decorators = ids(definition.a)
            set(
                node.kind == .functionDef ? "FunctionDef" : "AsyncFunctionDef",
                [
                    "name": .name(identifier(at: node.a)), "args": .node(node.b), "body": .list(ids(node.d)),
                    "decorator_list": .list(decorators), "returns": .optional(node.c),
                ])
            if version >= .v3_12 { result.fields.append(("type_params", .list(ids(definition.b)))) }
        case .classDef:
            let definition = self[node.a]
            set(
                "ClassDef",
                [
                    "name": .name(identifier(at: node.a)), "bases": .list(ids(node.b)),
                    "keywords": .list(ids(node.c)), "body": .list(ids(node.d)),
                    "decorator_list": .list(ids(definition.a)),
                ])
            if version >= .v3_12 { result.fields.append(("type_params", .list(ids(definition.b)))) }
        case .return: set("Return", ["value": .optional(node.a)])
        case .delete: set("Delete", ["targets": .list(ids(node.a))])
        case .assign: set("Assign", ["targets": .list(ids(node.a)), "value": .node(node.b)])
        case .typeAlias:
            set("TypeAlias", ["name": .node(node.a), "type_params": .list(ids(node.b)), "value": .node(node.c)])
        case .augAssign:
            set(
                "AugAssign",
                ["target": .node(node.a), "op": .symbol("\(node.operator.name)"), "value": .node(node.b)])
        case .annAssign:
            set(
                "AnnAssign",
                [
                    "target": .node(node.a), "annotation": .node(node.b), "value": .optional(node.c),
                    "simple": .number(node.flags.contains(.simple) ? 1 : 0),
                ])
        case .for, .asyncFor:
            set(
                node.kind == .for ? "For" : "AsyncFor",
                [
                    "target": .node(node.a), "iter": .node(node.b), "body": .list(ids(node.c)),
                    "orelse": .list(ids(node.d)),
                ])
        case .while:
            set("While", ["test": .node(node.a), "body": .list(ids(node.b)), "orelse": .list(ids(node.c))])
        case .if: set("If", ["test": .node(node.a), "body": .list(ids(node.b)), "orelse": .list(ids(node.c))])
        case .with, .asyncWith:
            set(
                node.kind == .with ? "With" : "AsyncWith",
                ["items": .list(ids(node.a)), "body": .list(ids(node.b))])
        case .match: set("Match", ["subject": .node(node.a), "cases": .list(ids(node.b))])
        case .raise: set("Raise", ["exc": .optional(node.a), "cause": .optional(node.b)])
        case .try, .tryStar:
            set(
                node.kind == .try ? "Try" : "TryStar",
                [
                    "body": .list(ids(node.a)), "handlers": .list(ids(node.b)), "orelse": .list(ids(node.c)),
                    "finalbody": .list(ids(node.d)),
                ])
        case .assert: set("Assert", ["test": .node(node.a), "msg": .optional(node.b)])
        case .import: set("Import", ["names": .list(ids(node.a))])
        case .importFrom:
            set(
                "ImportFrom",
                [
                    "module": .name(identifier(at: node.a)), "names": .list(ids(node.b)),
                    "level": .number(Int(node.c)),
                ])
        case .global, .nonlocal:
            set(
                node.kind == .global ? "Global" : "Nonlocal",
                ["names": .names(ids(node.a).map { identifier(at: $0) ?? "" })])
        case .expr: set("Expr", ["value": .node(node.a)])
        case .pass: set("Pass", [:])
        case .break: set("Break", [:])
        case .continue: set("Continue", [:])
        case .boolOp: set("BoolOp", ["op": .symbol("\(node.operator.name)"), "values": .list(ids(node.a))])
        case .namedExpr: set("NamedExpr", ["target": .node(node.a), "value": .node(node.b)])
        case .binOp:
            set("BinOp", ["left": .node(node.a), "op": .symbol("\(node.operator.name)"), "right": .node(node.b)])
        case .unaryOp: set("UnaryOp", ["op": .symbol("\(node.operator.name)"), "operand": .node(node.a)])
        case .lambda: set("Lambda", ["args": .node(node.a), "body": .node(node.b)])
        case .ifExp: set("IfExp", ["test": .node(node.a), "body": .node(node.b), "orelse": .node(node.c)])
        case .dict: set("Dict", ["keys": .list(ids(node.a)), "values": .list(ids(node.b))])
        case .set: set("Set", ["elts": .list(ids(node.a))])
        case .listComp: set("ListComp", ["elt": .node(node.a), "generators": .list(ids(node.b))])
        case .setComp: set("SetComp", ["elt": .node(node.a), "generators": .list(ids(node.b))])
        case .generatorExp: set("GeneratorExp", ["elt": .node(node.a), "generators": .list(ids(node.b))])
        case .dictComp:
            set("DictComp", ["key": .node(node.a), "value": .node(node.b), "generators": .list(ids(node.c))])
        case .await: set("Await", ["value": .node(node.a)])
        case .yield: set("Yield", ["value": .optional(node.a)])
        case .yieldFrom: set("YieldFrom", ["value": .node(node.a)])
        case .compare:
            let operators = list(node.b).map { "\(self[$0].comparison.name)" }
            set("Compare", ["left": .node(node.a), "ops": .symbols(operators), "comparators": .list(ids(node.b))])
        case .call: set("Call", ["func": .node(node.a), "args": .list(ids(node.b)), "keywords": .list(ids(node.c))])
        case .formattedValue, .interpolation:
            let isPlain = node.detail == 0 && node.b == 0 && node.flags.contains(.selfDocumenting)
            set(
                node.kind == .formattedValue ? "FormattedValue" : "Interpolation",
                [
                    "value": .node(node.a),
                    "conversion": .number(node.detail != 0 ? Int(node.detail) : isPlain ? 114 : -1),
                    "format_spec": .optional(node.b),
                ])
            if node.kind == .interpolation {
                let text = string(node.c, node.d)
                result.fields.insert(
                    (
                        "str",
                        .constant(
                            python: LiteralReader(tree: self).repr(text.unicodeScalars.map(\.value)),
                            json: JSONText.quoted(text))
                    ),
                    at: 1)
            }
        case .joinedStr, .templateStr:
            // A piece without characters is no value, except the one that 3.12 adds.
            let values = ids(node.a).filter {
                self[$0].kind != .constant || self[$0].start == self[$0].end
                    || !LiteralReader(tree: self).characters(of: self[$0]).isEmpty
            }
            set(node.kind == .joinedStr ? "JoinedStr" : "TemplateStr", ["values": .list(values)])
        case .constant:
            set("Constant", ["value": constant(node)])
            if node.constant == .string && LiteralReader(tree: self).hasUnicodePrefix(node) {
                result.fields.append(("kind", .constant(python: "'u'", json: "\"u\"")))
            }
        case .attribute:
            set(
                "Attribute",
                [
                    "value": .node(node.a), "attr": .name(identifier(node.b, node.end, flags: node.flags)),
                    "ctx": context(),
                ])
        case .subscript: set("Subscript", ["value": .node(node.a), "slice": .node(node.b), "ctx": context()])
        case .starred: set("Starred", ["value": .node(node.a), "ctx": context()])
        case .name:
            set("Name", ["id": .name(identifier(node.start, node.end, flags: node.flags)), "ctx": context()])
        case .list: set("List", ["elts": .list(ids(node.a)), "ctx": context()])
        case .tuple: set("Tuple", ["elts": .list(ids(node.a)), "ctx": context()])
        case .slice:
            set("Slice", ["lower": .optional(node.a), "upper": .optional(node.b), "step": .optional(node.c)])
        case .comprehension:
            set(
                "comprehension",
                [
                    "target": .node(node.a), "iter": .node(node.b), "ifs": .list(ids(node.c)),
                    "is_async": .number(node.flags.contains(.isAsync) ? 1 : 0),
                ])
            result.hasPosition = false
        case .exceptHandler:
            set(
                "ExceptHandler",
                ["type": .optional(node.a), "name": .name(identifier(at: node.b)), "body": .list(ids(node.c))])
        case .arguments: printParameters(node, into: &result)
        case .arg:
            set(
                "arg",
                ["arg": .name(identifier(node.start, node.c, flags: node.flags)), "annotation": .optional(node.a)])
        case .keyword:
            set(
                "keyword",
                [
                    "arg": .name(node.b == 0 ? nil : identifier(node.start, node.b, flags: node.flags)),
                    "value": .node(node.a),
                ])
        case .alias:
            set("alias", ["name": .name(identifier(at: node.a)), "asname": .name(identifier(at: node.b))])
            result.hasPosition = version >= .v3_10
        case .withItem:
            set("withitem", ["context_expr": .node(node.a), "optional_vars": .optional(node.b)])
            result.hasPosition = false
        case .matchCase:
            set(
                "match_case", ["pattern": .node(node.a), "guard": .optional(node.b), "body": .list(ids(node.c))])
            result.hasPosition = false
        case .matchValue: set("MatchValue", ["value": .node(node.a)])
        case .matchSingleton: set("MatchSingleton", ["value": constant(node)])
        case .matchSequence: set("MatchSequence", ["patterns": .list(ids(node.a))])
        case .matchMapping:
            set(
                "MatchMapping",
                [
                    "keys": .list(ids(node.a)), "patterns": .list(ids(node.b)),
                    "rest": .name(identifier(at: node.c)),
                ])
        case .matchClass:
            let keywords = ids(node.c)
            set(
                "MatchClass",
                [
                    "cls": .node(node.a), "patterns": .list(ids(node.b)),
                    "kwd_attrs": .names(
                        keywords.map { identifier(self[$0].start, self[$0].b, flags: self[$0].flags) }),
                    "kwd_patterns": .list(keywords.map { self[$0].a }),
                ])
        case .matchStar: set("MatchStar", ["name": .name(identifier(at: node.a))])
        case .matchAs: set("MatchAs", ["pattern": .optional(node.a), "name": .name(identifier(at: node.b))])
        case .matchOr: set("MatchOr", ["patterns": .list(ids(node.a))])
        case .typeVar, .paramSpec, .typeVarTuple:
            let name = identifier(node.d, node.c, flags: node.flags)
            set(
                node.kind == .typeVar ? "TypeVar" : node.kind == .paramSpec ? "ParamSpec" : "TypeVarTuple",
                ["name": .name(name)])
            if node.kind == .typeVar { result.fields.append(("bound", .optional(node.a))) }
            if version >= .v3_13 { result.fields.append(("default_value", .optional(node.b))) }
        case .none, .identifier, .definition, .stringPart, .keywordPattern:
            result.hasPosition = false
        }
        return result
    }

    private func constant(_ node: Node) -> PrintedNode.Value {
        let reader = LiteralReader(tree: self)
        switch node.constant {
        case .none: return .constant(python: "None", json: "null")
        case .true: return .constant(python: "True", json: "true")
        case .false: return .constant(python: "False", json: "false")
        case .ellipsis: return .constant(python: "Ellipsis", json: "{\"ellipsis\":true}")
        case .int, .float, .complex:
            let text = reader.number(node)
            let key = node.constant == .int ? "int" : node.constant == .float ? "float" : "complex"
            return .constant(python: text, json: "{\"\(key)\":\(JSONText.quoted(text))}")
        case .string:
            let characters = reader.characters(of: node)
            return .constant(python: reader.repr(characters), json: JSONText.quoted(characters))
        case .bytes:
            let bytes = reader.characters(of: node)
            return .constant(
                python: reader.reprBytes(bytes), json: "{\"bytes\":\(JSONText.quoted(reader.reprBytes(bytes)))}")
        }
    }

    private func printParameters(_ node: Node, into result: inout PrintedNode) {
        let parameters = ids(node.a)
        func with(_ role: ParameterRole) -> [UInt32] { parameters.filter { self[$0].role == role } }
        let positional = with(.positionalOnly) + with(.positional)
        let keywordOnly = with(.keywordOnly)
        result.name = "arguments"
        result.hasPosition = false
        result.fields = [
            ("posonlyargs", .list(with(.positionalOnly))), ("args", .list(with(.positional))),
            ("vararg", .optional(with(.variadic).first ?? 0)), ("kwonlyargs", .list(keywordOnly)),
            ("kw_defaults", .list(keywordOnly.map { self[$0].b })), ("kwarg", .optional(with(.keywords).first ?? 0)),
            ("defaults", .list(positional.map { self[$0].b }.filter { $0 != 0 })),
        ]
    }
}

/// JSON strings.
enum JSONText {
    static func quoted(_ text: String) -> String { quoted(text.unicodeScalars.map(\.value)) }

    static func quoted(_ characters: [UInt32]) -> String {
        var result = "\""
        for character in characters {
            switch character {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0..<0x20, 0x7F, 0xD800...0xDFFF:
                let digits = String(character, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default:
                if let scalar = Unicode.Scalar(character) { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }
}
