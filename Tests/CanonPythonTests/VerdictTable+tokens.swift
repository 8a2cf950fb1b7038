extension VerdictTable {
    /// Encodings, characters, lines and their indentation, numbers, strings.
    static let tokens = #"""
        ...... # \xff\n
        ...... x=1 # \xe9\n
        EEEEEE "\xff"\n
        EEEEEE \xff=1\n
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
        EEEEEE 1...real
        ...... 1..real
        ...... 1 .real
        ....EE \\\x0d\n
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
        EEEEEE if a:\nb
        EEEEEE if a:\n\x09b\n        c
        EEEEEE if a:\n        b\n\x09c
        EEEEEE   a
        EEEEEE a\n  b
        EEEEEE if a:\n  b\n c
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
        ...... # coding: utf-7\nx
        ...... # coding: utf-7\nx = "+AOk-"
        EEEEEE # coding: utf-7\nx = "+AOk
        EEEEEE # coding: utf.8-sig\nx
        EEEEEE # coding: latin.1\nx
        ...... # coding: cp932\nx = "\x82\xa0"
        EEEEEE # coding: cp932\nx = "\x82"
        """#
}
