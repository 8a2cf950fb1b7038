"""What a workplace owes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invoice:
    workplace: str
    cents: int


def invoice(workplace, seats, cents_per_seat):
    return Invoice(workplace, seats * cents_per_seat)
