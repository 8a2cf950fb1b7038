"""Setting up, logging in and out, and visiting. See support.py."""

import re
import unittest
import uuid

from playwright.sync_api import expect

from support import EMAIL, PASSWORD, QUESTION, SETUP_URL, SYMBOL_PLACE, URL
from support import ConsoleTestCase, answer, ask, browser, log_in, set_up


class Entrance(ConsoleTestCase):
    """Logging in and out."""

    def setUp(self) -> None:
        super().setUp()
        self.context = browser().new_context()
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
        self.expect_complaint("401.*/auth/login")
        self.page.goto(URL)
        self.page.get_by_label("Email").fill(f"nobody-{uuid.uuid4().hex}@example.org")
        self.page.get_by_label("Password", exact=True).fill("not the right password")
        self.page.get_by_role("button", name="Log in").click()
        expect(self.page.locator(".form-error")).to_have_text("The email address or the password is wrong.")
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
        self.expect_complaint("403.*/auth/refresh")
        log_in(self.page)
        status = "fetch('/auth/refresh', {method: 'POST', headers: %s}).then(r => r.status)"
        self.assertEqual(self.page.evaluate(status % "{}"), 403)
        self.assertEqual(self.page.evaluate(status % "{'X-Canon-Console': '1'}"), 200)

    def test_the_first_account_is_made_through_a_link_that_works_once(self) -> None:
        self.assertIsNotNone(SETUP_URL, "CANON_SETUP_URL is not set")
        self.assertEqual(set_up(), [])
        self.expect_complaint("410.*/auth/setup")
        self.page.goto(SETUP_URL)
        self.page.get_by_label("Email").fill("second@example.org")
        self.page.get_by_label("Password", exact=True).fill("another long password")
        self.page.get_by_role("button", name="Create account").click()
        expect(self.page.get_by_text("This set-up link was used already or has expired.")).to_be_visible()
        self.assert_accessible(self.page, "a used link")

    def test_everything_is_within_reach_of_the_keyboard(self) -> None:
        set_up()
        self.page.goto(URL)
        expect(self.page.get_by_label("Email")).to_be_focused()
        for key in (*EMAIL, "Tab", *PASSWORD, "Enter"):
            self.page.keyboard.press(key)
        expect(self.page.get_by_text("Connected", exact=True)).to_be_visible()
        expect(self.page.get_by_label("Message", exact=True)).to_be_focused()
        self.page.keyboard.type(QUESTION)
        self.page.keyboard.press("Enter")
        run = answer(self.page)
        tool = run.locator(".step-tool summary").first
        self.walk_to(tool, "Shift+Tab")
        self.page.keyboard.press("Enter")
        expect(run.locator(".tool-body").first).to_be_visible()
        account = self.page.get_by_role("button", name=re.compile("^Account"))
        self.walk_to(account, "Shift+Tab")
        self.page.keyboard.press("Enter")
        leave = self.page.get_by_role("menuitem", name="Log out")
        self.walk_to(leave, "ArrowDown")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Log in")).to_be_visible()

    def walk_to(self, target, key: str) -> None:
        """Presses a key until the target has the focus, which must be seen everywhere on the way."""
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press(key)
            seen = self.page.evaluate(
                """() => {
                    const style = getComputedStyle(document.activeElement);
                    const box = document.activeElement.closest(".composer-box");
                    return style.outlineStyle !== "none" || style.boxShadow !== "none" || box !== null
                        || style.backgroundColor !== "rgba(0, 0, 0, 0)";
                }"""
            )
            self.assertTrue(seen, f"the focus is not visible on {self.page.evaluate('document.activeElement.outerHTML')}")
        self.fail(f"{key} does not lead to {target}")

    def test_a_visitor_of_the_demo_has_conversations_that_nobody_else_sees(self) -> None:
        self.visit(self.page)
        expect(self.page.locator(".account-name")).to_have_text("Visitor")
        ask(self.page, QUESTION)
        expect(answer(self.page).locator(".prose")).to_contain_text(SYMBOL_PLACE)
        expect(self.page.locator(".thread")).to_have_count(1)
        address = self.page.url
        other_context = browser().new_context()
        other = self.new_page(other_context)
        self.visit(other)
        expect(other.locator(".no-threads")).to_be_visible()
        other.goto(address)
        expect(other.get_by_role("heading", level=1)).to_have_text("New conversation")
        expect(other.locator(".run")).to_have_count(0)
        other_context.close()

        self.page.reload()
        expect(answer(self.page).locator(".prose")).to_contain_text(SYMBOL_PLACE)

    def visit(self, page) -> None:
        page.goto(URL)
        page.get_by_role("button", name="Try it as a visitor").click()
        expect(page.get_by_text("Connected", exact=True)).to_be_visible()


if __name__ == "__main__":
    unittest.main()
