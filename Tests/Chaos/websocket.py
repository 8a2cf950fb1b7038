"""Frames of a WebSocket client (RFC 6455), and the handshake, over bytes alone: nothing is hidden from the tests."""

import base64
import hashlib
import json
import struct

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class ProtocolError(Exception):
    """What the server sent is not what RFC 6455 says."""


def handshake(path: str, host: str, key: bytes, token: str) -> bytes:
    """The request. `key` is 16 bytes."""
    lines = [
        f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(key).decode()}", "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {token}", "", "",
    ]
    return "\r\n".join(lines).encode()


def frame(opcode: int, payload: bytes, mask: bytes) -> bytes:
    """A masked frame with its last fragment bit set."""
    length = len(payload)
    if length < 126:
        header = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    elif length < 1 << 16:
        header = struct.pack("!BBH", 0x80 | opcode, 0xFE, length)
    else:
        header = struct.pack("!BBQ", 0x80 | opcode, 0xFF, length)
    pattern = (mask * (length // 4 + 1))[:length]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(length, "big")
    return header + mask + masked


class Reader:
    """Takes bytes in any pieces; gives whole frames."""

    def __init__(self, key: bytes):
        self._accept = base64.b64encode(hashlib.sha1(base64.b64encode(key) + _GUID).digest())
        self._buffer = bytearray()
        self._message = bytearray()
        self.is_open = False

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are complete now: opcode and payload, messages in one piece."""
        self._buffer += data
        if not self.is_open and not self._open():
            return []
        frames = []
        while (found := self._frame()) is not None:
            fin, opcode, payload = found
            if opcode >= CLOSE:
                frames.append((opcode, payload))
                continue
            self._message += payload
            if fin:
                frames.append((TEXT, bytes(self._message)))
                self._message.clear()
        return frames

    def _open(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        lines = head.split(b"\r\n")
        if not lines[0].startswith(b"HTTP/1.1 101"):
            raise ProtocolError(f"the handshake was answered {lines[0].decode()!r}")
        values = dict(line.lower().partition(b":")[::2] for line in lines[1:])
        if values.get(b"sec-websocket-accept", b"").strip() != self._accept.lower():
            raise ProtocolError("the handshake has the wrong Sec-WebSocket-Accept")
        self.is_open = True
        return True

    def _frame(self) -> tuple[bool, int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, length = buffer[0], buffer[1]
        if first & 0x70 or length & 0x80 or first & 0x0F in (3, 4, 5, 6, 7, BINARY, 11, 12, 13, 14, 15):
            raise ProtocolError(f"a frame begins with {first:#04x} {length:#04x}")
        start = 2
        if length == 126:
            start = 4
            length = int.from_bytes(buffer[2:4], "big")
        elif length == 127:
            start = 10
            length = int.from_bytes(buffer[2:10], "big")
        if len(buffer) < start + length:
            return None
        payload = bytes(buffer[start : start + length])
        del buffer[: start + length]
        return bool(first & 0x80), first & 0x0F, payload


def closing(payload: bytes) -> tuple[int | None, str]:
    """Code and reason of a close frame."""
    if len(payload) < 2:
        return None, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode()


def text(value: dict, mask: bytes) -> bytes:
    return frame(TEXT, json.dumps(value).encode(), mask)
