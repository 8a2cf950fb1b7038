"""The panel of devices and, for those who run the server, of delivery. See support.py."""

import json
import os
import time
import unittest

from playwright.sync_api import Page, expect

from support import EXTERNAL_URL, QUESTION, URL, ConsoleTestCase, answer, ask, browser, log_in


class Devices(ConsoleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = browser().new_context(viewport={"width": 1200, "height": 860})
        self.page = self.new_page(self.context)

    def tearDown(self) -> None:
        self.context.close()
        super().tearDown()

    def open_panel(self, page: Page):
        page.locator(".account-button").click()
        page.get_by_role("menuitem", name="Devices").click()
        panel = page.get_by_role("dialog")
        expect(panel).to_be_visible()
        return panel

    def tell(self, status: int, *connections: dict) -> None:
        """Answers for the server what it says of the user's connections."""
        body = json.dumps({"connections": connections} if status == 200 else {"error": "not_found", "message": "No."})
        self.page.route("**/api/connections", lambda route: route.fulfill(status=status, body=body, content_type="application/json"))

    def test_an_administrator_sees_what_delivery_did(self) -> None:
        self.tell(
            200,
            {
                "connection_id": "c1", "connected_at": time.time() - 7_300, "delivered": 1_204, "received": 12, "follows": 2,
                "lagging": True, "user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            },
            {"connection_id": "c2", "connected_at": time.time(), "delivered": 31, "received": 2, "follows": 1, "lagging": False,
             "user_agent": self.page.evaluate("navigator.userAgent"), "current": True},
        )
        log_in(self.page)
        ask(self.page, QUESTION)
        answer(self.page)
        panel = self.open_panel(self.page)
        expect(panel.get_by_role("heading", level=2)).to_have_text("Devices and delivery")
        expect(panel.locator(".device")).to_have_count(2)
        expect(panel.locator(".device").first).to_contain_text("this one")
        expect(panel.locator(".device").last).to_contain_text("Safari on iOS")
        expect(panel.locator(".device").last).to_contain_text("2 h ago · 2 conversations · 1,204 frames received · 12 sent · reads slowly")
        value = lambda name: panel.locator(f".figure:has(dt:text-is('{name}')) .figure-value")  # noqa: E731
        expect(value("Dropped")).to_have_text("0")
        self.assertGreaterEqual(int(value("Connections").inner_text()), 1)
        self.assertGreater(int(value("Delivered").inner_text().replace(",", "")), 5)
        expect(panel.locator(".figure.bad")).to_have_count(0)
        self.assert_accessible(self.page, "devices and delivery")
        if "CONSOLE_SCREENSHOT" in os.environ:
            self.page.screenshot(path=os.environ["CONSOLE_SCREENSHOT"])
        self.page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(self.page.locator(".account-button")).to_be_focused()

    def test_a_user_sees_no_delivery_and_no_devices_where_the_server_does_not_tell(self) -> None:
        self.expect_complaint("404")
        self.tell(404)
        log_in(self.page, EXTERNAL_URL)
        panel = self.open_panel(self.page)
        expect(panel.get_by_role("heading", level=2)).to_have_text("Devices")
        expect(panel).to_contain_text("This server does not tell")
        expect(panel.locator(".figure")).to_have_count(0)
        self.assert_accessible(self.page, "devices that are not told")

    def test_the_server_itself_is_asked_for_the_connections_of_the_one_who_is_logged_in(self) -> None:
        log_in(self.page)
        panel = self.open_panel(self.page)
        first = panel.locator(".device").first
        expect(first).to_contain_text("this one")
        expect(first).to_contain_text("Chrome on Linux")
        expect(first).to_contain_text("just now")


if __name__ == "__main__":
    unittest.main()
