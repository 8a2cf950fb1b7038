"""The console in a real browser, against a real server.

    CANON_URL            the server, such as http://127.0.0.1:8000
    CANON_EMAIL          an account on it, or the one to create
    CANON_PASSWORD       its password
    CANON_SETUP_URL      optional: the one-time link the server printed; the account is then created through it first
    CANON_QUESTION       optional: a question that makes the agent use a tool
    CANON_SLOW_QUESTION  a question whose run takes at least two seconds, to be stopped
    CHROMIUM             optional: the browser's path, /usr/bin/chromium by default

    python -m unittest discover -s Tests/Console -v
"""

import os
import re
import unittest
import uuid
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from cable import Cable

URL = os.environ["CANON_URL"].rstrip("/")
EMAIL = os.environ["CANON_EMAIL"]
PASSWORD = os.environ["CANON_PASSWORD"]
SETUP_URL = os.environ.get("CANON_SETUP_URL")
QUESTION = os.environ.get("CANON_QUESTION", "Where is WebSocketManager defined?")
SLOW_QUESTION = os.environ["CANON_SLOW_QUESTION"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WAIT = 20_000  # ms; a run's whole answer must fit in it

expect.set_options(timeout=WAIT)


def setUpModule() -> None:
    global playwright, browser
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    if SETUP_URL:
        create_first_account()


def tearDownModule() -> None:
    browser.close()
    playwright.stop()


def create_first_account() -> None:
    page = browser.new_context().new_page()
    page.goto(SETUP_URL)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("too short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("3 more characters are needed.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    assert page.url == f"{URL}/", f"the used link stands in the address: {page.url}"
    page.context.close()
    again = browser.new_context().new_page()
    again.goto(SETUP_URL)
    again.get_by_label("Email").fill("second@example.org")
    again.get_by_label("Password", exact=True).fill("another long password")
    again.get_by_role("button", name="Create account").click()
    expect(again.get_by_text("This set-up link was used already or has expired.")).to_be_visible()
    again.context.close()


def log_in(page: Page, url: str = URL) -> None:
    page.goto(url)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def answer(page: Page):
    """The newest run, once it has ended well."""
    run = page.locator(".run").last
    expect(run).to_have_attribute("data-state", "completed")
    return run


class ConsoleTestCase(unittest.TestCase):
    """Fails a test during which the page broke its content security policy or threw."""

    def new_page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if is_complaint(message.text) else None)
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def setUp(self) -> None:
        self.complaints: list[str] = []

    def tearDown(self) -> None:
        self.assertEqual(self.complaints, [])

    def assert_accessible(self, page: Page, where: str) -> None:
        # Colours that are on their way from one theme to the other have no contrast of their own.
        page.evaluate("Promise.all(document.getAnimations().map(a => a.effect.getComputedTiming().iterations === Infinity || a.finished))")
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        violations = Axe().run(page, options=options).response["violations"]
        found = [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in violations for node in rule["nodes"]]
        self.assertEqual(found, [], where)


def is_complaint(text: str) -> bool:
    return re.search(r"Content.Security.Policy|Trusted ?Type|Refused to", text, re.I) is not None


class Entrance(ConsoleTestCase):
    """Logging in and out."""

    def setUp(self) -> None:
        super().setUp()
        self.context = browser.new_context()
        self.page = self.new_page(self.context)

    def tearDown(self) -> None:
        self.context.close()
        super().tearDown()

    def test_the_page_forbids_inline_script_and_style(self) -> None:
        response = self.page.goto(URL)
        policy = response.headers["content-security-policy"]
        self.assertRegex(policy, r"(script|default)-src '(self|none)'")
        self.assertNotIn("unsafe", policy)
        self.assertIn("frame-ancestors 'none'", policy)

    def test_a_wrong_password_is_explained_and_can_be_typed_again(self) -> None:
        self.page.goto(URL)
        self.page.get_by_label("Email").fill(f"nobody-{uuid.uuid4().hex}@example.org")
        self.page.get_by_label("Password", exact=True).fill("not the right password")
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.locator(".form-error")).not_to_be_empty()
        expect(self.page.get_by_label("Password", exact=True)).to_be_focused()
        self.assert_accessible(self.page, "log in with an error")

    def test_an_incomplete_form_says_which_field_is_wrong(self) -> None:
        self.page.goto(URL)
        self.page.get_by_label("Email").fill("ada")
        self.page.keyboard.press("Enter")
        email = self.page.get_by_label("Email")
        expect(email).to_be_focused()
        expect(email).to_have_attribute("aria-invalid", "true")
        expect(email).to_have_accessible_description("This is not a complete email address.")

    def test_the_password_can_be_shown(self) -> None:
        self.page.goto(URL)
        password = self.page.get_by_label("Password", exact=True)
        self.page.get_by_role("button", name="Show the password").click()
        expect(password).to_have_attribute("type", "text")
        self.page.get_by_role("button", name="Show the password", pressed=True).click()
        expect(password).to_have_attribute("type", "password")

    def test_a_session_survives_a_reload_and_ends_in_every_tab(self) -> None:
        log_in(self.page)
        cookies = {cookie["name"]: cookie for cookie in self.context.cookies(f"{URL}/auth/refresh")}
        cookie = cookies["canon_refresh"]
        self.assertEqual((cookie["httpOnly"], cookie["sameSite"], cookie["path"]), (True, "Strict", "/auth"))
        stored = self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        self.assertEqual(stored, '[{},{},""]')

        self.page.reload()
        expect(self.page.get_by_text("Connected", exact=True)).to_be_visible()
        other = self.new_page(self.context)
        other.goto(URL)
        expect(other.get_by_text("Connected", exact=True)).to_be_visible()

        self.page.get_by_role("button", name=re.compile("^Account")).click()
        self.page.get_by_role("menuitem", name="Log out").click()
        for page in (self.page, other):
            expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        self.page.reload()
        expect(self.page.get_by_role("heading", name="Log in")).to_be_visible()

    def test_a_refresh_without_the_console_header_is_refused(self) -> None:
        log_in(self.page)
        status = "fetch('/auth/refresh', {method: 'POST', headers: %s}).then(r => r.status)"
        self.assertIn(self.page.evaluate(status % "{}"), (400, 401, 403, 422))
        self.assertEqual(self.page.evaluate(status % "{'X-Canon-Console': '1'}"), 200)


class Workspace(ConsoleTestCase):
    """Conversations and runs, in one session that every test shares."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.context = browser.new_context(viewport={"width": 1280, "height": 860})
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

    def test_a_run_shows_its_five_events_in_order_and_its_answer(self) -> None:
        ask(self.page, QUESTION)
        run = answer(self.page)
        kinds = run.locator(".work > .timeline > .step").evaluate_all("steps => steps.map(s => s.classList[1].slice(5))")
        self.assertEqual((kinds[0], kinds[-1]), ("start", "done"))
        self.assertLess(kinds.index("thought"), kinds.index("tool"))
        self.assertNotEqual(run.locator(".prose").inner_text().strip(), "")
        expect(run.locator(".step-tool").first).to_have_attribute("data-state", "completed")

        tool = run.locator(".step-tool summary").first
        tool.focus()
        self.page.keyboard.press("Enter")
        expect(run.locator(".tool-body").first).to_be_visible()
        self.assertRegex(tool.inner_text(), r"\d+(\.\d)? (ms|s)")
        expect(self.page.locator("#announcer")).to_contain_text("Canon answered")
        expect(self.page.get_by_role("navigation").get_by_role("link").first).to_have_attribute("aria-current", "page")

        run.get_by_role("button", name="Copy answer").click()
        self.assertNotEqual(self.page.evaluate("navigator.clipboard.readText()"), "")
        text = run.locator(".prose").inner_text()
        self.page.reload()
        expect(answer(self.page).locator(".prose")).to_have_text(text, use_inner_text=True)

    def test_an_example_begins_a_conversation(self) -> None:
        self.page.get_by_role("button", name=re.compile("overview of this workspace")).click()
        answer(self.page)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Give me an overview of this workspace")

    def test_escape_stops_a_run(self) -> None:
        ask(self.page, SLOW_QUESTION)
        expect(self.page.get_by_role("button", name="Stop")).to_be_visible()
        self.page.keyboard.press("Escape")
        run = self.page.locator(".run").last
        expect(run).to_have_attribute("data-state", "cancelled")
        expect(run.locator(".step-stopped")).to_have_count(1)
        expect(self.page.get_by_role("button", name="Send")).to_be_visible()
        expect(self.page.get_by_label("Message", exact=True)).to_be_focused()

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

    def test_nothing_moves_for_those_who_want_less_motion(self) -> None:
        self.page.emulate_media(reduced_motion="reduce")
        ask(self.page, SLOW_QUESTION)
        expect(self.page.locator(".run").last).to_be_visible()
        self.assertEqual(self.page.evaluate("document.getAnimations().length"), 0)
        self.page.keyboard.press("Escape")
        expect(self.page.locator(".run").last).not_to_have_attribute("data-state", "running")

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


class Reconnection(ConsoleTestCase):
    """Two devices of one account; the first hangs on a cable that is cut."""

    def setUp(self) -> None:
        super().setUp()
        self.cable = Cable(URL)
        self.contexts = [browser.new_context(), browser.new_context()]
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

        self.cable.cut()
        expect(self.first.locator(".banner")).to_contain_text("The connection was lost")
        expect(self.first.locator(".pill")).to_have_text(re.compile(r"^(Reconnecting|Offline)"))
        ask(self.first, "Search for written-offline")
        expect(self.first.locator(".question").last).to_have_attribute("data-state", "waiting")

        ask(self.second, "Search for TODO")
        expect(self.second.locator(".run")).to_have_count(2)
        answer(self.second)

        self.cable.mend()
        # A retry may come first and take the button away; either way the connection is back.
        self.first.evaluate("[...document.querySelectorAll('.banner button')].find(b => b.textContent === 'Try now')?.click()")
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


if __name__ == "__main__":
    unittest.main()
