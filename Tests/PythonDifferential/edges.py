"""Sources at the limits of the grammar, which neither a corpus nor its mutants hold."""

from collections.abc import Iterator
from pathlib import Path


def nested_blocks(depth: int) -> bytes:
    return b"".join(b" " * level + b"if x:\n" for level in range(depth)) + b" " * depth + b"pass\n"


def limits() -> Iterator[tuple[str, bytes]]:
    for depth in (19, 20, 21, 98, 99, 100, 101, 10_000):
        yield f"indents_{depth}", nested_blocks(depth)
    for depth in (50, 89, 95, 99, 100, 149, 150, 199, 200, 201, 10_000):
        for name, opening, inner, closing in (
            ("parentheses", b"(", b"x", b")"), ("lists", b"[", b"", b"]"), ("dicts", b"{1:", b"2", b"}"),
            ("calls", b"f(", b"", b")"), ("unclosed", b"(", b"", b""), ("mixed", b"([{", b"", b"}])"),
        ):
            yield f"{name}_{depth}", b"x = " + opening * depth + inner + closing * depth + b"\n"
    # Far below and far above what CPython's own recursion allows; what lies between depends on the patch level.
    for depth in (50, 20_000):
        yield f"minuses_{depth}", b"x = " + b"-" * depth + b"1\n"
        yield f"nots_{depth}", b"x = " + b"not " * depth + b"1\n"
        yield f"powers_{depth}", b"x = " + b"2**" * depth + b"1\n"
        yield f"lambdas_{depth}", b"x = " + b"lambda:" * depth + b"1\n"
        yield f"conditionals_{depth}", b"x = " + b"1 if x else " * depth + b"1\n"
        yield f"awaits_{depth}", b"async def f():\n x = " + b"await " * depth + b"y\n"
    yield "elifs_50", b"if x: pass\n" + b"elif x: pass\n" * 50
    yield "long_line", b"x = [" + b"1, " * 300_000 + b"]\n"
    yield "long_name", b"x" * 1_000_000 + b" = 1\n"
    yield "long_string", b"x = '" + b"a" * 1_000_000 + b"'\n"
    yield "many_strings", b"x = (" + b"'a'\n" * 20_000 + b")\n"
    yield "many_operands", b"x = [" + b"a.b.c(1)[2], " * 20_000 + b"]\n"
    yield "continuations", b"x = 1" + b" \\\n" * 10_000 + b" + 1\n"
    for digits in (4299, 4300, 4301):
        yield f"digits_{digits}", b"x = " + b"9" * digits + b"\n"
        yield f"hex_digits_{digits}", b"x = 0x" + b"f" * digits + b"\n"


def encodings() -> Iterator[tuple[str, bytes]]:
    bom = b"\xef\xbb\xbf"
    for name in (
        "utf-8", "UTF8", "utf_8", "utf8-sig", "utf-8-sig", "U8", "latin-1", "Latin1", "iso-8859-1", "iso8859_1", "l1",
        "iso-8859-15", "latin-9", "cp1252", "windows-1252", "cp437", "ascii", "us-ascii", "646", "utf-16", "nonsense",
        "rot13", "hex", "utf-8-unix", "latin-1-dos", "",
    ):
        cookie = f"# -*- coding: {name} -*-\n".encode()
        yield f"cookie_{name or 'none'}", cookie + b"x = 'plain'\n"
        yield f"cookie_{name or 'none'}_high", cookie + b"x = '\xe9\x80'\n"
        yield f"cookie_{name or 'none'}_utf8", cookie + b"x = '\xc3\xa9'\n"
        yield f"cookie_{name or 'none'}_bom", bom + cookie + b"x = '\xc3\xa9'\n"
    high = b"x = '\xe9'\n"
    cookie = b"# coding: latin-1\n"
    yield "cookie_second_line", b"#!/usr/bin/python\n" + cookie + high
    yield "cookie_second_after_code", b"y = 1\n" + cookie + high
    yield "cookie_second_after_blank", b"\n" + cookie + high
    yield "cookie_second_after_formfeed", b"\f\n" + cookie + high
    yield "cookie_third_line", b"\n\n" + cookie + high
    yield "cookie_indented", b"  \f" + cookie + high
    yield "cookie_equals", b"# vim: set fileencoding=latin-1 :\n" + high
    yield "cookie_carriage_return", b"# coding: latin-1\r" + high
    yield "cookie_in_string", b"'''\n# coding: latin-1\n'''\n" + high
    yield "cookie_after_continuation", b"\\\n" + cookie + high
    for name, data in (
        ("bom", bom + b"x = 1\n"), ("bom_twice", bom + bom + b"x = 1\n"), ("bom_inside", b"x = 1\n" + bom + b"y = 2\n"),
        ("bom_alone", bom), ("bom_partial", b"\xef\xbbx"), ("utf16", "x = 1\n".encode("utf-16")), ("empty", b""),
        ("bad_utf8_code", b"x = \xff\n"), ("bad_utf8_string", b"x = '\xc3'\n"), ("bad_utf8_comment", b"# \xff\n"),
        ("bad_utf8_last_comment", b"x = 1\n# \xff"), ("overlong", b"# \xc0\x80\n"), ("surrogate", b"# \xed\xa0\x80\n"),
        ("beyond_unicode", b"# \xf4\x90\x80\x80\n"), ("astral", "x = '\U0001f600'\n".encode()),
        ("null", b"x = 1\0\n"), ("null_in_comment", b"# \0\n"), ("null_in_string", b"x = '\0'\n"), ("null_alone", b"\0"),
        ("control_z", b"x = 1\n\x1a"), ("vertical_tab", b"x = 1\n\x0b\ny = 2\n"), ("delete_character", b"x = 1 \x7f\n"),
    ):
        yield name, data


def layout() -> Iterator[tuple[str, bytes]]:
    sources = [
        b"if x:\n\tpass\n        pass\n", b"if x:\n        pass\n\tpass\n", b"if x:\n \tpass\n\tpass\n",
        b"if x:\n    if y:\n\tpass\n", b"if x:\n\t if y:\n\t \tpass\n", b"if x:\n  a\n b\n", b"  x\n", b"\tx\n", b"\fx\n",
        b" \fx\n", b"if x:\n  a\n\f  b\n", b"if x:\n  a\n \f b\n", b"x\n\f\ny\n", b"if x:\n  a\n# c\n  b\n",
        b"if x:\n  a\n # c\n  b\n", b"if x:\n# c\n  b\n", b"if x:\n", b"if x:", b"if x:\n  ", b"if x:\n  # c", b"x = \\",
        b"x = \\\n", b"x = \\\n\n", b"x = 1 \\ \n", b"\\\nx\n", b" \\\nx\n", b"\\\n x\n", b"if x:\n \\\n  y\n",
        b"if x:\n  y\n\\\n", b"if x:\n  y\n  \\\n", b"x\r\ny\r\n", b"x\ry\r", b"x = '''\r\n'''\r\n", b"x = 'a\\\r\nb'\r\n",
        b"x = \\\r\n1\r\n", b"x = \\\r1\r", b"x = '\r'\n", b"(\n  x\n y\n)\n", b"(\n  x,\n y\n)\n", b"x = (1\n", b"x)\n",
        b"(]\n", b"x = [\n}\n", b"'''", b"'", b"'a\n", b"\"\"\"a\\\"\"\"", b"f'''{", b"f'{", b"f'{x", b"f'{x:", b"f'{x!", b"f'{x:{",
        b"x;\n", b";\n", b"x;;y\n", b"x; y;\n", b"if x: y; z\n", b"if x: if y: z\n", b"class A: pass; x = 1\n", b"def f(): ...; x",
        b"@x\n\ndef f(): pass\n", b"@x\n# c\ndef f(): pass\n", b"@x def f(): pass\n", b"@x\nx = 1\n", b"try: x\n", b"try:\n x\nelse:\n y\n",
        b"else: x\n", b"for x in y: pass\nelse: pass\nelse: pass\n", b"match x:\n case 1: pass\n", b"match x:\n pass\n",
        b"match = 1\nmatch.x\nmatch[1]\nmatch(1)\nmatch -1\nprint(match)\n", b"match (x):\n case _: pass\n", b"match x, y:\n case [*_]: pass\n",
        b"match *x, y:\n case {'a': 1, **k}: pass\n", b"type X = int\n", b"type X[T: int = str, *U, **P] = T\n", b"type = 1\ntype(x)\n",
        b"def f[T](x: T): pass\n", b"class A[T = int](B): pass\n", b"try: x\nexcept* A: y\n", b"try: x\nexcept A, B: y\n",
        b"try: x\nexcept A, B as c: y\n", b"with (a as b, c as d): pass\n", b"with (a, b) as c: pass\n", b"with (a as b): pass\n",
        b"with (yield): pass\n", b"with a as (b, c), d: pass\n", b"x[*y]\n", b"x[*y, 1:2]\n", b"x[a:=1]\n", b"x[a:=1, b]\n", b"{a:=1}\n",
        b"{a:=1: 2}\n", b"def f(*x: *y): pass\n", b"lambda *x: *y\n", b"x: int\n", b"(x): int = 1\n", b"x.y: int\n", b"x, y: int\n",
        b"for x in *a, b: pass\n", b"return\n", b"def f(): return *a, b\n", b"yield x\n", b"await x\n", b"[await x for x in y]\n",
        b"async with x: pass\n", b"async for x in y: pass\n", b"async x\n", b"del x, (y, z), [a]\n", b"del f()\n", b"del *x\n", b"del (x)\n",
        b"x = yield\n", b"x += yield y\n", b"f(x for x in y)\n", b"f(x for x in y, 1)\n", b"f(1, x for x in y)\n", b"f(x for x in y,)\n",
        b"f(**a, *b)\n", b"f(**a, b)\n", b"f(a=1, b)\n", b"f(a=1, *b)\n", b"f(a.b=1)\n", b"f(True=1)\n", b"f(a=1, a=2)\n", b"f(a:=1)\n", b"f(a=b:=1)\n",
        b"def f(a, a): pass\n", b"def f(a=1, b): pass\n", b"def f(a, /, b, *, c): pass\n", b"def f(/): pass\n", b"def f(*): pass\n", b"def f(*, **k): pass\n",
        b"def f(a, /, /): pass\n", b"def f(*a, *b): pass\n", b"def f(**k, a): pass\n", b"def f(*a=1): pass\n", b"lambda a, /: 1\n", b"lambda *: 1\n",
        b"None = 1\n", b"x = None = 1\n", b"f() = 1\n", b"f() += 1\n", b"(x, y) += 1\n", b"[x] += 1\n", b"*x = 1\n", b"*x, = 1\n", b"*x, *y = 1\n",
        b"(x := 1)\n", b"x := 1\n", b"(x.y := 1)\n", b"__debug__ = 1\n", b"def f(__debug__): pass\n", b"import a.b as c.d\n", b"from . import x\n",
        b"from .... import x\n", b"from . import *\n", b"from x import (a, b,)\n", b"from x import a,\n", b"from x import ()\n", b"import x as y, z\n",
        b"from __future__ import braces\n", b"from __future__ import barry_as_FLUFL\nx <> y\n", b"x <> y\n", b"print 1\n", b"exec 'x'\n", b"`x`\n", b"0777\n", b"0_7\n", b"00_0\n",
        b"1__0\n", b"1_\n", b"0x\n", b"0b2\n", b"0o8\n", b"1e\n", b"1e+\n", b"1.e5\n", b"1._5\n", b"1if x else y\n", b"1or 2\n", b"0x1for x in y\n", b"1_000jif x else y\n", b"1abc\n",
        b"'\\N{LATIN SMALL LETTER A}'\n", b"'\\N{no such name}'\n", b"'\\N'\n", b"'\\N{'\n", b"'\\x1'\n", b"'\\u123'\n", b"'\\U00110000'\n", b"b'\\x1'\n", b"'\\777'\n", b"'\\8'\n", b"b'\\N{x}'\n",
        b"r'\\'\n", b"r'\\N{x'\n", b"ur'x'\n", b"bu'x'\n", b"'a' b'b'\n", b"f'a' b'b'\n", b"f'{x!r}' 'y'\n", b"f'{x!q}'\n", b"f'{x! r}'\n", b"f'{x !r}'\n", b"f'{}'\n", b"f'{ }'\n", b"f'}'\n", b"f'{{}}'\n", b"f'{{}'\n",
        b"f'{x:{y:{z}}}'\n", b"f'{x:{y:{z:{w}}}}'\n", b"f'{\"a\" \"b\"}'\n", b"f'{\"\\n\"}'\n", b"f'{#}'\n", b"f'''{\n#c\nx}'''\n", b"f'{x\n}'\n", b"f'{'x'}'\n", b"f'{f'{f'{x}'}'}'\n", b"f'{lambda x: 1}'\n", b"f'{(lambda x: 1)}'\n",
        b"f'{x:=5}'\n", b"f'{(x:=5)}'\n", b"f'{x=}'\n", b"f'{x = !r:>3}'\n", b"f'{*x}'\n", b"f'{*x,}'\n", b"f'{**x}'\n", b"f'{yield}'\n", b"f'{a b}'\n", b"f'{a:\\x41}'\n", b"f'\\N{DIGIT ONE}{x}'\n", b"f'\\{x}'\n", b"rf'\\{x}'\n", b"t'{x}'\n", b"t'x' 'y'\n",
        "x\u0301 = 1\n".encode(), "\u0301x = 1\n".encode(), "\u00b7x = 1\n".encode(), "x\u00b7 = 1\n".encode(), "\u2118 = 1\n".encode(), "x\u212a = 1\n".encode(), "\u20ac = 1\n".encode(), "x = 1\u00a0+ 1\n".encode(), "\u037a = 1\n".encode(), "x\ufe00 = 1\n".encode(), "\u3000x\n".encode(), "\U0001d5d1 = 1\n".encode(),
        b"x = not in y\n", b"x not y\n", b"x is not not y\n", b"not x == y\n", b"x if y\n", b"x = if y\n", b"a b\n", b"a b c\n", b"1 2\n", b"class A(x for x in y): pass\n", b"class A(*b, **c): pass\n", b"class A(): x\n", b"class A: pass\n",
        b"@a.b[c]\ndef f(): pass\n", b"@a or b\ndef f(): pass\n", b"@a := b\ndef f(): pass\n", b"@a.b(c)\nclass A: pass\n", b"@a()()\ndef f(): pass\n", b"global x, y\n", b"global x.y\n", b"nonlocal x\n", b"assert x, y\n", b"assert (x, y)\n", b"raise x from y\n", b"raise from y\n",
        b"[*x for x in y]\n", b"{**x for x in y}\n", b"{*x, **y}\n", b"{**x, 'a': 1}\n", b"{1: 2, 3}\n", b"{1, 2: 3}\n", b"{1:}\n", b"[x for x in y if z if w]\n", b"[x for x in 1, 2]\n", b"[x for x in lambda: y, 1]\n", b"[x for x, in y]\n", b"[x async for x in y]\n", b"x = *a\n", b"x = *a, b\n", b"(*a)\n", b"(*a,)\n", b"print(*a, sep='')\n", b"x = (yield)\n",
    ]
    for number, data in enumerate(sources):
        yield f"layout_{number:03}", data


def write(folder: Path) -> list[Path]:
    paths = []
    for group in (limits, encodings, layout):
        for name, data in group():
            path = folder / group.__name__ / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            paths.append(path)
    return paths
