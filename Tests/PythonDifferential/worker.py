"""Runs inside the interpreter that is asked: reads paths, writes what `ast` says of each file, one JSON line a file.

Works on every CPython from 3.8 on, so it uses nothing newer. A file that takes too long ends the process (SIGALRM has its
default action, which also stops a parser that is busy in C); whoever started it sees at which file and goes on after it.
"""

import ast
import json
import resource
import signal
import sys

SECONDS_PER_FILE = 60
MEMORY_BYTES = 4 << 30


def parse(data):
    """The tree, or the exception; a file for which the parser gives up (recursion, memory) does not parse."""
    try:
        return ast.parse(data), None
    except (SyntaxError, ValueError, RecursionError, MemoryError, UnicodeError, OverflowError, SystemError) as error:
        return None, error


def verdict(data):
    _, error = parse(data)
    if error is None:
        return {"ok": True}
    return {
        "ok": False,
        "type": type(error).__name__,
        "line": getattr(error, "lineno", None),
        "column": getattr(error, "offset", None),
        "message": str(getattr(error, "msg", None) or error)[:300],
    }


def outline(data):
    """Classes, functions and imports in source order, each with the names that it is nested in."""
    tree, error = parse(data)
    if error is not None:
        return {"ok": False}
    declarations, imports = [], []
    # By hand, because a visitor recurses, and statements may be nested deeper than the recursion limit allows.
    pending = [(statement, "") for statement in reversed(tree.body)]
    while pending:
        node, within = pending.pop()
        inside = within
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            inside = within + "." + node.name if within else node.name
            kind = {"ClassDef": "class", "FunctionDef": "function", "AsyncFunctionDef": "async_function"}
            declarations.append([kind[type(node).__name__], inside, node.lineno, node.end_lineno])
        elif isinstance(node, ast.Import):
            names = [[alias.name, alias.asname] for alias in node.names]
            imports.append([within, node.lineno, None, 0, names])
        elif isinstance(node, ast.ImportFrom):
            names = [[alias.name, alias.asname] for alias in node.names]
            imports.append([within, node.lineno, node.module or "", node.level or 0, names])
        children = [child for child in ast.iter_child_nodes(node) if is_block(child)]
        pending.extend((child, inside) for child in reversed(children))
    return {"ok": True, "declarations": declarations, "imports": imports}


def is_block(node):
    return isinstance(node, (ast.stmt, ast.ExceptHandler)) or type(node).__name__ == "match_case"


def dump(data):
    tree, error = parse(data)
    if error is not None:
        return {"ok": False}
    try:
        return {"ok": True, "dump": ast.dump(tree, include_attributes=True)}
    except RecursionError:
        return {"ok": False, "type": "too deep for ast.dump"}


TASKS = {"verdict": verdict, "outline": outline, "dump": dump}


def main():
    task = TASKS[sys.argv[1]]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin.buffer:
        with open(line[:-1], "rb") as file:
            data = file.read()
        signal.alarm(SECONDS_PER_FILE)
        answer = task(data)
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
