"""Makes a memory of problems by reading invented logs with the command itself: a problem of each state.

    python Tests/Console/service_logs.py BINARY FOLDER

Writes FOLDER/problems.db.
"""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

START = datetime(2025, 9, 15, tzinfo=timezone.utc)
TRACEBACK = """cart 81 of ada@example.org could not be priced
Traceback (most recent call last):
  File "/srv/shop/checkout.py", line 40, in pay
    total = price(cart)
  File "/srv/shop/pricing.py", line 12, in price
    raise ValueError("no price for <b>" + item)
ValueError: no price for <b>tea</b>"""


def entries(first: int, count: int, revision: str, failures: dict[str, int], service: str = "checkout") -> list[dict]:
    """One entry every five minutes: healthy ones, and failures as often as is asked for."""
    result = []
    for number in range(first, first + count):
        text, severity = f"cart {number} paid", "INFO"
        for words, every in failures.items():
            if number % every == 0:
                text, severity = words.replace("#", str(number)), "ERROR"
        result.append({
            "insertId": f"{service}-{number}", "timestamp": (START + timedelta(minutes=5 * number)).isoformat(),
            "severity": severity, "textPayload": text, "labels": {"instanceId": f"i{number % 4}"},
            "resource": {"type": "cloud_run_revision", "labels": {
                "service_name": service, "revision_name": revision, "project_id": "shop-staging", "location": "europe-west1"}},
        })
    return result


STOCK = "stock of item # cannot be reserved for ada@example.org, token=abcdef0123456789abcdef"
MAIL = "mail server mail-#.example refused the letter"
QUEUE = "queue payments-# is not answering"


def main(binary: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    memory = str(folder / "problems.db")

    def look(name: str, *lists: list[dict]) -> None:
        path = folder / name
        path.write_text("".join(json.dumps(entry) + "\n" for one in lists for entry in one))
        run("logs", str(path), "--memory", memory, "--fail-on", "none", "--format", "json", "--output", str(folder / "report.json"))

    def run(*arguments: str) -> str:
        return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout

    def fingerprint(words: str) -> str:
        listed = json.loads(run("logs", "list", "--memory", memory, "--format", "json"))
        return next(one["fingerprint"] for one in listed if words in one["title"])

    # The first days; the mail server is repaired after them, and somebody says that the stock is.
    look("one.jsonl", entries(0, 301, "checkout-00007-abc", {STOCK: 20, MAIL: 30, QUEUE: 150}))
    run("logs", "resolve", fingerprint("stock"), "--revision", "checkout-00008-def", "--memory", memory)
    look("two.jsonl", entries(301, 407, "checkout-00008-def", {QUEUE: 150}))
    look(
        "three.jsonl", entries(708, 307, "checkout-00009-ghi", {STOCK: 24, TRACEBACK: 5, QUEUE: 150}),
        entries(708, 53, "mailer-00003-xyz", {"letter # was not written: disk is full": 6}, service="mailer"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
