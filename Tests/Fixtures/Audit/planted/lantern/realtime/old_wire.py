"""The protocol of 1.0: one letter for each command."""

COMMANDS = {"s": "say", "j": "join"}


def translate(row):
    return COMMANDS.get(row[:1], "say") + row[1:]
