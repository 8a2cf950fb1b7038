import Testing

@testable import CanonAgents

/// Where names are defined, language by language. `↓` stands before each name that must be found, `×` before the same
/// name where it is only used, or stands in a comment or a string.
@Suite struct DefinitionFinderTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let file: String
        let name: String
        let kinds: [String]
        let source: String

        var testDescription: String { "\(file): \(kinds.joined(separator: ", "))" }
    }

    private func check(_ example: Example) {
        var expected: [Int] = []
        var lines: [String] = []
        for (index, line) in example.source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.contains("↓") { expected.append(index + 1) }
            lines.append(String(line.filter { $0 != "↓" && $0 != "×" }))
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var found: [Definition] = []
        bytes.withUnsafeBytes { buffer in
            var finder = DefinitionFinder(buffer, dialect: Dialect(path: example.file)!)
            finder.find(Array(example.name.utf8), file: example.file) { found.append($0) }
        }
        let exact = found.filter { $0.match == .exact }
        #expect(exact.map(\.line) == expected)
        #expect(exact.map(\.kind.rawValue) == example.kinds)
        for definition in found { #expect(definition.text.contains(definition.name)) }
    }

    static let examples: [Example] = [
        Example(
            file: "a.py", name: "Thing", kinds: ["class"],
            source: """
                class ↓Thing(Base):
                    \"\"\"class ×Thing: a docstring
                    class ×Thing:
                    \"\"\"
                # class ×Thing:
                text = 'class ×Thing'
                x = ×Thing()
                if ×Thing == 3: pass
                """),
        Example(
            file: "b.py", name: "make", kinds: ["function", "function", "method", "variable", "variable"],
            source: """
                def ↓make(a, b):
                    ×make = 3
                    return ×make
                async def ↓make(): pass
                class A:
                    def ↓make(self): pass
                ↓make = 3
                ↓make: int = 4
                ×make == 3
                ×make(3)
                s = '''
                def ×make():
                '''
                r = r'\\'  # def ×make
                t = f"def ×make {x!r}"
                """),
        Example(
            file: "c.py", name: "LIMIT", kinds: ["constant", "class"],
            source: """
                ↓LIMIT = 3
                print(×LIMIT)
                \tclass ↓LIMIT: pass
                unterminated = "class ×LIMIT
                import ×LIMIT
                """),
        Example(
            file: "a.swift", name: "Thing",
            kinds: ["struct", "extension", "protocol", "typealias", "enum case", "class", "actor", "macro"],
            source: """
                public struct ↓Thing: Sendable {
                    let other = ×Thing()
                }
                extension ↓Thing {}
                @objc private protocol ↓Thing {}
                fileprivate typealias ↓Thing = Int
                /* struct ×Thing /* nested */ struct ×Thing */
                let s = "struct ×Thing \\(call("struct ×Thing")) struct ×Thing"
                let raw = #"struct ×Thing \\("#
                let long = \"\"\"
                struct ×Thing
                \"\"\"
                enum E { // struct ×Thing
                    case ↓Thing
                }
                switch x { case ×Thing: break }
                @available(macOS 15, *) final class ↓Thing {}
                actor ↓Thing {}
                public macro ↓Thing() = #externalMacro(module: "M", type: "T")
                import struct Module.×Thing
                """),
        Example(
            file: "b.swift", name: "value", kinds: ["constant", "variable", "method", "function", "constant"],
            source: """
                let ↓value = 1
                struct A {
                    private(set) var ↓value = 2
                    func ↓value() {
                        let ×value = 3
                        if let ×value { print(×value) }
                        for ×value in [1] {}
                        var ×value: Int { 3 }
                    }
                }
                func ↓value() { guard let ×value = x else { return } }
                extension A {
                    static let ↓value = 4
                }
                """),
        Example(
            file: "a.js", name: "thing",
            kinds: ["function", "function", "function", "constant", "method", "property", "variable"],
            source: """
                function ↓thing() { const ×thing = 3; }
                export default async function ↓thing() {}
                export const ↓thing = (a) => a;
                const ↓thing = 3;
                class A extends B {
                  async ↓thing(a, b) { this.×thing(3); return ×thing(1); }
                  static ↓thing = 4;
                }
                let ↓thing;
                const r = /function ×thing() "/;
                const t = `function ×thing() ${ call(`const ×thing = 1`) } const ×thing = 1`;
                // function ×thing()
                ×thing(3);
                if (×thing) { }
                """),
        Example(
            file: "a.ts", name: "Shape", kinds: ["interface", "typealias", "enum", "class", "namespace"],
            source: """
                export interface ↓Shape { a: number }
                type ↓Shape<T> = { x: T };
                declare const enum ↓Shape { A }
                export abstract class ↓Shape implements ×Shape {}
                namespace ↓Shape { }
                const x: ×Shape = y as ×Shape;
                """),
        Example(
            file: "a.go", name: "Run", kinds: ["function", "method", "type", "constant", "variable", "type"],
            source: """
                func ↓Run(a int) error { Run := 3; return ×Run }
                func (s *Server) ↓Run() {}
                type ↓Run struct { ×Run int }
                const (
                \t↓Run = 3
                )
                var ↓Run = 4
                type (
                \t↓Run interface{}
                )
                var text = `func ×Run()`
                // func ×Run()
                x := a.×Run()
                """),
        Example(
            file: "a.rs", name: "Node",
            kinds: ["struct", "enum", "trait", "impl", "impl", "function", "method", "module", "macro", "variable"],
            source: """
                pub struct ↓Node<'a> { x: &'a str }
                pub(crate) enum ↓Node { A }
                trait ↓Node {}
                impl<T> ↓Node {
                }
                impl Display for ↓Node {}
                pub async fn ↓Node() { let ×Node = 'x'; }
                impl X {
                    fn ↓Node(&self) {}
                }
                mod ↓Node;
                macro_rules! ↓Node { () => {} }
                static mut ↓Node: u8 = 0;
                let s = r#"struct ×Node "# ;
                /* struct ×Node */
                """),
        Example(
            file: "A.java", name: "Widget", kinds: ["class", "method", "method", "field", "interface", "record"],
            source: """
                public final class ↓Widget extends Base {
                    public ↓Widget(int a) { super(a); new ×Widget(); return ×Widget(3); }
                    @Override public List<String> ↓Widget(int b) throws IOException { int ×Widget = 3; }
                    private static final int ↓Widget = 3;
                }
                interface ↓Widget {}
                record ↓Widget(int a) {}
                String s = "class ×Widget";
                // class ×Widget
                """),
        Example(
            file: "a.cpp", name: "queue",
            kinds: [
                "macro", "struct", "function declaration", "function", "typealias", "typealias", "class", "method",
                "field", "enum", "method", "function", "variable",
            ],
            source: """
                #define ↓queue 3
                struct ↓queue {
                  int x;
                };
                int ↓queue(int a);
                static inline int *↓queue(int a) { return ×queue(a); }
                typedef struct node ↓queue;
                using ↓queue = int;
                class ↓queue final : public base {
                  void ↓queue() const { int ×queue = 3; }
                  int ↓queue;
                };
                enum class ↓queue { a };
                struct ×queue *p;
                const char *s = R"(struct ×queue {)";
                char c = '"'; // struct ×queue {
                namespace n {
                  void Type::↓queue(int a) { }
                  void ↓queue() { }
                  int ↓queue = 3;
                }
                x = ×queue(3);
                """),
    ]

    @Test("definitions are found and uses, comments and strings are not", arguments: examples)
    func finds(example: Example) {
        check(example)
    }

    @Test("names in other capitals and longer names are found as such")
    func ranks() {
        let source = Array(
            "class webSocketManager: pass\nclass WebSocketManager: pass\nclass MyWebSocketManagerX: pass\n".utf8)
        var found: [Definition] = []
        source.withUnsafeBytes { buffer in
            var finder = DefinitionFinder(buffer, dialect: .python)
            finder.find(Array("WebSocketManager".utf8), file: "a.py") { found.append($0) }
        }
        #expect(found.map(\.match) == [.sameLetters, .exact, .contains])
        #expect(found.map(\.name) == ["webSocketManager", "WebSocketManager", "MyWebSocketManagerX"])
    }

    @Test("random bytes of every dialect neither crash nor hang", .timeLimit(.minutes(1)))
    func survivesNoise() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("aR\"'`#/\\*(){}[]\n $rb;=:<".utf8)
        for dialect in Dialect.allCases {
            for _ in 0..<60 {
                let bytes = (0..<400).map { _ in alphabet.randomElement(using: &random)! }
                bytes.withUnsafeBytes { buffer in
                    let map = LexicalMap(buffer, dialect: dialect)
                    // The ranges ascend, do not overlap and stay inside.
                    var last = 0
                    for range in map.opaque {
                        #expect(range.lowerBound >= last && range.upperBound <= bytes.count && !range.isEmpty)
                        last = range.upperBound
                    }
                    var finder = DefinitionFinder(buffer, dialect: dialect)
                    finder.find(Array("a".utf8), file: "x") { _ in }
                }
            }
        }
    }
}
