"""Writes the invoices of a month."""

import sys

from billing.invoices import invoice


def main(rows):
    for row in rows:
        workplace, seats = row.split()
        print(invoice(workplace, int(seats), 400))


if __name__ == "__main__":
    main(sys.stdin)
