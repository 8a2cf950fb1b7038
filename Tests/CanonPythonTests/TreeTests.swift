import Testing

@testable import CanonPython

/// The tree of `source` as `ast.dump` prints it.
func dump(_ source: String, _ version: PythonVersion, attributes: Bool = false) -> String {
    var parser = PythonParser(version: version)
    let problem = Array(source.utf8).withUnsafeBytes { parser.parse($0) }
    return problem?.description ?? parser.tree.dump(attributes: attributes)
}

@Suite("Trees")
struct TreeTests {
    @Test("print as ast.dump prints them", arguments: TreeExamples.all)
    func dumps(_ example: TreeExamples.Example) {
        #expect(dump(example.source, .v3_12) == example.dump)
    }

    @Test("print with positions")
    func positions() {
        #expect(
            dump("é = (a,\n  b)", .v3_13, attributes: true)
                == "Module(body=[Assign(targets=[Name(id='é', ctx=Store(), lineno=1, col_offset=0, end_lineno=1, "
                + "end_col_offset=2)], value=Tuple(elts=[Name(id='a', ctx=Load(), lineno=1, col_offset=6, end_lineno=1, "
                + "end_col_offset=7), Name(id='b', ctx=Load(), lineno=2, col_offset=2, end_lineno=2, end_col_offset=3)], "
                + "ctx=Load(), lineno=1, col_offset=5, end_lineno=2, end_col_offset=4), lineno=1, col_offset=0, "
                + "end_lineno=2, end_col_offset=4)])")
    }

    @Test("have names in normal form (PEP 3131)")
    func names() {
        #expect(dump("ﬁ", .v3_12) == "Module(body=[Expr(value=Name(id='fi', ctx=Load()))], type_ignores=[])")
        #expect(
            dump("import a . b", .v3_12)
                == "Module(body=[Import(names=[alias(name='a.b')])], type_ignores=[])")
    }

    @Test("count lines after any kind of line end")
    func lines() {
        var parser = PythonParser(version: .v3_12)
        let problem = Array("a\r\nb\rc\nd".utf8).withUnsafeBytes { parser.parse($0) }
        #expect(problem == nil)
        let tree = parser.tree
        #expect(tree.list(tree[tree.root].a).map { tree.position(of: tree[$0].start).line } == [1, 2, 3, 4])
    }

    @Test("are JSON")
    func json() {
        var parser = PythonParser(version: .v3_12)
        _ = Array("a.b = b'\\x00', 1.5".utf8).withUnsafeBytes { parser.parse($0) }
        #expect(
            parser.tree.json() == #"{"type":"Module","body":[{"type":"Assign","targets":[{"type":"Attribute","#
                + #""value":{"type":"Name","id":"a","ctx":"Load","lineno":1,"col_offset":0,"end_lineno":1,"end_col_offset":1},"#
                + #""attr":"b","ctx":"Store","lineno":1,"col_offset":0,"end_lineno":1,"end_col_offset":3}],"#
                + #""value":{"type":"Tuple","elts":[{"type":"Constant","value":{"bytes":"b'\\x00'"},"lineno":1,"#
                + #""col_offset":6,"end_lineno":1,"end_col_offset":13},{"type":"Constant","value":{"float":"1.5"},"#
                + #""lineno":1,"col_offset":15,"end_lineno":1,"end_col_offset":18}],"ctx":"Load","lineno":1,"#
                + #""col_offset":6,"end_lineno":1,"end_col_offset":18},"lineno":1,"col_offset":0,"end_lineno":1,"#
                + #""end_col_offset":18}],"type_ignores":[]}"#)
    }

    @Test("of a long chain print without recursion")
    func deep() {
        let sum = "a" + String(repeating: "+a", count: 20_000)
        onSmallStack {
            var parser = PythonParser(version: .v3_10)
            _ = Array(sum.utf8).withUnsafeBytes { parser.parse($0) }
            _ = parser.tree.dump()
            _ = parser.tree.json()
        }
    }
}
