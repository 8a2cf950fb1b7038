/// Sources and what `ast.parse` of each version says of them, as measured with 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and
/// 3.13.0: six letters, `.` for "parses" and `E` for "does not", then the source.
///
/// `\n`, `\xNN` and `\\` are escapes for bytes. Whatever a comparison with an interpreter brings to light is added here.
enum VerdictTable {
    static let lines = #"""
        ...... # \xff\n
        ...... x=1 # \xe9\n
        EEEEEE "\xff"\n
        EEEEEE \xff=1\n
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
        ...... 1if x else 2
        ...... 0xfor x in y
        EEEEEE 1_a
        EEEEEE 1__0
        EEEEEE 0777
        ...... 00
        ...... 0_0
        ...... 1e5_0
        EEEEEE 1else
        EEEEEE x=1_
        EEEEEE 0b12
        EEEEEE 0o8
        EEEEEE 0x
        EEEEEE 1.e
        EEEEEE 1._0
        EEEEEE f"{a!x}"
        .EEE.. f"{*a}"
        ...... f"{*a,}"
        ....EE f"{x for x in y}"
        ...... f"{yield}"
        EEEEEE f"{lambda x:1}"
        EEEE.. f"{a\n}"
        ...... f"""{a\n}"""
        EEEEEE f"{a#}"
        EEEE.. f"{a!r:{b:{c}}}"
        EEEEEE f"{a:{b:{c:{d}}}}"
        EEEE.. f'{a['x']}'
        EEEE.. f"{'\\n'}"
        ...... f"{a=}"
        ...... f"{a=!r:x}"
        EEEEEE f"{a!r=}"
        EEEEEE f"{!x}"
        EEEEEE f"{}"
        EEEEEE f"{a:}}"
        EEEEEE f"}"
        EEEEEE f"{a}}"
        ...... f"{{}}"
        EEEEEE f"{a!}"
        EEEEEE f"{a! r}"
        EEEE.. f"{a!r }"
        EEEEEE f"{a:\\N{DASH}}"
        ...... f"\\N{DIGIT ONE}"
        ...... "\\N{DIGIT ONE}"
        ...... "\\N{digit one}"
        EEEEEE "\\N{foo}"
        EEEEEE "\\N{TANGUT IDEOGRAPH-17000}"
        ...... "\\N{CJK COMPATIBILITY IDEOGRAPH-2F800}"
        .EEEEE "\\N{CJK UNIFIED IDEOGRAPH-2EBE1}"
        E..... "\\N{KHITAN SMALL SCRIPT CHARACTER-18B00}"
        ...... "\\N{VS256}"
        EEEEEE "\\N{VS257}"
        ...... "\\N{vs1}"
        ...... "\\N{eol}"
        EEEEEE "\\N"
        EEEEEE "\\N{}"
        EEEEEE "\\x1"
        EEEEEE b"\\x1"
        EEEEEE "\\u123"
        ...... b"\\u123"
        EEEEEE "\\U00110000"
        ...... "\\ud800"
        EEEEEE b"\xc3\xa9"
        EEEEEE "a" b"b"
        ...... u"a" "b"
        EEEEEE ur"a"
        EEEEEE bu"a"
        ...... br"a"
        ...... Rb"a"
        ...... rf"a"
        ...... Fr"a"
        EEEEEE fb"a"
        EEEEEE t"a"
        EEEEEE t"a" "b"
        ..EEEE with 1as x:pass
        ..EEEE [1async for x in y]
        ..EEEE raise 1from x
        EEEEEE 1a
        EEEEEE 1.real
        EEEEEE 1if_x
        EEEEEE x = 1 \\\n
        EEEEEE x = 1 \\
        EEEEEE \\\n
        .E.... if 1:\n  \\\n  x\n
        .E.... if 1:\n  \\\n x\n
        EE.... if 1:\n\\\n  x\n
        ...... if 1:\n  x\n\\\n  y\n
        EEEEEE if 1:\n \\\n  x\n  y\n
        E.....  \\\n\nx
        ...... \\\n\nx
        ...... x\\\n\n
        EEEEEE (\\\n
        ...... if 1:\n  x\n\\\n\n
        EEEEEE   \\\n
        EEEEEE x\n  \\\n
        EEEEEE if 1:\n  x\n  \\\n
        EEEE.. f"{a:x\n}"
        EEEE.. f"{a:\n}"
        ...... f'''{a:x\n}'''
        ...... f'''{a:x\n\n  }'''
        ...... f"{a!=b}"
        EEEEEE f"{a!=}"
        EEEEEE f"{a==}"
        ...... f"{a=!r:^{b}}"
        EEEEEE f"{a:{b}}}"
        ...... f"{a:{{b}}}"
        ...... f"{ {1} }"
        EEEEEE f"{{1}"
        ...... f"\\{1}"
        EEEEEE f"\\{"
        EEEEEE f"\\}"
        ...... rf"\\{1}"
        ...... rf"\\N{1}"
        EEEEEE f"\\N{1}"
        ...... f"{a:\\{b}}"
        ...... f"{a:\\x41}"
        EEEEEE f"{a:\\x4}"
        ....EE rf"{a:\\x4}"
        ...... f"{a:\\N{BULLET}}"
        EEEEEE f"{a:\\N}"
        EEEEEE f"\\N"
        EEEEEE f"\\x{a}"
        EEEEEE "\\N{LATIN SMALL LETTER A WITH MACRON AND GRAVE}"
        ...... "\\N{NBSP}"
        ...... "\\N{LINE FEED}"
        ...... "\\N{HANGUL SYLLABLE GA}"
        ...... "\\N{CJK UNIFIED IDEOGRAPH-4E00}"
        EEEEEE "\\N{cjk unified ideograph-4e00}"
        ...... "\\N{BELL}"
        ...... "\\N{ALERT}"
        EEEEEE "\\N{ BELL}"
        ...... \xef\xbb\xbfx
        EEEEEE \xef\xbb\xbf# coding: latin-1\nx
        EEEEEE \xef\xbb\xbf# coding: utf8\nx
        EEEEEE # coding: utf8\n#\xff\n
        ...... # coding: utf-8\n#\xff\n
        ...... # coding: UTF_8\n#\xff\n
        EEEEEE # coding: foo\n
        ...... \n\n# coding: foo\n
        ...... x\n# coding: foo\n
        ...... """\n# coding: foo\n"""\n
        ...... \\\n# coding: foo\n
        ...... #coding:\x09latin-1\nx="\xe9"\n
        ...... \x0c# coding: latin-1\nx="\xe9"\n
        ...... # coding: latin-1\n\xe9=1\n
        EEEEEE # coding: utf-16\nx
        EEEEEE # coding: hex\nx
        EEEEEE # coding: cp037\nx
        ...... # coding: utf-8-sig\nx
        ...... # coding: shift_jis\nx
        EEEEEE #coding:foo
        EEEEEE #coding=f
        EEEEEE # vim: set fileencoding=foo :\n
        EEEEEE \x0d# coding: foo\x0d
        EEEEEE x\x00
        EEEEEE #\x00
        EEEEEE x\x1a
        EEEEEE x\x0b
        ...... x\x0c
        EEEEEE \x0c x
        ......   \x0cx
        ...... if 1:\n  \x0c x\n
        ...... x\x0d\x0dy
        ...... if 1:\x0d  x\x0d  y\x0d
        EEEEEE "a\x0d"
        ...... '''\x0d'''
        EEEEEE x \\\x0d\ny
        EEEEEE x \\ \ny
        ...... x=\\\x0d\n1
        ...... \xc3\xa9=1
        ...... \xe2\x84\x98=1
        ...... a\xc2\xb7=1
        EEEEEE \xc2\xb7=1
        ...... \xe1\xa2\x85=1
        EEEEEE \xe3\x82\x9b=1
        EEEEEE a\xe3\x82\x9b=1
        EEEEEE \xe0\xb8\xb3=1
        EEEEEE \xef\xbb\xbf=1
        EEEEEE x\xef\xbb\xbf=1
        EEEEEE \xf0\x9f\x98\x80
        EEEEEE a\xe2\x80\x8b=1
        EEEEEE \xcd\xba=1
        ...... \xef\xbc\xae\xef\xbd\x8f\xef\xbd\x8e\xef\xbd\x85=1
        ...... x.\xef\xbc\xae\xef\xbd\x8f\xef\xbd\x8e\xef\xbd\x85
        EEEEEE \xed\xa0\x80
        ...... \xe2\x85\xa0=1
        ...... \xc2\xaa=1
        EEEEEE \xe1\x9b\xab
        E..... \xe0\xa3\x80=1
        EEE... \xe0\xb1\x9d=1
        EEE... \xf0\x90\x96\x80=1
        EEEE.. \xf0\x9d\xbc\xa5=1
        EEEEE. \xf0\xae\xaf\xb0=1
        EEEEEE \xe1\xb2\x89=1
        EEEEEE $
        EEEEEE ?
        EEEEEE !
        EEEEEE a!b
        EEEEEE `a`
        EEEEEE a<>b
        EEEEEE @
        EEEEEE ->
        EEEEEE x->y
        ...... ...
        EEEEEE .  .
        EEEEEE x. .y
        EEEEEE 1...real
        ...... 1..real
        ...... 1 .real
        ...... from . . import x
        ...... from .. . import x
        ...... from ...x import y
        ...... from .... import y
        ...... from . x import y
        ....EE \\\x0d\n
        E..... x /=*x1
        ..EEEE \\\n return
        ..EEEE \n\\\n ans\n
        E.EEEE  \\\n 3.25
        E.EEEE reenable = 1\n \\\n gc.disable()
        .E.... if 1:\n    if a:\n        \\\n  b = 1\n
        ...... \\\n\n
        ...... \\\n\n# comment\na
        ...... # coding: cp932\nx
        EEEEEE # coding: -\nx
        EEEEEE # -*- coding:  -*-\nx
        ....E. f"{2:{y=}}"
        ....E. f"{a:h1{y=}h2}"
        ...... f"{a}" "b" f"{c!r:>{w}}"
        ...... f(f"{x}")
        ...... (f"{(a)}")
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
        EEEEEE if a:\nb
        EEEEEE if a:\n\x09b\n        c
        EEEEEE if a:\n        b\n\x09c
        EEEEEE   a
        EEEEEE a\n  b
        EEEEEE if a:\n  b\n c
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
        EEEEEE b'\xc3\xa9'
        EEEEEE 0_
        EEEEEE 0b
        EEEEEE 1e
        ...... 1_0.0_1e+1_0j
        ...... 08.5
        EEEEEE 0o18
        EEEEEE 0xg
        EEEEEE 1.2.3
        EEEEEE """abc
        EEEEEE "abc
        EEEEEE f"{a
        ...... f"{a!r:}"
        EEEE.. f"{a:{b:{c}}}"
        EEEEEE f"{a!z}"
        EEEEEE f'{a!r}' b'c'
        EEEE.. f"{a["b"]}"
        EEEEEE x = (1,\n
        EEEEEE x = (1]
        EEEEEE x = 1)
        ...... # coding: utf-7\nx
        ...... # coding: utf-7\nx = "+AOk-"
        EEEEEE # coding: utf-7\nx = "+AOk
        EEEEEE # coding: utf.8-sig\nx
        EEEEEE # coding: latin.1\nx
        ...... # coding: cp932\nx = "\x82\xa0"
        EEEEEE # coding: cp932\nx = "\x82"
        """#
}
