"""The page of the audit: with answers made for it, and with those of the real tool. See support.py."""

import json
import math
import os
import unittest

from playwright.sync_api import expect

from support import AUDITED_REPORT, AUDITED_URL, ConsoleTestCase, answer, browser, log_in


def finding(severity: str, rule: str, symbol: str, **more) -> dict:
    return {
        "rule": rule, "severity": severity, "confidence": "confirmed", "status": "open", "scope": "live", "symbol": symbol,
        "fingerprint": f"{rule}-1", "path": "app/rooms.py", "line": 7, "message": f"{symbol} stands beside <b>another</b>",
        "evidence": [{"path": "app/rooms.py", "line": 7, "text": "class Rooms:"}], "placeCount": 1, **more,
    }


REPORT = {
    "schema": "canon.audit/1", "tool": {"name": "canon", "version": "1", "ruleSet": "0123456789abcdef", "manifest": ""},
    "commit": "0123456789abcdef", "dirty": True, "python": "3.11", "scopes": {"live": {"files": 1234, "bytes": 1}},
    "score": {
        "overall": 48.25, "cap": {"limit": 50, "reason": "1 critical findings"},
        "concepts": [
            {"name": "rooms", "canonical": "app.rooms.Rooms", "implementations": 2, "bound": 3, "consumers": 4, "score": 37.5,
             "implementationSymbols": ["app.rooms.Rooms", "legacy.rooms.RoomHub"], "unbound": ["app.api"], "goldenPath": True, "folders": []},
            {"name": "clock", "canonical": "app.clock.Clock", "implementations": 1, "bound": 0, "consumers": 0,
             "implementationSymbols": ["app.clock.Clock"], "unbound": [], "goldenPath": False, "folders": []},
        ],
    },
    "findings": [
        finding("critical", "divergent-name", "app.rooms.Rooms", suggestion="app.rooms.Rooms", placeCount=3),
        finding("medium", "import-path", "app.api", confidence="review"),
        *[finding("low", "oversize", f"app.m{index}") for index in range(60)],
    ],
    "isolation": {"confirmed": [], "review": [], "refuted": [], "canary": "not measured"},
    "incomplete": [{"path": "app/broken.py", "line": 3, "text": "'(' was never closed"}],
}


class Audit(ConsoleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = browser().new_context(viewport={"width": 1200, "height": 900})
        self.page = self.new_page(self.context)

    def tearDown(self) -> None:
        self.context.close()
        super().tearDown()

    def tell(self, status: int, body: dict) -> None:
        """Answers for the server what its tool says."""
        self.page.route(
            "**/api/tools/audit",
            lambda route: route.fulfill(status=status, body=json.dumps(body), content_type="application/json"))

    def open_audit(self) -> None:
        self.page.get_by_role("link", name="Audit", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Audit")

    def test_concepts_and_findings_are_shown_and_can_be_narrowed(self) -> None:
        self.tell(200, {"tool": "audit", "value": REPORT, "text": ""})
        log_in(self.page)
        self.open_audit()
        page = self.page
        expect(page.locator(".audit-score-value")).to_have_text("48.2")
        expect(page.locator(".audit-summary")).to_contain_text("Open: 1 critical, 1 medium, 60 low.")
        expect(page.locator(".audit-summary")).to_contain_text("1,234 live files · commit 0123456789 with changes")
        expect(page.locator(".audit-gap")).to_contain_text("1 place could not be looked at")
        expect(page.locator(".concept")).to_have_count(2)
        expect(page.locator(".concept").first).to_contain_text("2 implementations; 3 of 4 consumers bound to it")
        expect(page.locator(".concept").last).to_contain_text("not measured")
        expect(page.locator(".finding")).to_have_count(50)
        page.get_by_role("button", name="Show more (12 left)").click()
        expect(page.locator(".finding")).to_have_count(62)
        page.get_by_label("Rule").select_option("import-path")
        expect(page.locator(".finding")).to_have_count(1)
        expect(page.locator(".finding")).to_contain_text("to review")
        page.get_by_label("Rule").select_option("")
        page.get_by_label("Severity").select_option("critical")
        expect(page.locator(".finding")).to_have_count(1)
        expect(page.get_by_label("Severity")).to_be_focused()
        page.locator(".finding summary").click()
        expect(page.locator(".finding-text")).to_have_text("app.rooms.Rooms stands beside <b>another</b>.")
        expect(page.locator(".finding .evidence-text")).to_have_text("class Rooms:")
        expect(page.locator(".finding-body")).to_contain_text("Use app.rooms.Rooms instead.")
        self.assert_accessible(page, "the audit")
        if "CONSOLE_SCREENSHOT" in os.environ:
            page.screenshot(path=os.environ["CONSOLE_SCREENSHOT"])

    def test_the_page_is_left_and_found_again(self) -> None:
        self.tell(200, {"tool": "audit", "value": {**REPORT, "findings": [], "incomplete": []}, "text": ""})
        log_in(self.page)
        page = self.page
        composer = page.get_by_role("textbox")
        composer.fill("a thought that is not sent")
        self.open_audit()
        expect(page.get_by_text("Nothing was found.")).to_be_visible()
        expect(page.locator(".dock")).to_be_hidden()
        page.go_back()
        expect(composer).to_have_value("a thought that is not sent")
        page.go_forward()
        expect(page.locator(".audit-score-value")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 800})
        self.assert_accessible(page, "the audit on a narrow screen")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)

    def test_what_cannot_be_audited_is_told(self) -> None:
        self.expect_complaint("422")
        self.tell(422, {"error": "tool_failed", "message": "No workspace is configured."})
        log_in(self.page)
        self.open_audit()
        expect(self.page.get_by_role("alert")).to_have_text("No workspace is configured.")
        expect(self.page.get_by_role("button", name="Run again")).to_be_enabled()

    def test_the_real_tool_shows_what_the_command_prints(self) -> None:
        with open(AUDITED_REPORT, encoding="utf-8") as file:
            report = json.load(file)
        log_in(self.page, AUDITED_URL)
        self.open_audit()
        page = self.page
        score = report["score"]
        expect(page.locator(".audit-score-value")).to_have_text(f"{math.floor(score['overall'] * 10) / 10:.1f}")
        live = report["scopes"]["live"]["files"]
        expect(page.locator(".audit-summary")).to_contain_text(f"{live} live files")
        expect(page.locator(".audit-gap")).to_have_count(0)
        concept = score["concepts"][0]
        expect(page.locator(".concept")).to_have_count(1)
        expect(page.locator(".concept")).to_contain_text(
            f"2 implementations; {concept['bound']} of {concept['consumers']} consumers bound to it")
        expect(page.locator(".finding")).to_have_count(len(report["findings"]))
        self.assertEqual(
            page.locator(".finding-text").all_inner_texts(), [f"{one['message']}." for one in report["findings"]])
        self.assertEqual(
            page.locator(".finding-place").all_inner_texts(),
            [one["path"] + (f":{one['line']}" if one["line"] else "") for one in report["findings"]])
        page.get_by_label("Rule").select_option("second-implementation")
        one = next(finding for finding in report["findings"] if finding["rule"] == "second-implementation")
        expect(page.locator(".finding")).to_have_count(1)
        page.locator(".finding summary").click()
        self.assertEqual(
            page.locator(".finding .evidence-text").all_inner_texts(), [line["text"] for line in one["evidence"]])
        self.assert_accessible(page, "the audit of a real project")
        if "CONSOLE_SCREENSHOT" in os.environ:
            page.screenshot(path=os.environ["CONSOLE_SCREENSHOT"], full_page=True)
        # What is asked about a finding is answered in the conversation, by the same tools.
        page.get_by_role("button", name="Explain the rule").click()
        composer = page.get_by_role("textbox")
        if composer.input_value():
            composer.press("Enter")
        expect(answer(page)).to_contain_text("second-implementation")


if __name__ == "__main__":
    unittest.main()
