"""How much somebody has to say."""


def rank(notes):
    if notes > 4096:
        return 16
    if notes > 2048:
        return 15
    if notes > 1024:
        return 14
    if notes > 512:
        return 13
    if notes > 256:
        return 12
    if notes > 128:
        return 11
    if notes > 64:
        return 10
    if notes > 32:
        return 9
    if notes > 16:
        return 8
    if notes > 8:
        return 7
    if notes > 4:
        return 6
    if notes > 2:
        return 5
    if notes > 1:
        return 4
    if notes > 0:
        return 3
    if notes > 0:
        return 2
    if notes > 0:
        return 1
    return 0
