/// Sources and what `ast.dump(ast.parse(source))` of CPython 3.12.1 prints for them.
enum TreeExamples {
    struct Example: Sendable {
        let source: String
        let dump: String
    }

    /// Pairs of a source (`\n` for a line end, `\\` for a backslash) and its tree, one a line.
    private static let text = ##"""
        x: int = yield
        Module(body=[AnnAssign(target=Name(id='x', ctx=Store()), annotation=Name(id='int', ctx=Load()), value=Yield(), simple=1)], type_ignores=[])
        a = b = *c, d
        Module(body=[Assign(targets=[Name(id='a', ctx=Store()), Name(id='b', ctx=Store())], value=Tuple(elts=[Starred(value=Name(id='c', ctx=Load()), ctx=Load()), Name(id='d', ctx=Load())], ctx=Load()))], type_ignores=[])
        a, (b.c, *[d]) = e
        Module(body=[Assign(targets=[Tuple(elts=[Name(id='a', ctx=Store()), Tuple(elts=[Attribute(value=Name(id='b', ctx=Load()), attr='c', ctx=Store()), Starred(value=List(elts=[Name(id='d', ctx=Store())], ctx=Store()), ctx=Store())], ctx=Store())], ctx=Store())], value=Name(id='e', ctx=Load()))], type_ignores=[])
        del a.b, (c, d[e])
        Module(body=[Delete(targets=[Attribute(value=Name(id='a', ctx=Load()), attr='b', ctx=Del()), Tuple(elts=[Name(id='c', ctx=Del()), Subscript(value=Name(id='d', ctx=Load()), slice=Name(id='e', ctx=Load()), ctx=Del())], ctx=Del())])], type_ignores=[])
        for i, j in x:\n  pass\nelse:\n  break
        Module(body=[For(target=Tuple(elts=[Name(id='i', ctx=Store()), Name(id='j', ctx=Store())], ctx=Store()), iter=Name(id='x', ctx=Load()), body=[Pass()], orelse=[Break()])], type_ignores=[])
        async def f(a, /, b=1, *c: int, d, e=2, **g) -> None:\n  await a
        Module(body=[AsyncFunctionDef(name='f', args=arguments(posonlyargs=[arg(arg='a')], args=[arg(arg='b')], vararg=arg(arg='c', annotation=Name(id='int', ctx=Load())), kwonlyargs=[arg(arg='d'), arg(arg='e')], kw_defaults=[None, Constant(value=2)], kwarg=arg(arg='g'), defaults=[Constant(value=1)]), body=[Expr(value=Await(value=Name(id='a', ctx=Load())))], decorator_list=[], returns=Constant(value=None), type_params=[])], type_ignores=[])
        lambda *, a=1, **b: a
        Module(body=[Expr(value=Lambda(args=arguments(posonlyargs=[], args=[], kwonlyargs=[arg(arg='a')], kw_defaults=[Constant(value=1)], kwarg=arg(arg='b'), defaults=[]), body=Name(id='a', ctx=Load())))], type_ignores=[])
        class A[T: int, *Ts, **P](B, *c, m=d, **e):\n  """doc"""
        Module(body=[ClassDef(name='A', bases=[Name(id='B', ctx=Load()), Starred(value=Name(id='c', ctx=Load()), ctx=Load())], keywords=[keyword(arg='m', value=Name(id='d', ctx=Load())), keyword(value=Name(id='e', ctx=Load()))], body=[Expr(value=Constant(value='doc'))], decorator_list=[], type_params=[TypeVar(name='T', bound=Name(id='int', ctx=Load())), TypeVarTuple(name='Ts'), ParamSpec(name='P')])], type_ignores=[])
        @a\n@b(c)\ndef f[T](): return
        Module(body=[FunctionDef(name='f', args=arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]), body=[Return()], decorator_list=[Name(id='a', ctx=Load()), Call(func=Name(id='b', ctx=Load()), args=[Name(id='c', ctx=Load())], keywords=[])], type_params=[TypeVar(name='T')])], type_ignores=[])
        type X[T] = list[T]
        Module(body=[TypeAlias(name=Name(id='X', ctx=Store()), type_params=[TypeVar(name='T')], value=Subscript(value=Name(id='list', ctx=Load()), slice=Name(id='T', ctx=Load()), ctx=Load()))], type_ignores=[])
        if a:\n  b\nelif c:\n  d\nelse:\n  e
        Module(body=[If(test=Name(id='a', ctx=Load()), body=[Expr(value=Name(id='b', ctx=Load()))], orelse=[If(test=Name(id='c', ctx=Load()), body=[Expr(value=Name(id='d', ctx=Load()))], orelse=[Expr(value=Name(id='e', ctx=Load()))])])], type_ignores=[])
        while a: b
        Module(body=[While(test=Name(id='a', ctx=Load()), body=[Expr(value=Name(id='b', ctx=Load()))], orelse=[])], type_ignores=[])
        with a as b, c: d
        Module(body=[With(items=[withitem(context_expr=Name(id='a', ctx=Load()), optional_vars=Name(id='b', ctx=Store())), withitem(context_expr=Name(id='c', ctx=Load()))], body=[Expr(value=Name(id='d', ctx=Load()))])], type_ignores=[])
        with (a as b, c): d
        Module(body=[With(items=[withitem(context_expr=Name(id='a', ctx=Load()), optional_vars=Name(id='b', ctx=Store())), withitem(context_expr=Name(id='c', ctx=Load()))], body=[Expr(value=Name(id='d', ctx=Load()))])], type_ignores=[])
        try:\n  a\nexcept b as c:\n  d\nexcept:\n  e\nelse:\n  f\nfinally:\n  g
        Module(body=[Try(body=[Expr(value=Name(id='a', ctx=Load()))], handlers=[ExceptHandler(type=Name(id='b', ctx=Load()), name='c', body=[Expr(value=Name(id='d', ctx=Load()))]), ExceptHandler(body=[Expr(value=Name(id='e', ctx=Load()))])], orelse=[Expr(value=Name(id='f', ctx=Load()))], finalbody=[Expr(value=Name(id='g', ctx=Load()))])], type_ignores=[])
        try: a\nexcept* (b, c): d
        Module(body=[TryStar(body=[Expr(value=Name(id='a', ctx=Load()))], handlers=[ExceptHandler(type=Tuple(elts=[Name(id='b', ctx=Load()), Name(id='c', ctx=Load())], ctx=Load()), body=[Expr(value=Name(id='d', ctx=Load()))])], orelse=[], finalbody=[])], type_ignores=[])
        match a, *b:\n  case 1 | -2.5 | 1+2j | "s" "t": c\n  case [a, *_, {"k": v, **rest}] if b: d\n  case A.B(c, d=e) as f: g\n  case None | True: h\n  case _: i
        Module(body=[Match(subject=Tuple(elts=[Name(id='a', ctx=Load()), Starred(value=Name(id='b', ctx=Load()), ctx=Load())], ctx=Load()), cases=[match_case(pattern=MatchOr(patterns=[MatchValue(value=Constant(value=1)), MatchValue(value=UnaryOp(op=USub(), operand=Constant(value=2.5))), MatchValue(value=BinOp(left=Constant(value=1), op=Add(), right=Constant(value=2j))), MatchValue(value=Constant(value='st'))]), body=[Expr(value=Name(id='c', ctx=Load()))]), match_case(pattern=MatchSequence(patterns=[MatchAs(name='a'), MatchStar(), MatchMapping(keys=[Constant(value='k')], patterns=[MatchAs(name='v')], rest='rest')]), guard=Name(id='b', ctx=Load()), body=[Expr(value=Name(id='d', ctx=Load()))]), match_case(pattern=MatchAs(pattern=MatchClass(cls=Attribute(value=Name(id='A', ctx=Load()), attr='B', ctx=Load()), patterns=[MatchAs(name='c')], kwd_attrs=['d'], kwd_patterns=[MatchAs(name='e')]), name='f'), body=[Expr(value=Name(id='g', ctx=Load()))]), match_case(pattern=MatchOr(patterns=[MatchSingleton(value=None), MatchSingleton(value=True)]), body=[Expr(value=Name(id='h', ctx=Load()))]), match_case(pattern=MatchAs(), body=[Expr(value=Name(id='i', ctx=Load()))])])], type_ignores=[])
        import a.b as c, d
        Module(body=[Import(names=[alias(name='a.b', asname='c'), alias(name='d')])], type_ignores=[])
        from ..a import b as c, d
        Module(body=[ImportFrom(module='a', names=[alias(name='b', asname='c'), alias(name='d')], level=2)], type_ignores=[])
        from . import *
        Module(body=[ImportFrom(names=[alias(name='*')], level=1)], type_ignores=[])
        global a, b
        Module(body=[Global(names=['a', 'b'])], type_ignores=[])
        nonlocal c
        Module(body=[Nonlocal(names=['c'])], type_ignores=[])
        raise a from b
        Module(body=[Raise(exc=Name(id='a', ctx=Load()), cause=Name(id='b', ctx=Load()))], type_ignores=[])
        assert a, b
        Module(body=[Assert(test=Name(id='a', ctx=Load()), msg=Name(id='b', ctx=Load()))], type_ignores=[])
        return
        Module(body=[Return()], type_ignores=[])
        pass; break; continue
        Module(body=[Pass(), Break(), Continue()], type_ignores=[])
        a and b and c or not d
        Module(body=[Expr(value=BoolOp(op=Or(), values=[BoolOp(op=And(), values=[Name(id='a', ctx=Load()), Name(id='b', ctx=Load()), Name(id='c', ctx=Load())]), UnaryOp(op=Not(), operand=Name(id='d', ctx=Load()))]))], type_ignores=[])
        a < b is not c not in d
        Module(body=[Expr(value=Compare(left=Name(id='a', ctx=Load()), ops=[Lt(), IsNot(), NotIn()], comparators=[Name(id='b', ctx=Load()), Name(id='c', ctx=Load()), Name(id='d', ctx=Load())]))], type_ignores=[])
        -a ** -b + c * d // e @ f
        Module(body=[Expr(value=BinOp(left=UnaryOp(op=USub(), operand=BinOp(left=Name(id='a', ctx=Load()), op=Pow(), right=UnaryOp(op=USub(), operand=Name(id='b', ctx=Load())))), op=Add(), right=BinOp(left=BinOp(left=BinOp(left=Name(id='c', ctx=Load()), op=Mult(), right=Name(id='d', ctx=Load())), op=FloorDiv(), right=Name(id='e', ctx=Load())), op=MatMult(), right=Name(id='f', ctx=Load()))))], type_ignores=[])
        a if b else c
        Module(body=[Expr(value=IfExp(test=Name(id='b', ctx=Load()), body=Name(id='a', ctx=Load()), orelse=Name(id='c', ctx=Load())))], type_ignores=[])
        [a for b in c if d if e for f in g]
        Module(body=[Expr(value=ListComp(elt=Name(id='a', ctx=Load()), generators=[comprehension(target=Name(id='b', ctx=Store()), iter=Name(id='c', ctx=Load()), ifs=[Name(id='d', ctx=Load()), Name(id='e', ctx=Load())], is_async=0), comprehension(target=Name(id='f', ctx=Store()), iter=Name(id='g', ctx=Load()), ifs=[], is_async=0)]))], type_ignores=[])
        {a: b for c in d}
        Module(body=[Expr(value=DictComp(key=Name(id='a', ctx=Load()), value=Name(id='b', ctx=Load()), generators=[comprehension(target=Name(id='c', ctx=Store()), iter=Name(id='d', ctx=Load()), ifs=[], is_async=0)]))], type_ignores=[])
        {**a, "b": c}
        Module(body=[Expr(value=Dict(keys=[None, Constant(value='b')], values=[Name(id='a', ctx=Load()), Name(id='c', ctx=Load())]))], type_ignores=[])
        {1, *a}
        Module(body=[Expr(value=Set(elts=[Constant(value=1), Starred(value=Name(id='a', ctx=Load()), ctx=Load())]))], type_ignores=[])
        {a async for a in b}
        Module(body=[Expr(value=SetComp(elt=Name(id='a', ctx=Load()), generators=[comprehension(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), ifs=[], is_async=1)]))], type_ignores=[])
        (a for a in b)
        Module(body=[Expr(value=GeneratorExp(elt=Name(id='a', ctx=Load()), generators=[comprehension(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), ifs=[], is_async=0)]))], type_ignores=[])
        f(a for a in b)
        Module(body=[Expr(value=Call(func=Name(id='f', ctx=Load()), args=[GeneratorExp(elt=Name(id='a', ctx=Load()), generators=[comprehension(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), ifs=[], is_async=0)])], keywords=[]))], type_ignores=[])
        f(a, *b, c=d, **e)
        Module(body=[Expr(value=Call(func=Name(id='f', ctx=Load()), args=[Name(id='a', ctx=Load()), Starred(value=Name(id='b', ctx=Load()), ctx=Load())], keywords=[keyword(arg='c', value=Name(id='d', ctx=Load())), keyword(value=Name(id='e', ctx=Load()))]))], type_ignores=[])
        a[b, c:d:e, ::]
        Module(body=[Expr(value=Subscript(value=Name(id='a', ctx=Load()), slice=Tuple(elts=[Name(id='b', ctx=Load()), Slice(lower=Name(id='c', ctx=Load()), upper=Name(id='d', ctx=Load()), step=Name(id='e', ctx=Load())), Slice()], ctx=Load()), ctx=Load()))], type_ignores=[])
        a[*b]
        Module(body=[Expr(value=Subscript(value=Name(id='a', ctx=Load()), slice=Tuple(elts=[Starred(value=Name(id='b', ctx=Load()), ctx=Load())], ctx=Load()), ctx=Load()))], type_ignores=[])
        (a := b)
        Module(body=[Expr(value=NamedExpr(target=Name(id='a', ctx=Store()), value=Name(id='b', ctx=Load())))], type_ignores=[])
        (yield from a)
        Module(body=[Expr(value=YieldFrom(value=Name(id='a', ctx=Load())))], type_ignores=[])
        await a
        Module(body=[Expr(value=Await(value=Name(id='a', ctx=Load())))], type_ignores=[])
        ...
        Module(body=[Expr(value=Constant(value=Ellipsis))], type_ignores=[])
        None, True, False
        Module(body=[Expr(value=Tuple(elts=[Constant(value=None), Constant(value=True), Constant(value=False)], ctx=Load()))], type_ignores=[])
        0x1F, 0o17, 0b11, 1_000, 123456789012345678901234567890, 0xFFFFFFFFFFFFFFFFFFFFFFFF
        Module(body=[Expr(value=Tuple(elts=[Constant(value=31), Constant(value=15), Constant(value=3), Constant(value=1000), Constant(value=123456789012345678901234567890), Constant(value=79228162514264337593543950335)], ctx=Load()))], type_ignores=[])
        1.5, 1e10, 1e16, 1e-5, 0.0001, 1e22, 123456789.123, .5, 1., 1e400, 5e-324
        Module(body=[Expr(value=Tuple(elts=[Constant(value=1.5), Constant(value=10000000000.0), Constant(value=1e+16), Constant(value=1e-05), Constant(value=0.0001), Constant(value=1e+22), Constant(value=123456789.123), Constant(value=0.5), Constant(value=1.0), Constant(value=inf), Constant(value=5e-324)], ctx=Load()))], type_ignores=[])
        1j, 2.5J, 0j, 1e16j
        Module(body=[Expr(value=Tuple(elts=[Constant(value=1j), Constant(value=2.5j), Constant(value=0j), Constant(value=1e+16j)], ctx=Load()))], type_ignores=[])
        'a' "b'" 'c\\n\\x41\\u00e9\\N{BULLET}\\101\\q\\\nx' r'\\n'
        Module(body=[Expr(value=Constant(value="ab'c\nAé•A\\qx\\n"))], type_ignores=[])
        u'a' 'b'
        Module(body=[Expr(value=Constant(value='ab', kind='u'))], type_ignores=[])
        b'a\\xff' b'\\'"'
        Module(body=[Expr(value=Constant(value=b'a\xff\'"'))], type_ignores=[])
        f"a{b}c{{d}}{e!r:>{w}}{f=}" "g"
        Module(body=[Expr(value=JoinedStr(values=[Constant(value='a'), FormattedValue(value=Name(id='b', ctx=Load()), conversion=-1), Constant(value='c{d}'), FormattedValue(value=Name(id='e', ctx=Load()), conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), FormattedValue(value=Name(id='w', ctx=Load()), conversion=-1), Constant(value='')])), Constant(value='f='), FormattedValue(value=Name(id='f', ctx=Load()), conversion=114), Constant(value='g')]))], type_ignores=[])
        f"" ""
        Module(body=[Expr(value=JoinedStr(values=[]))], type_ignores=[])
        f"{a:{b}{c}}{d=!s}{e=:x}"
        Module(body=[Expr(value=JoinedStr(values=[FormattedValue(value=Name(id='a', ctx=Load()), conversion=-1, format_spec=JoinedStr(values=[FormattedValue(value=Name(id='b', ctx=Load()), conversion=-1), FormattedValue(value=Name(id='c', ctx=Load()), conversion=-1), Constant(value='')])), Constant(value='d='), FormattedValue(value=Name(id='d', ctx=Load()), conversion=115), Constant(value='e='), FormattedValue(value=Name(id='e', ctx=Load()), conversion=-1, format_spec=JoinedStr(values=[Constant(value='x')]))]))], type_ignores=[])
        rf"\\{a}\\n"
        Module(body=[Expr(value=JoinedStr(values=[Constant(value='\\'), FormattedValue(value=Name(id='a', ctx=Load()), conversion=-1), Constant(value='\\n')]))], type_ignores=[])
        '\\ud800\\U0001F600\\u200b'
        Module(body=[Expr(value=Constant(value='\ud800😀\u200b'))], type_ignores=[])
        a.b.c().d[e].f
        Module(body=[Expr(value=Attribute(value=Subscript(value=Attribute(value=Call(func=Attribute(value=Attribute(value=Name(id='a', ctx=Load()), attr='b', ctx=Load()), attr='c', ctx=Load()), args=[], keywords=[]), attr='d', ctx=Load()), slice=Name(id='e', ctx=Load()), ctx=Load()), attr='f', ctx=Load()))], type_ignores=[])
        print(*a, sep="")
        Module(body=[Expr(value=Call(func=Name(id='print', ctx=Load()), args=[Starred(value=Name(id='a', ctx=Load()), ctx=Load())], keywords=[keyword(arg='sep', value=Constant(value=''))]))], type_ignores=[])
        x = (1,)
        Module(body=[Assign(targets=[Name(id='x', ctx=Store())], value=Tuple(elts=[Constant(value=1)], ctx=Load()))], type_ignores=[])
        ()
        Module(body=[Expr(value=Tuple(elts=[], ctx=Load()))], type_ignores=[])
        a += b
        Module(body=[AugAssign(target=Name(id='a', ctx=Store()), op=Add(), value=Name(id='b', ctx=Load()))], type_ignores=[])
        a @= b
        Module(body=[AugAssign(target=Name(id='a', ctx=Store()), op=MatMult(), value=Name(id='b', ctx=Load()))], type_ignores=[])
        async for a in b: pass
        Module(body=[AsyncFor(target=Name(id='a', ctx=Store()), iter=Name(id='b', ctx=Load()), body=[Pass()], orelse=[])], type_ignores=[])
        async with a: pass
        Module(body=[AsyncWith(items=[withitem(context_expr=Name(id='a', ctx=Load()))], body=[Pass()])], type_ignores=[])
        """##

    static let all: [Example] = {
        let lines = text.split(separator: "\n").map(String.init)
        return stride(from: 0, to: lines.count, by: 2).map {
            let source = lines[$0].split(separator: "\\\\", omittingEmptySubsequences: false)
                .map { $0.replacing("\\n", with: "\n") }.joined(separator: "\\")
            return Example(source: source, dump: lines[$0 + 1])
        }
    }()
}
