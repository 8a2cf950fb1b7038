"""Valid files, broken in small ways: tokens deleted, doubled, swapped, cut short and replaced.

The same seed and the same sources give the same mutants.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

LARGEST_SOURCE = 200_000
# Most mutants are made of a few top-level statements: a small one is checked soon, and a mutation in it matters more.
WHOLE_FILES = 0.1
LARGEST_WHOLE_FILE = 8_000
EXCERPT_LINES = 60

TOKEN = re.compile(
    r"""
    (?P<string>[A-Za-z]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<newline>\r?\n[ \t\f]*)
    | (?P<space>[ \t\f]+|\\\r?\n)
    | (?P<comment>\#[^\n]*)
    | (?P<name>\w+)
    | (?P<operator>\*\*=|//=|>>=|<<=|\.\.\.|:=|->|\*\*|//|>>|<<|[-+*/%@&|^=<>!]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
STRING_PART = re.compile(r"\"{3}|'{3}|[\"'{}!:\\]|\w+|.", re.DOTALL)

REPLACEMENTS = (
    "False None True and as assert async await break class continue def del elif else except finally for from global if "
    "import in is lambda nonlocal not or pass raise return try while with yield match case type _ print exec self x "
    "( ) [ ] { } , : ; . ... = == != <> := -> + - * ** / // % @ & | ^ ~ << >> < > += *= **= ! ? $ ` \\ "
    "0 1 1.5 1e5 1j 0777 00 0x 0x_f 1_000 1__0 1_ 0b12 0o8 1if 1_000j 1e 0xfor 12abc "
    "'' \"\" \"\"\" ''' 'x' b'x' b'\u00e9' u'x' rb'x' br'\\' f'' f'{x}' f'{x!r:>{y}}' f'{' f'}' f'{}' f'{x!z}' f'{x=}' "
    "f'{x:{y:{z}}}' f'{a[\"b\"]}' f'{x\\n}' f'{lambda:1}' f'{*x}' rf'\\{x}' t'{x}' '\\x' '\\N{DIGIT_ONE}' '\\N{x' '\\u12' "
    "\u00e9 \u20ac \u00aa \u2118 \u00b7 \u212a \ufb01 x\u0301 \u3000 \u00a0 \u200b \ufeff"
).split(" ") + ["\n", "\n    ", "\n\t", "\n        ", "\n  ", "\f", "\t", " ", "\\\n", "\\ \n", "# c", "\r", "\r\n", "\0", "\x0b", "async def", "not in", "is not", "yield from", "except*", "*a, b", "a for a in b", "a: int = 1", "def f(): pass"]


def tokens(source: str) -> list[str]:
    parts = []
    for match in TOKEN.finditer(source):
        text = match.group()
        # What is inside of a formatted string is source as well.
        if match.lastgroup == "string" and re.match(r"[rR]?[fFtT]", text):
            parts += STRING_PART.findall(text)
        else:
            parts.append(text)
    return parts


def excerpt(generator: random.Random, source: str) -> str:
    lines = source.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if re.match(r"[A-Za-z@_]", line)]
    if not starts:
        return source
    first = generator.randrange(len(starts))
    last = min(first + generator.randint(1, 4), len(starts) - 1)
    begin = starts[first]
    end = starts[last] if last > first else len(lines)
    return "".join(lines[begin:min(end, begin + EXCERPT_LINES)])


def mutate(generator: random.Random, parts: list[str]) -> list[str]:
    """One change at a place that is not only space."""
    places = [index for index, part in enumerate(parts) if part.strip(" ")]
    if not places:
        return [generator.choice(REPLACEMENTS)]
    at = generator.choice(places)
    parts = list(parts)
    match generator.choice(("delete", "duplicate", "swap", "truncate", "replace", "replace", "insert", "cut")):
        case "delete":
            del parts[at]
        case "duplicate":
            parts.insert(at, parts[at])
        case "swap":
            other = generator.choice(places[max(0, places.index(at) - 4):][:9])
            parts[at], parts[other] = parts[other], parts[at]
        case "truncate":
            parts[at] = parts[at][:generator.randrange(len(parts[at]))]
        case "replace":
            parts[at] = generator.choice(REPLACEMENTS)
        case "insert":
            parts.insert(at, generator.choice(REPLACEMENTS) + generator.choice(("", " ")))
        case "cut":
            # Rarely: the rest of the source says little when the file just ends.
            if generator.random() < 0.3:
                parts = parts[:at]
            else:
                del parts[at:at + generator.randint(2, 6)]
    return parts


def mutants(seed: int, sources: list[Path], count: int) -> Iterator[bytes]:
    generator = random.Random(seed)
    made = 0
    while made < count:
        data = generator.choice(sources).read_bytes()
        if len(data) > LARGEST_SOURCE:
            continue
        try:
            source = data.decode()
        except UnicodeDecodeError:
            continue
        if len(source) > LARGEST_WHOLE_FILE or generator.random() > WHOLE_FILES:
            source = excerpt(generator, source)
        parts = tokens(source)
        for _ in range(generator.choice((1, 1, 1, 1, 1, 1, 2, 2, 3))):
            parts = mutate(generator, parts)
        made += 1
        yield "".join(parts).encode(errors="surrogatepass")


def write(folder: Path, seed: int, sources: list[Path], count: int) -> list[Path]:
    paths = []
    for number, data in enumerate(mutants(seed, sources, count)):
        path = folder / f"{number // 1000:03}" / f"{number:06}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths
