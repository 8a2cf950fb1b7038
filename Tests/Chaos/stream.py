"""What one connection may be sent, given what it asked for and what the log holds."""

import conversation
from truth import ThreadLog, Truth

# Between two heartbeats of a connection that is well, in seconds: a loss must be visible within it.
HEARTBEAT_LIMIT = 10
# Heartbeats in a row that tell of events which still do not come.
LAGGING_HEARTBEATS = 4
# Codes with which a server that is not stopping may close: the reader was too slow, or the log could not be read.
RESUMABLE_CODES = {1013}


class Request:
    """A thread that the client asked to go on with."""

    def __init__(self, cursor: int | None, is_foreign: bool, is_there: bool, sent: int):
        # The number it has; None: the server looks it up from a marker that the oracle does not know.
        self.cursor = cursor
        self.is_foreign = is_foreign
        # The client had something of the thread when it asked.
        self.is_there = is_there
        # What the connection had been sent then. The answer may be older than what comes before it, but not than this.
        self.sent = sent
        # A snapshot came, which may be the answer or may have come by itself.
        self.may_be_answered = False

    @property
    def least(self) -> int:
        """What a snapshot that answers it has to reach."""
        return max(self.sent, 0 if self.is_foreign else self.cursor or 0)


class Follow:
    """How far one thread has come on the connection."""

    def __init__(self):
        # The last number; None until the first event or answer.
        self.position: int | None = None
        # A message was sent to it, so events may come without a resume; and the server said that it has the message.
        self.is_joined = False
        self.is_acknowledged = False
        self.skipped: set[int] = set()
        self.promised = 0
        self.pending: list[Request] = []
        # Requests before an answered one, which a snapshot may have been the answer to or not.
        self.doubtful: list[Request] = []
        self.lagging: tuple[int, int] = (0, 0)


class Stream:
    def __init__(self, truth: Truth, place: str, cursors: dict[str, int], blame):
        """:param cursors: how far the device has come in each thread, over all connections; brought forward."""
        self._truth = truth
        self.place = place
        self._blame = blame
        self._cursors = cursors
        self._follows: dict[str, Follow] = {}
        self._is_welcome = False
        self._is_closed = False
        self._is_disturbed = False
        self._quiet_since: float | None = None

    def _follow(self, thread: str) -> Follow:
        return self._follows.setdefault(thread, Follow())

    # -- What the client did

    def sent(self, frame: dict) -> None:
        match frame["type"]:
            case "resume":
                for thread, cursor in frame["threads"].items():
                    log = self._truth.threads.get(thread)
                    is_beyond = log is None or cursor > log.head
                    is_foreign = frame["epoch"] != self._truth.epoch
                    self._ask(thread, cursor, is_foreign or is_beyond)
            case "session_restore":
                log = self._truth.threads.get(frame["thread_id"])
                cursor = log.number_of(frame["lastMessageId"]) if log else None
                self._ask(frame["thread_id"], cursor, False)
            case "user_message":
                self._follow(frame["data"]["thread_id"]).is_joined = True

    def _ask(self, thread: str, cursor: int | None, is_foreign: bool) -> None:
        follow = self._follow(thread)
        is_there = self._cursors.get(thread, 0) > 0 or follow.is_acknowledged
        follow.pending.append(Request(cursor, is_foreign, is_there, follow.position or 0))

    def disturbed(self) -> None:
        """A fault struck the connection: nothing is said about its timing any more."""
        self._is_disturbed = True

    def closed(self, entry: dict) -> None:
        self._is_closed = True
        if entry["by"] == "server" and entry["code"] not in RESUMABLE_CODES:
            self._blame("unexpected_close", self.place, f"{entry['code']} {entry['reason']!r}")

    def ended(self) -> None:
        """The schedule is over and the connection is still there."""
        if self._is_closed or not self._is_welcome:
            return
        for thread, follow in self._follows.items():
            if (follow.position or 0) < follow.promised:
                self._blame("promise_broken", f"{self.place} {thread}", f"{follow.position} of {follow.promised}")
            if any(not request.may_be_answered for request in follow.pending):
                self._blame("unanswered", f"{self.place} {thread}", "a resume got no answer")

    # -- What the server sent

    def received(self, frame: dict, now: float) -> None:
        kind = frame.get("type")
        if not self._is_welcome and kind != "connection_established":
            self._blame("before_welcome", self.place, f"{kind} came before connection_established")
        if frame.get("user_id", self._truth.user) != self._truth.user:
            self._blame("foreign", self.place, f"{kind} of the user {frame['user_id']}")
            return
        thread = frame.get("thread_id")
        if thread is not None and thread not in self._truth.names:
            self._blame("foreign", self.place, f"{kind} of the thread {thread}")
            return
        epoch = frame.get("epoch", self._truth.epoch)
        if epoch != self._truth.epoch:
            self._blame("wrong_epoch", self.place, f"{kind} has {epoch}, it was {self._truth.epoch}")
        if "seq" in frame:
            self._event(frame, thread)
            return
        match kind:
            case "connection_established":
                self._is_welcome = True
                self._quiet_since = now
                if frame["data"]["user_id"] != self._truth.user:
                    self._blame("foreign", self.place, f"the welcome is for {frame['data']['user_id']}")
                if frame["data"]["epoch"] != self._truth.epoch:
                    self._blame("wrong_epoch", self.place, f"the welcome has {frame['data']['epoch']}")
            case "resumed":
                self._resumed(frame, thread)
            case "none":
                self._none(frame, thread)
            case "snapshot":
                self._snapshot(frame, thread)
            case "not_found":
                self._not_found(thread)
            case "heartbeat":
                self._heartbeat(frame, now)
            case "thread_updated":
                self._head(thread, frame["head"])
            case "thread_list":
                self._list(frame)
            case "error_message":
                self._blame("unexpected_error", self.place, f"{frame}")
            case "ack" if frame.get("client_msg_id"):
                self._follow(thread).is_acknowledged = True
            case "ack" | "going_away" | "pong" | "system_message":
                pass
            case _:
                self._blame("unknown_frame", self.place, f"{frame!r:.300}")

    def _event(self, frame: dict, thread: str) -> None:
        follow = self._follow(thread)
        last, first = frame["seq"], frame.get("seq_from", frame["seq"])
        place = f"{self.place} {thread} {first if first == last else f'{first}…{last}'}"
        log = self._truth.threads.get(thread)
        if log is None or last > log.head:
            self._blame("not_in_log", place, f"the log ends at {log.head if log else 0}")
            return
        self._check_content(log, frame, first, last, place)
        position = follow.position
        if position is None and not follow.is_joined:
            self._blame("not_asked_for", place, f"{frame['type']} of a thread that the connection does not follow")
        elif position is not None and first != position + 1:
            if first > position + 1:
                self._blame("gap", place, f"it follows {position}")
                follow.skipped |= set(range(position + 1, first))
            elif first in follow.skipped:
                self._blame("out_of_order", place, f"it comes after {position}")
            elif last > position:
                self._blame("overlap", place, f"it repeats what came up to {position}")
            else:
                self._blame("duplicate", place, f"it came already; the last was {position}")
        follow.position = max(position or 0, last)
        # The client drops what another connection of the device has brought already.
        if first <= self._cursors.get(thread, 0) + 1:
            self._cursors[thread] = max(self._cursors.get(thread, 0), last)

    def _check_content(self, log: ThreadLog, frame: dict, first: int, last: int, place: str) -> None:
        if first > last or first < 1:
            self._blame("coalesced_range", place, f"{first}…{last} is no range")
            return
        truth = log.at(last)
        if truth is None:
            return
        if frame.get("event_id") != truth["event_id"]:
            self._blame("event_id_differs", place, f"{frame.get('event_id')}, in the log {truth['event_id']}")
            return
        if first == last:
            plain = {name: value for name, value in frame.items() if name != "seq_from"}
            if plain != truth:
                names = [name for name in plain.keys() | truth.keys() if plain.get(name) != truth.get(name)]
                self._blame("event_differs", place, f"not as in the log: {sorted(names)}")
            return
        parts = [log.at(seq) for seq in range(first, last + 1)]
        if any(part is None for part in parts):
            return
        if any(
            part["type"] != "stream_chunk" or part.get("message_id") != truth.get("message_id")
            or part.get("run_id") != truth.get("run_id") for part in parts
        ):
            self._blame("coalesced_range", place, f"it joins {[(p['type'], p.get('message_id')) for p in parts]}")
            return
        if frame.get("delta") != "".join(part["delta"] for part in parts):
            self._blame("coalesced_text", place, "its text is not that of its events")
        for name in ("type", "run_id", "message_id", "user_id", "thread_id"):
            if frame.get(name) != truth.get(name):
                self._blame("event_differs", place, f"{name} is {frame.get(name)}, in the log {truth.get(name)}")
        for name in ("payload", "data"):
            if frame.get(name, {}).get("delta") != frame.get("delta"):
                self._blame("coalesced_text", place, f"the text under '{name}' differs")

    # -- Answers to a resume

    def _answered(self, follow: Follow, fits) -> Request | None:
        """The request that an answer belongs to: the first that is not answered. When it is not the answer to that one,
        it may be that of a request before it, of which a snapshot looked to be the answer and came by itself."""
        place = next((n for n, request in enumerate(follow.pending) if not request.may_be_answered), None)
        first = None if place is None else follow.pending[place]
        if first is None or not fits(first):
            for request in [*follow.doubtful, *(request for request in follow.pending if request.may_be_answered)]:
                if fits(request):
                    (follow.doubtful if request in follow.doubtful else follow.pending).remove(request)
                    return request
        if first is not None:
            follow.doubtful += follow.pending[:place]
            del follow.pending[: place + 1]
        return first

    def _resumed(self, frame: dict, thread: str) -> None:
        follow, first, last = self._follow(thread), frame["from"], frame["to"]
        place = f"{self.place} {thread}"
        log = self._truth.threads.get(thread)
        head = log.head if log else 0

        def fits(request: Request) -> bool:
            if request.cursor is None:
                return True
            return first == (1 if request.is_foreign else request.cursor + 1)

        request = self._answered(follow, fits)
        if request is None:
            self._blame("answer_unasked", place, f"{frame}")
        elif not fits(request):
            self._blame("resumed_range", place, f"from {first}, asked after {request.cursor}")
        least = request.sent if request else 0
        if not first <= last <= head or last < least:
            self._blame("resumed_range", place, f"{first}…{last}; the log ends at {head}, {least} was sent before")
        follow.position = first - 1
        follow.skipped = set()
        follow.promised = last

    def _none(self, frame: dict, thread: str) -> None:
        follow, at = self._follow(thread), frame["at"]
        log = self._truth.threads.get(thread)

        def fits(request: Request) -> bool:
            if request.cursor is None:
                return True
            return at == (0 if request.is_foreign else request.cursor)

        request = self._answered(follow, fits)
        if request is None:
            self._blame("answer_unasked", f"{self.place} {thread}", f"{frame}")
        elif not fits(request) or at > (log.head if log else 0):
            self._blame("none_wrong", f"{self.place} {thread}", f"at {at}, asked after {request.cursor}")
        follow.position = max(follow.position or 0, at)

    def _not_found(self, thread: str) -> None:
        request = self._answered(self._follow(thread), lambda request: True)
        if request is None:
            self._blame("answer_unasked", f"{self.place} {thread}", "not_found")
        elif request.is_there:
            self._blame("not_found_wrong", f"{self.place} {thread}", "the device had some of it when it asked")

    def _snapshot(self, frame: dict, thread: str) -> None:
        follow, at = self._follow(thread), frame["at"]
        place = f"{self.place} {thread} snapshot at {at}"
        log = self._truth.threads.get(thread)
        request = next((request for request in follow.pending if not request.may_be_answered), None)
        if request:
            request.may_be_answered = True
            least = request.least
        else:
            # Or this is the answer, and the one before it came by itself.
            asked = [*follow.pending, *follow.doubtful]
            least = min([follow.position or 0, *(request.least for request in asked)])
        if log is None or at > log.head:
            self._blame("snapshot_ahead", place, f"the log ends at {log.head if log else 0}")
            return
        if at < least:
            self._blame("snapshot_stale", place, f"{least} was there already")
        self._check_snapshot(log, frame, at, place)
        follow.position = at
        follow.promised = 0
        follow.skipped = set()
        self._cursors[thread] = max(self._cursors.get(thread, 0), at)

    def _check_snapshot(self, log: ThreadLog, frame: dict, at: int, place: str) -> None:
        members = conversation.MESSAGE_MEMBERS
        shown = [{name: message.get(name) for name in members} for message in frame["messages"]]
        # The messages were compared with the events; they are there also where retention took the events.
        whole = [{name: message.get(name) for name in members} for message in log.messages if message["seq"] <= at]
        expected = whole[len(whole) - len(shown):] if frame.get("truncated") and shown else whole
        if shown != expected or frame.get("truncated") and len(shown) >= len(whole):
            self._blame("snapshot_differs", place, f"messages {[m['seq'] for m in shown]}, "
                                                   f"in the log {[m['seq'] for m in whole]}")
        if not log.has_no_gaps:
            return
        texts = conversation.open_runs(log.up_to(at))
        runs = frame.get("open_runs")
        if runs is None:
            runs = [frame["open_run"]] if frame.get("open_run") else []
        if {run["run_id"]: run["text"] for run in runs} != texts:
            self._blame("snapshot_differs", place, f"open are {[(r['run_id'], len(r['text'])) for r in runs]}, "
                                                   f"in the log {[(r, len(t)) for r, t in texts.items()]}")
        if bool(frame.get("open_run")) != bool(texts) or frame.get("open_run") and frame["open_run"] not in runs:
            self._blame("snapshot_differs", place, "'open_run' is none of the open runs")

    # -- Heads

    def _head(self, thread: str, head: int) -> None:
        log = self._truth.threads.get(thread)
        follow = self._follow(thread)
        if log is None or head > log.head:
            self._blame("head_ahead", f"{self.place} {thread}", f"{head}; the log ends at {log.head if log else 0}")
        elif follow.position is not None and head < follow.position:
            self._blame("head_behind", f"{self.place} {thread}", f"{head}, but {follow.position} was sent")

    def _list(self, frame: dict) -> None:
        for listed in frame["threads"]:
            if listed["id"] not in self._truth.names:
                self._blame("foreign", self.place, f"the list has the thread {listed['id']}")
                continue
            log = self._truth.threads.get(listed["id"])
            # It was read a moment ago: live events may have overtaken it.
            if log is None or listed["head"] > log.head:
                self._blame("head_ahead", f"{self.place} {listed['id']}", f"the list has {listed['head']}")

    def _heartbeat(self, frame: dict, now: float) -> None:
        if not self._is_disturbed and self._quiet_since is not None and now - self._quiet_since > HEARTBEAT_LIMIT:
            self._blame("heartbeat_missing", self.place, f"none for {now - self._quiet_since:.1f} s")
        self._quiet_since = now
        for thread in frame["heads"]:
            if thread not in self._truth.names:
                self._blame("foreign", self.place, f"a head of the thread {thread}")
                return
        for thread, follow in self._follows.items():
            head = frame["heads"].get(thread)
            if head is None:
                if follow.position or follow.is_acknowledged:
                    sent = f"{follow.position} was sent" if follow.position else "a message to it was acknowledged"
                    self._blame("head_missing", f"{self.place} {thread}", sent)
                continue
            self._lag(thread, follow, head)
        for thread, head in frame["heads"].items():
            self._head(thread, head)

    def _lag(self, thread: str, follow: Follow, head: int) -> None:
        """Events that are said to be there must come."""
        if self._is_disturbed or follow.position is None or follow.pending or head <= follow.position:
            follow.lagging = (0, 0)
            return
        position, times = follow.lagging
        times = times + 1 if position == follow.position else 1
        follow.lagging = (follow.position, times)
        if times == LAGGING_HEARTBEATS:
            self._blame("lost_until_resumed", f"{self.place} {thread}", f"{follow.position} of {head} for {times} beats")
