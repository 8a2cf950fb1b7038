"""Guests who were here before."""


class Guest:
    def __init__(self, nickname: str, visits: int):
        self.nickname = nickname
        self.visits = visits


def remember(guest: Guest) -> Guest:
    return Guest(guest.nickname, guest.visits + 1)
