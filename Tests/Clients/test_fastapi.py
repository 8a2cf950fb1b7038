"""examples/fastapi/app.py as its guide says to run it: uvicorn, `canon serve`, and a user with clients/canon.py."""

import asyncio
import json
import re
import secrets
import subprocess
import sys
import urllib.error
import urllib.request

from support import ROOT
from canon import CanonClient
from canon_server import ENVIRONMENT, PATIENCE, LiveTestCase, eventually, new_password, run, secret
from faulty_relay import FaultyRelay


class Backend:
    """The example, running."""

    def __init__(self, folder, environment: dict[str, str]):
        self._log = folder / f"backend-{secrets.token_hex(4)}"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "app:app", "--port", "0", "--app-dir", str(ROOT / "examples/fastapi")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**ENVIRONMENT, **environment, "PYTHONPATH": str(ROOT / "clients")},
            )
        self.url = eventually("the backend", self._address)

    def _address(self) -> str | None:
        match = re.search(r"running on (http://[\d.:]+)", self.output)
        if not match and self.process.poll() is not None:
            raise AssertionError(f"the backend ended with {self.process.returncode}\n{self.output}")
        return match[1] if match else None

    @property
    def output(self) -> str:
        return self._log.read_text()

    def log_in(self, name: str, password: str) -> str:
        request = urllib.request.Request(
            f"{self.url}/login", json.dumps({"name": name, "password": password}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return secret(json.load(response)["access_token"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class FastAPITests(LiveTestCase):
    def setUp(self) -> None:
        super().setUp()
        added = run(
            "users", "add", "ada@example.org", "--json", "--password-stdin", "--data-dir", self.data, stdin=new_password() + "\n"
        )
        self.password = new_password()
        signing = secret(secrets.token_urlsafe(32))
        self.environment = {
            "CANON_AUTHENTICATION_SECRET": signing, "CANON_SERVICE_TOKEN": self.service_token(),
            "USERS": f"ada {self.password} {json.loads(added.output)['user']['id']}",
        }
        self.server = self.serve("--agent-kind", "external", environment={"CANON_AUTHENTICATION_SECRET": signing})
        self.environment["CANON_URL"] = self.backend_url()

    def backend_url(self) -> str:
        return self.server.url

    def start_backend(self) -> Backend:
        backend = Backend(self.folder, self.environment)
        self.addCleanup(backend.close)
        self.addCleanup(lambda: self._outputs.append(f"-- backend\n{backend.output[-4000:]}"))
        return backend

    async def ask(self, client: CanonClient, text: str, meanwhile=None) -> tuple[str, dict]:
        """Asks, and returns what was streamed and the last event. `meanwhile` is called at the first piece."""
        said = ""
        numbers = []
        async for event in client.ask(text):
            numbers.append(event.seq)
            said += event.get("delta", "")
            if meanwhile and said:
                meanwhile = meanwhile()
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        return said, event.frame

    def test_a_user_of_the_backend_is_answered_by_its_agent_over_a_connection_that_is_cut(self) -> None:
        async def scenario() -> None:
            async with FaultyRelay("cut", self.server.port, 0) as relay:
                token = lambda: asyncio.to_thread(backend.log_in, "ada", self.password)  # noqa: E731
                async with CanonClient(relay.url, token, connect_options={"proxy": None}) as client:
                    text = " ".join(f"word{number}" for number in range(40))
                    said, end = await asyncio.wait_for(self.ask(client, text, relay.break_all), PATIENCE)
                    self.assertEqual((said, end["type"]), (f"You asked: {text} ", "agent_completed"))
                    self.assertEqual(end["final_response"], said)

                    sent = await client.send("word " * 3_000)
                    stopped = None
                    async for event in client.follow(sent.thread_id):
                        if event.type == "stream_chunk" and stopped is None:
                            stopped = await client.stop(sent.run_id)
                        if event.ends(sent.run_id):
                            break
                    self.assertEqual((stopped, event.type), ("stopping", "agent_cancelled"))
                    said, _ = await asyncio.wait_for(self.ask(client, "Still there?"), PATIENCE)
                    self.assertEqual(said, "You asked: Still there? ")

        backend = self.start_backend()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            backend.log_in("ada", "wrong")
        self.assertEqual(refused.exception.code, 401)
        asyncio.run(scenario())
        self.assertNotIn("Traceback", backend.output)

    def test_a_message_that_came_while_the_backend_was_away_is_answered_when_it_is_back(self) -> None:
        async def scenario() -> None:
            token = backend.log_in("ada", self.password)
            async with CanonClient(self.server.url, token, connect_options={"proxy": None}) as client:
                first = asyncio.create_task(self.ask(client, " ".join(["long"] * 80), lambda: backend.kill()))
                while backend.process.poll() is None:
                    await asyncio.sleep(0.01)
                second = asyncio.create_task(self.ask(client, "Anybody?"))
                await asyncio.to_thread(self.start_backend)
                said, end = await asyncio.wait_for(second, PATIENCE)
                self.assertEqual((said, end["type"]), ("You asked: Anybody? ", "agent_completed"))
                _, end = await asyncio.wait_for(first, PATIENCE * 2)
                self.assertEqual(end["final_response"], "You asked: " + "long " * 80)

        backend = self.start_backend()
        asyncio.run(scenario())


if __name__ == "__main__":
    import unittest

    unittest.main()
