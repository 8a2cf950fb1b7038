"""Runs that take their time, and connections that break. See support.py."""

import re
import unittest
from urllib.parse import urlsplit

from playwright.sync_api import expect

from cable import Cable
from producer import Producer, account_id
from support import EMAIL, EXTERNAL_URL, PASSWORD, QUESTION, SERVICE_TOKEN, URL
from support import ConsoleTestCase, answer, ask, browser, log_in, set_up

# A retry of the page may come first and take the button away; either way the connection is back.
try_now = "[...document.querySelectorAll('.banner button')].find((b) => b.textContent === 'Try now')?.click()"


class Reconnection(ConsoleTestCase):
    """Two devices of one account; the first hangs on a cable that is cut."""

    def setUp(self) -> None:
        super().setUp()
        set_up()
        self.cable = Cable(URL)
        self.contexts = [browser().new_context(), browser().new_context()]
        self.first, self.second = (self.new_page(context) for context in self.contexts)

    def tearDown(self) -> None:
        for context in self.contexts:
            context.close()
        self.cable.close()
        super().tearDown()

    def test_what_was_missed_is_brought_back_and_the_banner_says_its_range(self) -> None:
        log_in(self.first, self.cable.url)
        log_in(self.second)
        ask(self.first, QUESTION)
        answer(self.first)
        self.second.goto(f"{URL}/#{urlsplit(self.first.url).fragment}")
        answer(self.second)

        self.expect_complaint("net::ERR_|WebSocket connection to")
        self.cable.cut()
        expect(self.first.locator(".banner")).to_contain_text("The connection was lost")
        expect(self.first.locator(".pill")).to_have_text(re.compile(r"^(Reconnecting|Offline)"))
        ask(self.first, "Search for written-offline")
        expect(self.first.locator(".question").last).to_have_attribute("data-state", "waiting")

        ask(self.second, "Search for TODO")
        expect(self.second.locator(".run")).to_have_count(2)
        answer(self.second)

        self.cable.mend()
        self.first.evaluate(try_now)
        expect(self.first.locator(".banner")).to_have_text(
            re.compile(r"^Reconnected: (\d+) events? brought back \(\d+(-\d+)?\)$")
        )
        count, low, high = re.search(r"(\d+) events? .*\((\d+)(?:-(\d+))?\)", self.first.locator(".banner").inner_text()).groups()
        self.assertEqual(int(count), int(high or low) - int(low) + 1)

        for page in (self.first, self.second):
            expect(page.locator(".run")).to_have_count(3)
            expect(page.locator(".run[data-state=completed]")).to_have_count(3)
        texts = [page.locator(".question-text, .prose").all_inner_texts() for page in (self.first, self.second)]
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0][2], "Search for TODO")
        self.assertEqual(texts[0][4], "Search for written-offline")


class HeldRun(ConsoleTestCase):
    """Runs whose events a program outside of the server writes, one by one."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.user = account_id(EXTERNAL_URL, EMAIL, PASSWORD)

    def setUp(self) -> None:
        super().setUp()
        self.cable = Cable(EXTERNAL_URL)
        self.context = browser().new_context()
        self.page = self.new_page(self.context)

    def tearDown(self) -> None:
        self.context.close()
        self.cable.close()
        super().tearDown()

    def begin(self, text: str = "Count the stars") -> Producer:
        """Asks, and returns what writes the answer."""
        log_in(self.page, self.cable.url)
        ask(self.page, text)
        run = self.page.locator(".run").last
        expect(run).to_have_attribute("data-state", "running")
        thread = urlsplit(self.page.url).fragment.removeprefix("/c/")
        return Producer(EXTERNAL_URL, SERVICE_TOKEN, self.user, thread, run.get_attribute("data-run"))

    def test_each_event_is_shown_when_it_comes(self) -> None:
        agent = self.begin()
        run = self.page.locator(".run")
        prose = run.locator(".prose")
        expect(run.locator(".step-start")).to_have_count(1)
        expect(self.page.locator(".thread.running")).to_have_text(re.compile("^Count the stars"))
        agent.think("Pointing the `telescope`")
        expect(run.locator(".step-thought .step-text")).to_have_text("Pointing the telescope")
        expect(run.locator(".step-thought code")).to_have_text("telescope")
        agent.begin_tool("tool_1", "telescope", direction="north")
        tool = run.locator(".step-tool")
        expect(tool).to_have_attribute("data-state", "running")
        expect(tool).to_contain_text("north")
        agent.end_tool("tool_1", "telescope", "31 stars", duration_ms=1_200)
        expect(tool).to_have_attribute("data-state", "completed")
        expect(tool.locator("summary")).to_contain_text("1.2 s")
        agent.say("There are **31")
        expect(prose).to_contain_text("There are")
        expect(run).to_have_attribute("data-state", "running")
        expect(run).to_have_attribute("aria-busy", "true")
        agent.say(" stars**.")
        expect(prose.locator("strong")).to_have_text("31 stars")
        expect(run.locator(".step-done")).to_have_count(0)
        agent.complete("There are **31 stars**.")
        expect(run).to_have_attribute("data-state", "completed")
        expect(prose).to_have_text("There are 31 stars.")
        expect(run.locator(".step-done")).to_have_count(1)

    def test_escape_stops_a_run(self) -> None:
        self.begin().say("One, two")
        run = self.page.locator(".run").last
        expect(run.locator(".prose")).to_contain_text("One, two")
        expect(self.page.get_by_role("button", name="Stop")).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(run).to_have_attribute("data-state", "cancelled")
        expect(run.locator(".step-stopped")).to_have_count(1)
        expect(run).to_contain_text("Stopped before the answer was complete.")
        expect(self.page.get_by_role("button", name="Send")).to_be_visible()
        expect(self.page.get_by_label("Message", exact=True)).to_be_focused()
        self.page.reload()
        expect(self.page.locator(".run")).to_have_attribute("data-state", "cancelled")
        expect(self.page.locator(".run .prose")).to_contain_text("One, two")

    def test_a_run_is_stopped_with_the_button_and_from_another_device(self) -> None:
        self.begin()
        other_context = browser().new_context()
        other = self.new_page(other_context)
        log_in(other, EXTERNAL_URL)
        other.goto(f"{EXTERNAL_URL}/#{urlsplit(self.page.url).fragment}")
        other.get_by_role("button", name="Stop").click()
        for page in (self.page, other):
            expect(page.locator(".run")).to_have_attribute("data-state", "cancelled")
        other_context.close()

    def test_a_failed_run_says_why_and_can_be_asked_again(self) -> None:
        agent = self.begin("What failed?")
        agent.fail("model_unavailable", "The model does not answer. Start it, then try again.")
        run = self.page.locator(".run").first
        expect(run).to_have_attribute("data-state", "error")
        expect(run.locator(".problem")).to_contain_text("The model does not answer. Start it, then try again.")
        expect(run.locator(".problem")).to_contain_text("model_unavailable")
        self.assert_accessible(self.page, "a failed run")
        run.get_by_role("button", name="Try again").click()
        expect(self.page.locator(".question-text")).to_have_text(["What failed?", "What failed?"])
        expect(self.page.locator(".run").last).to_have_attribute("data-state", "running")
        self.page.keyboard.press("Escape")
        expect(self.page.locator(".run").last).to_have_attribute("data-state", "cancelled")

    def test_nothing_moves_for_those_who_want_less_motion(self) -> None:
        self.page.emulate_media(reduced_motion="reduce")
        self.begin().begin_tool("tool_1", "telescope")
        expect(self.page.locator(".step-tool")).to_have_attribute("data-state", "running")
        self.assertEqual(self.page.evaluate("document.getAnimations().length"), 0)
        self.page.keyboard.press("Escape")
        expect(self.page.locator(".run")).to_have_attribute("data-state", "cancelled")

    def test_a_run_goes_on_while_the_connection_is_cut_and_its_missed_events_come_once(self) -> None:
        agent = self.begin()
        agent.say("one ")
        expect(self.page.locator(".prose")).to_contain_text("one")
        self.expect_complaint("net::ERR_|WebSocket connection to")
        self.cable.cut()
        expect(self.page.locator(".banner")).to_contain_text("The connection was lost")
        self.assert_accessible(self.page, "without a connection")
        missed = [agent.say(word) for word in ("two ", "three ", "four ")]
        self.cable.mend()
        self.page.evaluate(try_now)
        expect(self.page.locator(".banner")).to_have_text(
            f"Reconnected: 3 events brought back ({missed[0]}-{missed[-1]})"
        )
        expect(self.page.locator(".pill")).to_have_text("Connected")
        expect(self.page.locator(".prose")).to_have_text("one two three four")
        agent.say("five")
        expect(self.page.locator(".prose")).to_have_text("one two three four five")
        agent.complete("one two three four five")
        expect(self.page.locator(".run")).to_have_attribute("data-state", "completed")
        expect(self.page.locator(".prose")).to_have_text("one two three four five")

    def test_a_stop_that_was_asked_for_without_a_connection_is_carried_out_later(self) -> None:
        self.begin()
        self.expect_complaint("net::ERR_|WebSocket connection to")
        self.cable.cut()
        expect(self.page.locator(".banner")).to_contain_text("The connection was lost")
        self.page.get_by_role("button", name="Stop").click()
        self.cable.mend()
        self.page.evaluate(try_now)
        expect(self.page.locator(".run")).to_have_attribute("data-state", "cancelled")


if __name__ == "__main__":
    unittest.main()
