"""Which classes a running Python program holds under which names: one file, the standard library alone, Python 3.8 or later.

A service says it once, when everything is imported:

    import canon_inventory

    canon_inventory.log("*WebSocket*Manager*", concept="websocket-manager")

That is one log line, `Manager inventory: {"schema":"canon.inventory/1",...}`. `canon verify CLAIMS --logs FILE` reads it back from
the logs, and holds it against the code of the commit that was deployed; so does `canon logs ssot-warnings FILE`. Without a service:

    python -m canon_inventory shop.main --match '*Room*Manager*' > inventory.json
    canon verify claims.yaml --runtime inventory.json

Objects are told apart by identity: a class that two modules bind is one object with two names, and two classes of one name are two
objects. Nothing is imported, called or looked up on a module to find that out: only what stands in its namespace already.
"""

import argparse
import contextlib
import datetime
import fnmatch
import json
import logging
import os
import sys

SCHEMA = "canon.inventory/1"


def inventory(match, module_match="*", concept=None, service=None, revision=None, instance=None):
    """The inventory of this process, as a JSON value of the schema canon.inventory/1.

    match: what the bound names look like, `*` for any text, without regard to case.
    module_match: likewise for the modules that bind them.
    concept: the concept of canon.yaml that the names are about; without it, whichever a claim is about.
    service, revision, instance: how the process is known; by default what Cloud Run or Kubernetes says in the environment. What
    nobody says is null, and is never guessed.
    """
    names = []
    objects = {}
    for name, value in _bound_classes(match, module_match):
        names.append(name)
        # The object itself is the key: an id can be used again when its object is gone.
        objects.setdefault(id(value), (value, []))[1].append(name)
    environment = os.environ
    return {
        "schema": SCHEMA,
        "inventories": [
            {
                "source": "process {} of {}".format(os.getpid(), _main_name()),
                "service": service or environment.get("K_SERVICE") or None,
                "revision": revision or environment.get("K_REVISION") or None,
                "instance": instance or environment.get("HOSTNAME") or None,
                "concept": concept,
                "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "count": 1,
                "names": names,
                "warning": None,
                "objects": [
                    {"symbol": _symbol(value), "id": identity, "names": bound}
                    for identity, (value, bound) in objects.items()
                ],
            }
        ],
    }


def log(match, module_match="*", concept=None, service=None, revision=None, instance=None, logger=None, level=logging.INFO):
    """Logs the inventory of this process as one line, and returns it. A service starts even when that fails, and says so.

    When no name matches, a warning is logged instead: an empty list from a mistyped pattern would read as "nothing is left".
    """
    logger = logger or logging.getLogger("canon.inventory")
    try:
        found = inventory(match, module_match, concept, service, revision, instance)
        if not found["inventories"][0]["names"]:
            logger.warning("No inventory: no class is bound to a name like %s in a module like %s", match, module_match)
        elif logger.isEnabledFor(level):
            logger.log(level, "Manager inventory: %s", encoded(found))
        else:
            logger.warning("No inventory: the logger %s is silent at the level %s", logger.name, logging.getLevelName(level))
        return found
    except Exception:
        logger.exception("No inventory: it could not be made")
        return None


def encoded(document):
    """The inventory as one line of ASCII."""
    return json.dumps(document, separators=(",", ":"))


def _bound_classes(match, module_match):
    """Pairs of a dotted name and the class bound to it: modules in the order of sys.modules, names sorted."""
    match, module_match = match.lower(), module_match.lower()
    # Copied in one step: other threads may be importing.
    for key, module in sys.modules.copy().items():
        module_name = _module_name(key)
        if not fnmatch.fnmatchcase(module_name.lower(), module_match):
            continue
        for name, value in sorted(_namespace(module).items(), key=lambda item: item[0]):
            # `isinstance` would ask a proxy for what it stands for, which may load it or fail.
            if fnmatch.fnmatchcase(name.lower(), match) and issubclass(type(value), type):
                yield module_name + "." + name, value


def _namespace(module):
    """What a module binds; some put other things than modules into sys.modules."""
    try:
        namespace = object.__getattribute__(module, "__dict__")
    except AttributeError:
        return {}
    if not isinstance(namespace, dict):
        return {}
    return {name: value for name, value in namespace.copy().items() if isinstance(name, str)}


def _module_name(key):
    """`python -m shop.main` runs shop.main as __main__; unless it was imported as well, that is its name."""
    if key != "__main__":
        return key
    spec = getattr(sys.modules[key], "__spec__", None)
    return spec.name if spec is not None and spec.name not in sys.modules else key


def _symbol(value):
    """Where a class says that it was defined."""
    # By the metaclass, because a class may bind these names to something else.
    module = type.__getattribute__(value, "__module__")
    qualified = type.__getattribute__(value, "__qualname__")
    return "{}.{}".format(_module_name(module) if module in sys.modules else module, qualified)


def _main_name():
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return spec.name if spec is not None else os.path.basename(sys.argv[0]) or "python"


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m canon_inventory",
        description="Import a module, and print which classes are bound under which names (JSON, schema {}).".format(SCHEMA),
        epilog="The program's own code runs. Ends with status 0; with 1 when the module cannot be imported or no name matches; "
        "with 2 for a command line that cannot be used.",
    )
    parser.add_argument("module", metavar="MODULE", help="the module to import, such as shop.main")
    parser.add_argument("--match", required=True, metavar="GLOB", help="what the names look like, such as '*Room*Manager*'")
    parser.add_argument("--module-match", default="*", metavar="GLOB", help="what their modules look like")
    parser.add_argument("--concept", help="the concept of canon.yaml that they are about")
    parser.add_argument("--service", help="default: K_SERVICE of the environment")
    parser.add_argument("--revision", help="the deployed revision; default: K_REVISION of the environment")
    options = parser.parse_args(arguments)
    try:
        # What the program prints on its way is not part of the answer.
        with contextlib.redirect_stdout(sys.stderr):
            __import__(options.module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a program that ends while it is imported was not imported
        parser.exit(1, "error: {} cannot be imported: {}: {}\n".format(options.module, type(error).__name__, error))
    found = inventory(options.match, options.module_match, options.concept, options.service, options.revision)
    found["inventories"][0]["source"] = "process {} of {}".format(os.getpid(), options.module)
    if not found["inventories"][0]["names"]:
        parser.exit(
            1,
            "error: {} is imported, and no class is bound to a name like {} in a module like {}\n".format(
                options.module, options.match, options.module_match
            ),
        )
    print(encoded(found))


if __name__ == "__main__":
    main()
