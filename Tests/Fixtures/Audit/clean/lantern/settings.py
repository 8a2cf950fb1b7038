"""What an operator may set."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    capacity: int = 500
    history: int = 200

    @classmethod
    def from_environment(cls):
        return cls(
            capacity=int(os.environ.get("LANTERN_CAPACITY", "500")),
            history=int(os.environ.get("LANTERN_HISTORY", "200")),
        )
