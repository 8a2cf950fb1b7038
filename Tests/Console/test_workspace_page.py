"""Conversations and runs of the built-in agent. See support.py."""

import json
import re
import unittest
import uuid

from playwright.sync_api import Page, expect

from support import QUESTION, SYMBOL, SYMBOL_PLACE, URL, ConsoleTestCase, answer, ask, browser, log_in


class Workspace(ConsoleTestCase):
    """Conversations and runs, in one session that every test shares."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.context = browser().new_context(viewport={"width": 1280, "height": 860})
        cls.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = cls.context.new_page()
        log_in(page)
        page.close()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.context.close()

    def setUp(self) -> None:
        super().setUp()
        self.page = self.new_page(self.context)
        self.page.goto(URL)
        expect(self.page.get_by_text("Connected", exact=True)).to_be_visible()

    def tearDown(self) -> None:
        self.page.close()
        super().tearDown()

    def test_a_run_shows_its_five_events_in_order_and_its_streamed_answer(self) -> None:
        frames = self.frames_of(self.page)
        self.page.reload()
        expect(self.page.get_by_text("Connected", exact=True)).to_be_visible()
        ask(self.page, QUESTION)
        run = answer(self.page)
        log = [frame for frame in frames if "seq" in frame]
        self.assertEqual([event["seq"] for event in log], list(range(1, len(log) + 1)))
        kinds = [event["type"] for event in log]
        first = [kind for index, kind in enumerate(kinds) if kind not in kinds[:index] and kind != "stream_chunk"]
        self.assertEqual(
            first,
            ["user_message", "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed"],
        )
        chunks = [event["delta"] for event in log if event["type"] == "stream_chunk"]
        self.assertGreater(len(chunks), 1)
        self.assertIn(SYMBOL_PLACE, "".join(chunks))
        self.assertEqual("".join(chunks), log[-1]["final_response"])

        steps = run.locator(".work > .timeline > .step").evaluate_all("steps => steps.map(s => s.classList[1].slice(5))")
        self.assertEqual((steps[0], steps[-1]), ("start", "done"))
        self.assertLess(steps.index("thought"), steps.index("tool"))
        expect(run.locator(".prose")).to_contain_text(SYMBOL_PLACE)
        expect(run.locator(".step-tool").first).to_have_attribute("data-state", "completed")

        tool = run.locator(".step-tool summary").first
        tool.focus()
        self.page.keyboard.press("Enter")
        expect(run.locator(".tool-body").first).to_contain_text(SYMBOL)
        self.assertRegex(tool.inner_text(), r"\d+(\.\d)? (ms|s)")
        expect(self.page.locator("#announcer")).to_contain_text("Canon answered")
        expect(self.page.get_by_role("navigation").get_by_role("link").first).to_have_attribute("aria-current", "page")

        run.get_by_role("button", name="Copy answer").click()
        self.assertEqual(self.page.evaluate("navigator.clipboard.readText()"), log[-1]["final_response"])
        text = run.locator(".prose").inner_text()
        self.page.reload()
        expect(answer(self.page).locator(".prose")).to_have_text(text, use_inner_text=True)
        expect(self.page.locator(".run")).to_have_count(1)

    def frames_of(self, page: Page) -> list[dict]:
        """The frames that the page's sockets receive from now on."""
        frames = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda text: frames.append(json.loads(text))))
        return frames

    def test_an_example_begins_a_conversation(self) -> None:
        self.page.get_by_role("button", name=re.compile("overview of this workspace")).click()
        answer(self.page)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Give me an overview of this workspace")

    def test_shift_enter_begins_a_line_and_the_draft_stays(self) -> None:
        message = self.page.get_by_label("Message", exact=True)
        message.fill("one")
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.type("two")
        expect(message).to_have_value("one\ntwo")
        expect(self.page.locator(".question")).to_have_count(0)

    def test_a_message_over_the_limit_is_not_sent(self) -> None:
        ask(self.page, "x" * 40_000)
        expect(self.page.locator(".composer-problem")).to_contain_text("too long by 8 KiB")
        expect(self.page.locator(".question")).to_have_count(0)

    def test_a_conversation_is_renamed_and_deleted_with_the_keyboard(self) -> None:
        name = f"Renamed {uuid.uuid4().hex[:8]}"
        ask(self.page, QUESTION)
        answer(self.page)
        row = self.page.locator(".thread:has([aria-current])")
        expect(row).to_have_count(1)
        row.get_by_role("button").focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Enter")
        self.assert_accessible(self.page, "the dialog")
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("link", name=name)).to_be_visible()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

        self.page.reload()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
        row.get_by_role("button").focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Cancel")).to_be_focused()
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("link", name=name)).to_have_count(0)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("New conversation")

    def test_text_that_looks_like_markup_stays_text(self) -> None:
        hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3))"
        ask(self.page, hostile)
        expect(self.page.locator(".question-text").last).to_have_text(hostile)
        drawn = self.page.evaluate(
            """async (text) => {
                const { MarkdownView } = await import("/console/markdown-view.js");
                const view = new MarkdownView();
                document.querySelector(".messages").append(view.element);
                view.update(text);
                return [view.element.textContent, view.element.querySelectorAll("img, script, a").length];
            }""",
            hostile,
        )
        self.assertEqual(drawn, ["<img src=x onerror=alert(1)> <script>alert(2)</script> x", 0])
        expect(self.page.locator(".run").last).not_to_have_attribute("data-state", "running")

    def test_the_theme_is_chosen_and_kept(self) -> None:
        ground = "getComputedStyle(document.body).backgroundColor"
        light = self.page.evaluate(ground)
        self.page.get_by_role("button", name=re.compile("^Account")).click()
        self.page.get_by_role("menuitemradio", name="Dark").click()
        dark = self.page.evaluate(ground)
        self.assertNotEqual(light, dark)
        self.page.reload()
        expect(self.page.get_by_role("navigation", name="Conversations")).to_be_visible()
        self.assertEqual(self.page.evaluate(ground), dark)
        self.assertEqual(self.page.evaluate("JSON.stringify({...localStorage})"), '{"canon-theme":"dark"}')
        self.page.get_by_role("button", name=re.compile("^Account")).click()
        self.page.get_by_role("menuitemradio", name="As the system").click()
        self.assertEqual(self.page.evaluate("localStorage.length"), 0)

    def test_the_page_is_accessible_in_light_and_dark(self) -> None:
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.goto(f"{URL}/#/")
            self.page.get_by_label("Message", exact=True).wait_for()
            self.assert_accessible(self.page, f"a new conversation, {scheme}")
            ask(self.page, QUESTION)
            run = answer(self.page)
            run.locator(".step-tool summary").first.click()
            self.assert_accessible(self.page, f"an answer, {scheme}")

    def test_the_skip_link_comes_first_and_leads_to_the_content(self) -> None:
        self.page.evaluate("document.body.tabIndex = -1; document.body.focus()")
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("main")).to_be_focused()

    def test_a_narrow_screen_has_the_list_behind_a_button(self) -> None:
        self.page.set_viewport_size({"width": 320, "height": 640})
        ask(self.page, QUESTION)
        answer(self.page)
        self.assertEqual(self.page.evaluate("document.documentElement.scrollWidth"), 320)
        opener = self.page.get_by_role("button", name="Conversations", exact=True)
        opener.click()
        expect(self.page.get_by_role("navigation", name="Conversations")).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("navigation", name="Conversations")).not_to_be_visible()
        expect(opener).to_be_focused()


if __name__ == "__main__":
    unittest.main()
