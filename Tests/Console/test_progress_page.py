"""The page of progress: with answers made for it, and with those of the real tool on a repository. See support.py."""

import json
import math
import os
import unittest

from playwright.sync_api import expect

from support import PROGRESSED_REPORT, PROGRESSED_URL, ConsoleTestCase, browser, log_in


def picture(page, name: str) -> None:
    """For people who change the page: CONSOLE_SCREENSHOTS names a folder."""
    if "CONSOLE_SCREENSHOTS" in os.environ:
        page.screenshot(path=os.path.join(os.environ["CONSOLE_SCREENSHOTS"], f"progress-{name}.png"), full_page=True)


class Progress(ConsoleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.context = browser().new_context(viewport={"width": 1200, "height": 900})
        self.page = self.new_page(self.context)
        with open(PROGRESSED_REPORT, encoding="utf-8") as file:
            self.report = json.load(file)

    def tearDown(self) -> None:
        self.context.close()
        super().tearDown()

    def tell(self, status: int, body: dict) -> "list[dict]":
        """Answers for the server what its tool says, and notes what it was asked."""
        asked: "list[dict]" = []

        def answer(route) -> None:
            asked.append(route.request.post_data_json)
            route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

        self.page.route("**/api/tools/status", answer)
        return asked

    def open_progress(self) -> None:
        self.page.get_by_role("link", name="Progress", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Progress")

    def test_the_real_tool_shows_what_the_command_prints(self) -> None:
        report, page = self.report, self.page
        log_in(page, PROGRESSED_URL)
        self.open_progress()
        (concept,) = report["concepts"]
        now = concept["now"]
        shown = f"{math.floor(now['score'] * 10) / 10:.1f} %"
        expect(page.locator(".concept-score")).to_have_text(shown)
        expect(page.locator(".concept")).to_contain_text(f"{now['implementations']} implementations, {now['bound']} of {now['consumers']}")
        verdicts = page.get_by_label("Verdicts").locator(".finding")
        expect(verdicts).to_have_count(len(report["claims"]["verdicts"]))
        self.assertEqual(
            verdicts.locator(".finding-rule").all_inner_texts(),
            [f"{one['verdict']} · {one['concept']}" for one in report["claims"]["verdicts"]])
        self.assertEqual([one["outcome"] for one in report["claims"]["verdicts"]], ["refuted", "unknown", "holds"])
        expect(page.get_by_text("1 more is open.")).to_be_visible()
        first = verdicts.first
        first.locator("summary").click()
        expect(first.locator("li")).to_have_text(report["claims"]["verdicts"][0]["evidence"])
        expect(first).to_contain_text("One <b>room</b> manager")
        # The line and the table say the same, and each sample is there.
        samples = report["history"]["samples"]
        expect(page.locator(".history-line circle")).to_have_count(
            sum("score" in one["concepts"][0] for one in samples))
        page.get_by_text(f"Every sample ({len(samples)})").click()
        rows = page.locator(".progress-samples tbody tr")
        expect(rows).to_have_count(len(samples))
        for index, sample in enumerate(samples):
            measured = sample["concepts"][0]
            expect(rows.nth(index)).to_contain_text(sample["commit"]["id"][:12])
            expect(rows.nth(index)).to_contain_text(f"{measured['bound']}/{measured['consumers']}")
        expect(page.locator(".progress-action")).to_have_count(len(report["actions"]))
        for absence in report["absent"]:
            if absence["part"] != "problems":
                expect(page.get_by_text(absence["reason"])).to_be_visible()
        expect(page.get_by_text("the page Problems shows it to administrators")).to_be_visible()
        self.assert_accessible(page, "progress")
        picture(page, "light")
        page.emulate_media(color_scheme="dark")
        self.assert_accessible(page, "progress in the dark")
        picture(page, "dark")
        page.set_viewport_size({"width": 390, "height": 800})
        self.assert_accessible(page, "progress on a narrow screen")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
        picture(page, "narrow")

    def test_what_was_not_measured_is_a_gap_and_never_zero(self) -> None:
        report = json.loads(json.dumps(self.report))
        samples = report["history"]["samples"]
        gone = samples[1]["concepts"][0]
        del gone["score"]
        gone["standing"] = "no canonical object"
        samples[2] = {**samples[2], "concepts": [], "problem": "its tree is not there"}
        report["concepts"][0]["before"] = gone
        report["concepts"][0]["direction"] = "unknown"
        self.tell(200, {"tool": "status", "value": report, "text": ""})
        log_in(self.page)
        self.open_progress()
        page = self.page
        expect(page.locator(".history-line circle")).to_have_count(len(samples) - 2)
        expect(page.locator(".concept")).to_contain_text("Before: it was not measured: no canonical object.")
        expect(page.get_by_role("region", name="Before you believe it")).to_contain_text("its tree is not there")
        page.get_by_text("Every sample").click()
        rows = page.locator(".progress-samples tbody tr")
        expect(rows.nth(1)).not_to_contain_text("%")
        expect(rows.nth(2)).to_contain_text("not read: its tree is not there")

    def test_another_span_is_asked_for_and_what_fails_is_told(self) -> None:
        asked = self.tell(200, {"tool": "status", "value": self.report, "text": ""})
        log_in(self.page)
        self.open_progress()
        page = self.page
        expect(page.locator(".concept")).to_be_visible()
        page.get_by_label("Since").select_option("365d")
        expect(page.get_by_role("button", name="Measure again")).to_be_enabled()
        self.assertEqual(asked, [{"since": "90d"}, {"since": "365d"}])
        self.expect_complaint("422")
        page.unroute("**/api/tools/status")
        self.tell(422, {"error": "tool_failed", "message": "No workspace is configured."})
        page.get_by_role("button", name="Measure again").click()
        expect(page.get_by_role("alert")).to_have_text("No workspace is configured.")
        page.go_back()
        expect(page.get_by_role("textbox")).to_be_visible()


if __name__ == "__main__":
    unittest.main()
