"""Notes that somebody has begun to write."""

try:
    from lantern.realtime.wake import wake
except ImportError:
    def wake(member):
        return False

_drafts = {}


async def keep_draft(request, user_id: str, text: str):
    _drafts[user_id] = text
    wake(user_id)


async def drop_draft(request, user_id: str):
    return _drafts.pop(user_id, "")
