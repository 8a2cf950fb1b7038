"""Invented log lines of six services, each with a header of its own, and the statement that wrote each; and log entries."""

import json
import random
from collections.abc import Iterator

SERVICES = {
    "{syslog} box7 sshd[{n}]: ": [
        "Accepted publickey for {name} from {ip} port {n} ssh2", "Failed password for {name} from {ip} port {n} ssh2",
        "Connection closed by {ip} port {n} [preauth]", "session opened for user {name} by (uid=0)",
        "session closed for user {name}", "error: maximum authentication attempts exceeded for {name} from {ip}",
        "Received disconnect from {ip}: 11: disconnected by user", "Server listening on 0.0.0.0 port 22.",
    ],
    "{iso} {level} [{thread}] com.shop.orders.OrderService - ": [
        "Order {uuid} created for customer {n} with {n} items", "Order {uuid} moved from PENDING to PAID",
        "Order {uuid} moved from PAID to SHIPPED", "Payment of {money} EUR for order {uuid} refused: card expired",
        "Cache miss for key order:{uuid}", "Slow query took {n} ms: SELECT * FROM orders WHERE id = {n}",
        "Connection pool exhausted, active={n} idle={n} waiting={n}", "Retrying call to {host}:{port}, attempt {digit} of 5",
        "Caught exception in worker {n}: java.net.SocketTimeoutException: Read timed out",
    ],
    "{epoch} node-{n} storage.engine {level} ": [
        "compacted {n} segments into {path} in {n} ms", "flushed memtable of {n} bytes to {path}",
        "block {hex} replicated to {ip}:{port}, {ip}:{port}",
        "replica {host} is lagging by {n} entries", "checksum mismatch in {path}: expected {hex}, found {hex}",
        "disk /dev/sd{letter} is {percent}% full", "snapshot {n} finished",
    ],
    '{ip} - {name} [{clf}] ': [
        '"GET /api/v1/items/{n}?page={n} HTTP/1.1" 200 {n} "-" "curl/8.{n}"',
        '"POST /api/v1/orders HTTP/1.1" 201 {n} "https://{host}/cart" "okhttp/4.{n}"',
        '"GET /static/app.{hex}.js HTTP/1.1" 304 0 "https://{host}/" "okhttp/4.{n}"',
    ],
    "{level1}{mmdd} {time} {n} scheduler.go:{n}] ": [
        "pod {name}-{hex} assigned to node {host}", "node {host} is not ready, evicting {n} pods",
        "leader election lost", "leader election won", "watch of *v1.Pod ended with: too old resource version: {n} ({n})",
        "volume {uuid} attached to {host}", "quota exceeded for namespace {name}: used {n}, limit {n}",
    ],
    "[{ctime}] [{level}] [worker {n}] ": [
        "model {name} loaded from {path} in {float} s", "batch {n}/{n} loss={float} lr={float}",
        "prediction for session {uuid} took {float} ms", "GPU memory: {n} MiB used, {n} MiB free",
        "dropped {n} messages, queue is full", "user {name} exceeded rate limit of {n} requests",
    ],
}
LEVELS = ["INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"]
SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu"]


def value(kind: str, draw: random.Random, second: int) -> str:
    number = draw.randrange(1_000_000)
    clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
    name = "".join(SYLLABLES[number // 10**power % 10] for power in range(2)) + "n"
    match kind:
        case "n": return str(number)
        case "digit": return str(number % 10)
        case "percent": return str(number % 101)
        case "letter": return "abcdef"[number % 6]
        case "float": return f"{number / 1000:.3f}"
        case "money": return f"{number / 100:.2f}"
        case "port": return str(1024 + number % 60_000)
        case "ip": return f"10.{number % 250}.{number // 250 % 250}.{number % 199}"
        case "hex": return f"{number * 2654435761 % 2**32:08x}"
        case "uuid": return f"{number:08x}-{number % 65536:04x}-4{number % 4096:03x}-a{number % 4095:03x}-{number * 7919:012x}"
        case "name": return name
        case "host": return f"{name}.cluster.example.net"
        case "path": return f"/var/lib/{name}/data/{number}.db"
        case "thread": return f"http-nio-{number % 16}"
        case "level": return LEVELS[number % 6]
        case "level1": return "IWE"[number % 3]
        case "syslog": return f"Mar {1 + second // 86400 % 28:2} {clock}"
        case "iso": return f"2025-03-{1 + second // 86400 % 28:02}T{clock}.{number % 1000:03}Z"
        case "epoch": return str(1_741_000_000 + second)
        case "clf": return f"{1 + second // 86400 % 28:02}/Mar/2025:{clock} +0000"
        case "mmdd": return f"03{1 + second // 86400 % 28:02}"
        case "time": return f"{clock}.{number:06}"
        case "ctime": return f"Tue Mar {1 + second // 86400 % 28:02} {clock} 2025"
        case _: raise ValueError(kind)


def parts(template: str) -> list[tuple[str, str]]:
    """Literals with the kind of the value behind each."""
    pieces = template.split("{")
    found = [(pieces[0], "")]
    for piece in pieces[1:]:
        kind, literal = piece.split("}", 1)
        found[-1] = (found[-1][0], kind)
        found.append((literal, ""))
    return found


def lines(count: int, seed: int) -> Iterator[tuple[str, int]]:
    """Lines and the number of the statement that wrote each, mixed as several services would mix them."""
    draw = random.Random(seed)
    statements = [parts(header + message) for header, messages in SERVICES.items() for message in messages]
    weights = [draw.random() ** 3 + 0.01 for _ in statements]
    chosen = draw.choices(range(len(statements)), weights, k=count)
    for number, statement in enumerate(chosen):
        text = "".join(
            literal + (value(kind, draw, number // 50) if kind else "") for literal, kind in statements[statement])
        yield text, statement


def entries(count: int, seed: int) -> Iterator[str]:
    """Entries of Cloud Logging, a JSON object a line, as `gcloud logging read --format json` has them in a list."""
    draw = random.Random(seed)
    messages = [parts(message) for service in SERVICES.values() for message in service]
    for number in range(count):
        text = "".join(literal + (value(kind, draw, number) if kind else "") for literal, kind in draw.choice(messages))
        service = draw.choice(("checkout", "search", "mailer"))
        severity = draw.choice(LEVELS).replace("WARN", "WARNING")
        entry = {
            "insertId": f"{number:x}{draw.randrange(1 << 48):x}",
            "resource": {"type": "cloud_run_revision", "labels": {
                "project_id": "shop-prod", "location": "europe-west1", "service_name": service,
                "revision_name": f"{service}-{number // 50_000:05}-abc", "configuration_name": service}},
            "timestamp": value("iso", draw, number // 50), "severity": severity,
            "labels": {"instanceId": f"{draw.randrange(8):064x}"},
            "logName": "projects/shop-prod/logs/run.googleapis.com%2Fstderr",
            "receiveTimestamp": value("iso", draw, number // 50)}
        if number % 3:
            entry["textPayload"] = text
        else:
            entry["jsonPayload"] = {"message": text, "logger": f"shop.{service}", "request": {"id": number, "path": ["a", "b"]}}
        yield json.dumps(entry, separators=(",", ":"))
