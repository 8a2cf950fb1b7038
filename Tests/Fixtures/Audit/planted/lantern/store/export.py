"""A room as a page."""


def export(room, entries):
    rows = [f"{member}: {text}" for member, text in entries
    return "\n".join([room, *rows])
