"""Runs a command of an installed package for as long as standard input stays open.

Usage: tethered.py MODULE:FUNCTION [ARGUMENT...]

A test that dies closes its end of the pipe, so that no server outlives it.
"""

import importlib
import os
import sys
import threading


def tether() -> None:
    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    module, function = sys.argv[1].split(":")
    sys.argv = [module, *sys.argv[2:]]
    tether()
    getattr(importlib.import_module(module), function)()
