"""The page of problems, with a real memory, and with answers that are hard to come by. See support.py."""

import json
import os
import sqlite3
import unittest

from playwright.sync_api import Page, expect

from support import AUDITED_URL, ConsoleTestCase, browser, log_in

MEMORY = os.environ["CANON_PROBLEMS_FILE"]


class Problems(ConsoleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = browser().new_context(viewport={"width": 1200, "height": 1000}, color_scheme="light")
        self.page = self.new_page(self.context)

    def tearDown(self) -> None:
        self.context.close()
        super().tearDown()

    def open_problems(self, url: str = AUDITED_URL) -> Page:
        log_in(self.page, url)
        self.page.get_by_role("link", name="Problems", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Problems")
        return self.page

    def shoot(self, name: str) -> None:
        """With CONSOLE_SCREENSHOTS=FOLDER, keeps what was seen."""
        if folder := os.environ.get("CONSOLE_SCREENSHOTS"):
            # The page scrolls inside of its frame, which a picture of the whole page would cut.
            height = self.page.evaluate("document.querySelector('.scroller').scrollHeight") + 60
            size = self.page.viewport_size
            self.page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
            self.page.screenshot(path=f"{folder}/{name}.png")
            self.page.set_viewport_size(size)

    def test_problems_are_listed_by_urgency_and_can_be_narrowed(self) -> None:
        page = self.open_problems()
        rows = page.locator(".problem-row")
        expect(rows).to_have_count(4)
        self.assertEqual(page.locator(".problem-row .severity").all_inner_texts(), ["P1", "P2", "P2", "P2"])
        expect(rows.first).to_contain_text("ValueError in price (shop/pricing.py)")
        expect(rows.first).to_contain_text("new")
        expect(rows.first).to_contain_text("checkout · 59×")
        expect(page.locator(".problems-summary")).to_have_text("2 new, 1 regressed, 1 known, 1 resolved")
        self.assert_accessible(page, "the list of problems")
        self.shoot("problems-light")
        page.get_by_label("State").select_option("resolved")
        expect(page.get_by_label("State")).to_be_focused()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("mail server <*> refused the letter")
        page.get_by_label("State").select_option("")
        page.get_by_label("Service").select_option("mailer")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("disk is full")

    def test_one_problem_is_shown_with_its_history_and_without_personal_data(self) -> None:
        page = self.open_problems()
        page.locator(".problem-row", has_text="stock of item").click()
        expect(page.locator(".problem-name")).to_contain_text("stock of item <*> cannot be reserved")
        expect(page.locator(".problem-head .problem-state")).to_have_text("regressed")
        bars = page.get_by_role("img", name="20 entries from 2025-09-15 ")
        expect(bars).to_be_visible()
        drawn = bars.locator("rect title").all_text_contents()
        self.assertEqual(sum(int(text.rsplit(": ", 1)[1]) for text in drawn), 20, drawn)
        expect(page.locator(".problem-sample").first).to_contain_text("stock of item")
        self.assertNotIn("ada@", page.content())
        self.assertNotIn("abcdef0123456789", page.content())
        expect(page.locator(".problem-table tbody tr")).to_have_count(2)
        history = page.locator(".problem-changes li span").all_inner_texts()
        self.assertEqual(history, [
            "Came back: back on a revision newer than checkout-00008-def.",
            "Resolved in checkout-00008-def, said by a person.", "Seen for the first time."])
        self.assert_accessible(page, "a problem")
        self.shoot("problem-light")
        page.reload()
        expect(page.locator(".problem-name")).to_contain_text("stock of item <*> cannot be reserved")
        page.emulate_media(color_scheme="dark")
        self.assert_accessible(page, "a problem in the dark")
        self.shoot("problem-dark")
        page.set_viewport_size({"width": 390, "height": 800})
        self.assert_accessible(page, "a problem on a narrow screen")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
        self.assertLessEqual(page.evaluate("document.querySelector('.scroller').scrollWidth"), 390)
        self.shoot("problem-narrow")
        page.get_by_role("link", name="All problems").click()
        expect(page.locator(".problem-row")).to_have_count(4)
        self.assert_accessible(page, "the list of problems on a narrow screen")
        self.shoot("problems-narrow")
        page.go_back()
        expect(page.locator(".problem-name")).to_be_visible()

    def test_text_of_a_log_never_becomes_markup(self) -> None:
        page = self.open_problems()
        page.locator(".problem-row", has_text="ValueError in price").click()
        expect(page.locator(".problem-sample").first).to_contain_text("no price for <b>tea</b>")
        expect(page.locator(".problem-sample b")).to_have_count(0)

    def test_a_problem_is_resolved_and_reopened_in_the_memory_itself(self) -> None:
        page = self.open_problems()
        # One that is known already, so that it is afterwards what it was before.
        page.locator(".problem-row", has_text="is not answering").click()
        page.get_by_label("Revision with the fix").fill("checkout 10")
        self.expect_complaint("422")
        page.get_by_role("button", name="Resolve", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("no blanks")
        page.get_by_label("Revision with the fix").fill("checkout-00010-jkl")
        page.keyboard.press("Enter")
        expect(page.locator(".problem-head .problem-state")).to_have_text("resolved")
        expect(page.locator(".problem-name")).to_be_focused()
        expect(page.locator(".problem-facts")).to_contain_text("in checkout-00010-jkl, said by a person")
        with sqlite3.connect(f"file:{MEMORY}?mode=ro", uri=True) as memory:
            row = memory.execute("SELECT state, fix_revision FROM problem WHERE title LIKE '%is not answering%'").fetchone()
        self.assertEqual(row, ("resolved", "checkout-00010-jkl"))
        page.get_by_role("button", name="Reopen").click()
        expect(page.locator(".problem-head .problem-state")).to_have_text("known")
        expect(page.locator(".problem-changes li span").first).to_have_text("Reopened, said by a person.")

    def test_what_cannot_be_shown_is_told(self) -> None:
        page = self.open_problems()
        self.expect_complaint("404|503")
        page.goto(f"{AUDITED_URL}/#/problems/v1:ffff")
        expect(page.get_by_role("alert")).to_contain_text("no problem has the fingerprint v1:ffff")
        body = {"error": "problems_unavailable", "message": "/srv/logs.db: the file is damaged."}
        page.route("**/api/problems", lambda route: route.fulfill(
            status=503, body=json.dumps(body), content_type="application/json"))
        page.get_by_role("link", name="Problems", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("/srv/logs.db: the file is damaged.")
        page.unroute("**/api/problems")
        page.get_by_role("button", name="Refresh").click()
        expect(page.locator(".problem-row").first).to_be_visible()

    def test_a_server_without_a_memory_says_how_to_give_it_one(self) -> None:
        self.expect_complaint("409")
        log_in(self.page)
        self.page.get_by_role("link", name="Problems", exact=True).click()
        expect(self.page.get_by_role("alert")).to_contain_text("start the server with `--problems FILE`")

    def test_nobody_but_an_administrator_is_shown_the_way(self) -> None:
        self.expect_complaint("403")
        self.page.goto(os.environ["CANON_URL"])
        self.page.get_by_role("button", name="visitor").click()
        expect(self.page.get_by_text("Connected", exact=True)).to_be_visible()
        expect(self.page.get_by_role("link", name="Audit", exact=True)).to_be_visible()
        expect(self.page.get_by_role("link", name="Problems", exact=True)).to_have_count(0)
        self.page.goto(os.environ["CANON_URL"] + "/#/problems")
        expect(self.page.get_by_role("alert")).to_have_text("This needs the role admin.")


if __name__ == "__main__":
    unittest.main()
