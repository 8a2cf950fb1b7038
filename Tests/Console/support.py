"""What the tests in a browser share: the server's variables, the browser, and what a person does with the console.

    CANON_URL            the server with the built-in agent, such as http://127.0.0.1:8000
    CANON_EMAIL          an account on it, or the one to create
    CANON_PASSWORD       its password
    CANON_SETUP_URL      optional: the one-time link the server printed; the account is then created through it first
    CANON_SYMBOL         a name that the server's workspace defines once
    CANON_SYMBOL_PLACE   where it does, as path:line
    CANON_EXTERNAL_URL   a server with `--agent-kind external` and the same account
    CANON_SERVICE_TOKEN  a service token of that one
    CANON_AUDITED_URL    a server whose workspace is the planted project of the audit's tests, with the same account
    CANON_AUDITED_REPORT what the command prints of that project, as JSON
    CANON_PROBLEMS_FILE  the memory of problems that the audited server was given, as service_logs.py makes it
    CANON_PROGRESSED_URL a server whose workspace is the repository that room_repository.py makes, with the same account
    CANON_PROGRESSED_REPORT what canon status prints of it, as JSON
    CHROMIUM             optional: the browser's path, /usr/bin/chromium by default

Scripts/browser-tests starts such servers and sets the variables.
"""

import atexit
import os
import re
import unittest
from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

URL = os.environ["CANON_URL"].rstrip("/")
EMAIL = os.environ["CANON_EMAIL"]
PASSWORD = os.environ["CANON_PASSWORD"]
SETUP_URL = os.environ.get("CANON_SETUP_URL")
SYMBOL = os.environ["CANON_SYMBOL"]
SYMBOL_PLACE = os.environ["CANON_SYMBOL_PLACE"]
EXTERNAL_URL = os.environ["CANON_EXTERNAL_URL"].rstrip("/")
SERVICE_TOKEN = os.environ["CANON_SERVICE_TOKEN"]
AUDITED_URL = os.environ["CANON_AUDITED_URL"].rstrip("/")
AUDITED_REPORT = os.environ["CANON_AUDITED_REPORT"]
PROGRESSED_URL = os.environ["CANON_PROGRESSED_URL"].rstrip("/")
PROGRESSED_REPORT = os.environ["CANON_PROGRESSED_REPORT"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

QUESTION = f"where is {SYMBOL} defined?"
WAIT = 20_000  # ms; a run's whole answer must fit in it

expect.set_options(timeout=WAIT)


@cache
def browser() -> Browser:
    """The one browser of all tests."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    atexit.register(browser.close)
    return browser


@cache
def set_up() -> list[str]:
    """Makes the first account as its owner does, with the link that works once. Whichever test comes first does so.

    Returns what the page wrote to the browser's console.
    """
    if not SETUP_URL:
        return []
    context = browser().new_context()
    page = context.new_page()
    complaints = listen(page, [])
    page.goto(SETUP_URL)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("too short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("3 more characters are needed.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    assert page.url == f"{URL}/", f"the used link stands in the address: {page.url}"
    context.close()
    return complaints


def listen(page: Page, complaints: list[str]) -> list[str]:
    """Collects what a page throws, and the errors and warnings in the browser's console, such as a breach of policy."""

    def note(message) -> None:
        if message.type in ("error", "warning", "assert"):
            complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    page.on("pageerror", lambda error: complaints.append(f"thrown: {error}"))
    page.on("console", note)
    return complaints


def log_in(page: Page, url: str = URL) -> None:
    set_up()
    page.goto(url)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def answer(page: Page) -> Locator:
    """The newest run, once it has ended well."""
    run = page.locator(".run").last
    expect(run).to_have_attribute("data-state", "completed")
    return run


class ConsoleTestCase(unittest.TestCase):
    """Fails a test during which the page threw, broke its content security policy, or wrote an error or a warning."""

    def setUp(self) -> None:
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def tearDown(self) -> None:
        unexpected = [text for text in self.complaints if not any(re.search(word, text) for word in self._expected)]
        self.assertEqual(unexpected, [])

    def new_page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        listen(page, self.complaints)
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def expect_complaint(self, pattern: str) -> None:
        """The browser itself logs a refused request or a lost connection; a test that causes one says so."""
        self._expected.append(pattern)

    def assert_accessible(self, page: Page, where: str) -> None:
        # Colours that are on their way from one to another have no contrast of their own. A transition that another one
        # takes over from is cancelled, and that is no failure: the next one is waited for.
        page.evaluate(
            """async () => {
                const passing = () => document.getAnimations().filter(
                    (animation) => animation.effect.getComputedTiming().iterations !== Infinity);
                for (let left = passing(); left.length > 0; left = passing()) {
                    await Promise.allSettled(left.map((animation) => animation.finished));
                }
            }"""
        )
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        violations = Axe().run(page, options=options).response["violations"]
        found = [
            f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in violations for node in rule["nodes"]
        ]
        self.assertEqual(found, [], where)
