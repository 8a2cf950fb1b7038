"""The site of the documentation in a browser: its pages open and lead to one another. See support.py."""

import functools
import http.server
import os
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from playwright.sync_api import expect

from support import browser

ROOT = Path(__file__).resolve().parent.parent.parent


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass


class DocsSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        subprocess.run([ROOT / "Scripts/docs-site", "--articles-only", "--output", scratch.name + "/site"], check=True, stdout=subprocess.DEVNULL)
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=scratch.name + "/site"))
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.url = f"http://127.0.0.1:{cls.server.server_address[1]}"

    def test_the_front_page_leads_to_the_articles(self) -> None:
        context = browser().new_context(viewport={"width": 1200, "height": 1000}, color_scheme="light")
        self.addCleanup(context.close)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{self.url}/documentation/canon/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Canon")
        if folder := os.environ.get("CONSOLE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/docs-front.png")
        page.locator("main").get_by_role("link", name="Rules of canon audit").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Rules of canon audit")
        page.locator("main").get_by_role("link", name="import-path").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("import-path")
        expect(page.locator("main")).to_contain_text("What to do")
        if folder := os.environ.get("CONSOLE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/docs-rule.png")
        self.assertEqual(errors, [])


if __name__ == "__main__":
    unittest.main()
