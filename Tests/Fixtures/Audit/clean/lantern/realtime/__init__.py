"""Who can be heard right now."""

from lantern.realtime.switchboard import Switchboard, open_switchboard

__all__ = ["Switchboard", "open_switchboard"]
