"""What a request may ask for."""

LONGEST_NOTE = 2000
