import CanonAudit
import CanonFacts
import CanonPython
import Testing

@testable import CanonCodeModel
@testable import canon

@Suite("Methods added to a class")
struct ClassBodyTests {
    private static func stub(
        _ name: String = "pay", async: Bool = false, static isStatic: Bool = false, class isClass: Bool = false,
        property: Bool = false, _ parameters: [Signature.Parameter] = []
    ) -> FailingStub {
        FailingStub(
            name: name,
            signature: Signature(
                parameters: parameters, isAsync: async, isStatic: isStatic, isClassMethod: isClass,
                isProperty: property, returns: ""),
            contract: "shop.Bank.\(name)")
    }

    private static func parameter(
        _ name: String, _ kind: CanonFacts.Parameter.Kind = .positionalOrKeyword, hasDefault: Bool = false
    ) -> Signature.Parameter {
        Signature.Parameter(name: name, kind: kind, annotation: "Order", hasDefault: hasDefault)
    }

    private static func changed(_ text: String, line: Int = 1, _ stubs: [FailingStub]) throws -> String {
        let bytes = try ClassBody(at: line, in: Array(text.utf8), version: .v3_11).adding(stubs)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `def pay(self):` and its body.
    private static func body(_ indentation: String, _ unit: String, _ newline: String = "\n") -> String {
        "\(indentation)def pay(self):\(newline)\(indentation)\(unit)raise NotImplementedError("
            + "\"Contract: shop.Bank.pay(self) is not kept by this double\")\(newline)"
    }

    @Test(
        "stand after the last statement and before what follows it, indented as the class is",
        arguments: [
            ("class A:\n    x = 1\n", "class A:\n    x = 1\n\n", "    ", "    ", ""),
            (
                "class A:\n  x = 1  # c\n  # end\n\ny = 2\n", "class A:\n  x = 1  # c\n\n", "  ", "  ",
                "  # end\n\ny = 2\n"
            ),
            ("class A:\n\tdef f(self):\n\t\treturn 1\n", "class A:\n\tdef f(self):\n\t\treturn 1\n\n", "\t", "\t", ""),
            ("class A:\n    '''A\n    double'''", "class A:\n    '''A\n    double'''\n\n", "    ", "    ", ""),
            ("class A:\n    pass\n", "class A:\n", "    ", "    ", ""),
            ("class A:\n    ...\ny = 1\n", "class A:\n", "    ", "    ", "y = 1\n"),
            ("class A:\n    pass  # for now\n", "class A:\n    # for now\n", "    ", "    ", ""),
            ("class A:\n    pass; pass\n", "class A:\n", "    ", "    ", ""),
            ("class A: pass\n", "class A:\n", "    ", "    ", ""),
            ("class A: pass", "class A:\n", "    ", "    ", ""),
            ("class A(B): ...  # note\ny = 1\n", "class A(B):  # note\n", "    ", "    ", "y = 1\n"),
            ("class A: x = 1; y = 2  # note\n", "class A:\n    x = 1; y = 2  # note\n\n", "    ", "    ", ""),
            ("\u{FEFF}class A: x = 1", "\u{FEFF}class A:\n    x = 1\n\n", "    ", "    ", ""),
        ])
    func places(_ text: String, _ before: String, _ indentation: String, _ unit: String, _ after: String) throws {
        let expected = before + Self.body(indentation, unit) + after
        #expect(try Self.changed(text, [Self.stub()]) == expected)
    }

    @Test("keep the line ends of the file")
    func lineEnds() throws {
        for newline in ["\r\n", "\r"] {
            let text = "class A:\(newline)    x = 1\(newline)y = 2\(newline)"
            let expected = "class A:\(newline)    x = 1\(newline)\(newline)" + Self.body("    ", "    ", newline)
            #expect(try Self.changed(text, [Self.stub()]) == expected + "y = 2\(newline)")
        }
    }

    @Test("go into the class that is meant, decorated and nested as it is")
    func nested() throws {
        let text = "@wrap\nclass A:\n    x = 1\n\n    class B:\n        y = 1\n\n    z = 1\n"
        #expect(
            try Self.changed(text, line: 5, [Self.stub()])
                == "@wrap\nclass A:\n    x = 1\n\n    class B:\n        y = 1\n\n" + Self.body("        ", "    ")
                + "\n    z = 1\n")
        #expect(try Self.changed(text, line: 2, [Self.stub()]) == text + "\n" + Self.body("    ", "    "))
    }

    @Test("have the contract's kind and arguments")
    func signatures() throws {
        func head(_ stub: FailingStub) -> [String] { stub.lines(indentation: "", unit: "  ").dropLast() }
        #expect(head(Self.stub(async: true, [Self.parameter("order")])) == ["async def pay(self, order):"])
        #expect(head(Self.stub(static: true, [Self.parameter("a")])) == ["@staticmethod", "def pay(a):"])
        #expect(head(Self.stub(class: true)) == ["@classmethod", "def pay(cls):"])
        #expect(head(Self.stub(property: true)) == ["@property", "def pay(self):"])
        let all = [
            Self.parameter("a", .positionalOnly), Self.parameter("b"), Self.parameter("c", hasDefault: true),
            Self.parameter("d", .keywordOnly), Self.parameter("e", .keywordOnly, hasDefault: true),
            Self.parameter("f", .variadicKeyword),
        ]
        #expect(head(Self.stub("pay", all)) == ["def pay(self, a, /, b, c=None, *, d, e=None, **f):"])
        let variadic = [Self.parameter("a", .variadicPositional), Self.parameter("b", .keywordOnly)]
        #expect(head(Self.stub("pay", variadic)) == ["def pay(self, *a, b):"])
    }

    @Test("a file that cannot be changed without guessing is refused")
    func refusals() throws {
        func refusal(_ bytes: [UInt8], line: Int = 1) -> String? {
            do throws(ClassBody.Refusal) {
                _ = try ClassBody(at: line, in: bytes, version: .v3_11)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal(Array("class A(:\n".utf8))?.contains("does not parse") == true)
        #expect(refusal(Array("x = 1\n".utf8))?.contains("no class") == true)
        #expect(
            refusal(Array("# coding: latin-1\nclass A:\n    x = '".utf8) + [0xE9, 0x27, 0x0A], line: 2)?.contains(
                "UTF-8") == true)
    }
}

@Suite("Unified diffs")
struct UnifiedDiffTests {
    @Test("show what changed with three lines around it")
    func hunks() {
        let old = (1...20).map { "\($0)\n" }.joined()
        let new = old.replacing("10\n", with: "10\nten\n").replacing("20\n", with: "")
        let file = Terminal(descriptor: -1, isTerminal: false, usesColour: false)
        func text(_ before: String, _ after: String?) -> [String] {
            let diff = UnifiedDiff(path: "x", before: Array(before.utf8), after: after.map { Array($0.utf8) })
            return String(decoding: diff.bytes(for: file), as: UTF8.self).split(separator: "\n").map(String.init)
        }
        #expect(
            text(old, new) == [
                "--- a/x", "+++ b/x", "@@ -8,6 +8,7 @@", " 8", " 9", " 10", "+ten", " 11", " 12", " 13",
                "@@ -17,4 +18,3 @@", " 17", " 18", " 19", "-20",
            ])
        #expect(text("", "") == [] && text("a\n", "a\n") == [])
        #expect(text("a\n", nil) == ["--- a/x", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"])
        #expect(
            text("a", "a\n") == [
                "--- a/x", "+++ b/x", "@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+a",
            ])
        let diff = UnifiedDiff(path: "x", before: Array(old.utf8), after: Array(new.utf8))
        #expect(diff.changes(first: 1) == ["+ten", "and 1 more"])
    }
}
