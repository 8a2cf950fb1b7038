extension VerdictTable {
    /// Expressions and statements.
    static let grammar = #"""
        E..... __debug__=1
        .EEEEE (*a)
        ...... print(*a)
        .EEEEE ((a):=1)
        E..... f(a=1,a=2)
        EEEEEE f((a)=1)
        E..... def f(__debug__):pass
        EEEEEE f(x for x in y,)
        EEEEEE class A(x for x in y):pass
        EE.... a[x:=1]
        E..... {a:=1}
        E..... {a:=1 for a in b}
        EEE... a[*b]
        E..... f(x:=1 for a in b)
        .EEEEE del *a
        .EEEEE del (*a,)
        ...... *a=1
        ...... *a
        EEEEEE *a:int
        ...... for *a in b:pass
        E..... for x in *a,b:pass
        .EEEEE [x for x in y if lambda:1]
        EEEEEE [x for x in lambda:y,1]
        ...... x:int=*a,b
        ...... return *a
        ...... yield *a
        EEEEEE from __future__ import barry_as_FLUFL\n1<>2
        EEEEEE 1<>2
        ...... with (a,b):pass
        E..... with (a as b):pass
        E..... with (a as b,):pass
        EEEEEE with a as b,:pass
        ...... with (a,b) as c:pass
        E..... with a as *b:pass
        ...... with a as (b,*c):pass
        E..... @a[0]\ndef f():pass
        ...... @a.b.c(1)\ndef f():pass
        E..... @(a:=b)\ndef f():pass
        E..... @a:=b\ndef f():pass
        ..EEEE [1async for x in y]
        EEEEEE a<>b
        EEEEEE @
        EEEEEE ->
        EEEEEE x->y
        ...... ...
        EEEEEE .  .
        EEEEEE x. .y
        ...... from . . import x
        ...... from .. . import x
        ...... from ...x import y
        ...... from .... import y
        ...... from . x import y
        E..... x /=*x1
        ...... print *x
        E..... x.__debug__ = 1
        E..... import a.b as __debug__
        E..... class __debug__: pass
        EEEEEE def f(a, b=1, c): pass
        EEEEEE def f(*): pass
        EEEEEE def f(*, **k): pass
        ...... def f(a, /, b, *, c): pass
        EEEEEE def f(/, a): pass
        EEEEEE lambda *: 1
        ...... lambda a, /: a
        EEE... def f(*a: *b): pass
        EEEEEE def f(**k, a): pass
        ...... def f(a, a): pass
        EEEEEE f(**k, *a)
        ...... f(a=1, *b)
        EEEEEE f(a=1, b)
        EEEEEE f(x for x in y, 1)
        EEEEEE f(1, x for x in y)
        EEEEEE f(True=1)
        EEEEEE f(a.b=1)
        EEEEEE del f()
        ...... del (a, [b, c.d])
        ...... del ()
        ...... del a,
        ...... a = b = yield c
        EEEEEE a = yield = b
        EEEEEE (a, b) += 1
        ...... [a, b] = c
        EEEEEE [a] += 1
        EEEEEE a + 1 = b
        EEEEEE None = 1
        EEEEEE (None) = 1
        EEEEEE x.None
        EEEEEE a, b: int
        ...... (a): int = 1
        EEEEEE [a]: int
        EEEEEE a if b
        EEEEEE try: pass\nexcept a, b: pass
        EEE... try: pass\nexcept* a: pass
        EEEEEE try: pass\nexcept: pass\nexcept* a: pass
        EEEEEE try: pass\nexcept*: pass
        EEEEEE try: pass
        EEEEEE try: pass\nelse: pass\nfinally: pass
        EE.... match a:\n case b: pass
        EEEEEE match a:\n case 1 + 2: pass
        EE.... match a:\n case -1j: pass
        EEEEEE match a:\n case 1j + 1j: pass
        EEEEEE match a:\n case {**rest, 1: a}: pass
        EEEEEE match a:\n case {**_}: pass
        EEEEEE match a:\n case A(b=c, d): pass
        EEEEEE match a:\n case (a as _): pass
        EEEEEE match a:\n case *a: pass
        EE.... match a:\n case *a, : pass
        EE.... match a:\n case a.b(c, d=e) | None: pass
        EEEEEE match a:\n pass
        ...... match(a)
        ...... match = 1
        ...... match[a]: int
        EE.... match a, *b:\n case _ if (c := d): pass
        EEEEEE match *a:\n case b: pass
        EEEE.. type X = int
        EEEE.. type X[T: int, *Ts, **P] = int
        EEEEE. type X[T = int] = T
        EEEEE. type X[*Ts = *a] = T
        ...... type = 1
        ...... type(a)
        EEEE.. def f[T](a: T) -> T: pass
        EEEE.. class A[T]: pass
        EEEEEE def f[](): pass
        EEEEEE class A[**P: int]: pass
        ...... async def f():\n async with a as b, c: pass\n async for d in e: pass
        EEEEEE async x
        ...... await a ** b
        EEEEEE await await a
        ...... -await a
        EEEEEE not a == not b
        ...... a < b < c is not d not in e
        EEEEEE a <> b
        EEEEEE [*a for a in b]
        EEEEEE {**a for a in b}
        ...... {a: b for c in d}
        EEEEEE {a: *b}
        ...... {**a, b: c}
        ...... {*a, b}
        EEEEEE {a, **b}
        EEEEEE {a: b, c}
        ...... [a, b := 1]
        ...... (a := 1, b)
        EEEEEE a := 1
        ...... if a := 1: pass
        ...... while a := 1: pass
        EEEEEE assert a := 1
        EEEEEE lambda: a := 1
        ...... lambda: (yield)
        ...... [a async for a in b]
        ...... a[b:c:d, ...]
        ...... a[:, ::]
        EEEEEE a[]
        EEE... a[b, *c]
        EEEEEE a[*b:c]
        EEEEEE a[b:=1:2]
        ...... global a, b
        EEEEEE global a,
        ...... from a import (b, c,)
        EEEEEE from a import b,
        EEEEEE from a import ()
        ...... from a import *
        EEEEEE from a import (*)
        ...... from . import a
        ...... from .. .b import c
        EEEEEE import a as b.c
        EEEEEE import *
        ...... return
        ...... return *a, b
        ...... raise a from b
        EEEEEE raise a, b
        EEEEEE pass pass
        ...... pass;
        EEEEEE pass;;
        ...... if a: b; c
        EEEEEE if a: if b: c
        ...... with a, b as c: pass
        E..... with (a, b as c): pass
        ...... with (a, *b): pass
        ...... with (yield): pass
        ...... with (a := b): pass
        ...... with (a for a in b): pass
        ...... with (a, b) as c, d: pass
        ...... with (a).b as c: pass
        EEEEEE with a as f(): pass
        ...... for a, *b in c: pass
        EEEEEE for a() in b: pass
        EEEEEE for (a in b) in c: pass
        E..... for a in *b, c: pass
        ...... class A(*b, c=1, **d): pass
        ...... @a\n@b.c\nasync def f(): pass
        EEEEEE @a\nx = 1
        ...... 1 if 2 else 3 if 4 else 5
        ...... lambda a=1, *b, c=2, **d: e
        EEEEEE x = (1,\n
        EEEEEE x = (1]
        EEEEEE x = 1)
        """#
}
