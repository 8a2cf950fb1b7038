"""The names of 1.2, until everybody has moved."""

import warnings

from lantern.realtime.switchboard import Switchboard

warnings.warn("import lantern.realtime instead", DeprecationWarning, stacklevel=2)

CallCentre = Switchboard

__all__ = ["CallCentre"]
