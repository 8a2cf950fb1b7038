"""Takes docs/console.png from a running server: a question, its run and its answer, in the light theme.

Reads CANON_URL, CANON_EMAIL, CANON_PASSWORD, CANON_QUESTION and CHROMIUM as support.py does.

    python Tests/Console/screenshot.py [file]
"""

import io
import os
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

LIMIT = 200_000  # bytes
QUESTION = os.environ.get("CANON_QUESTION", "Where is WebSocketManager defined?")
EARLIER = ["Give me an overview of this workspace", "Who uses EventLog?", "Read the file Package.swift"]
default = Path(__file__).resolve().parents[2] / "docs" / "console.png"
target = Path(sys.argv[1]) if len(sys.argv) > 1 else default

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
    )
    page = browser.new_page(viewport={"width": 1200, "height": 800}, device_scale_factor=2, color_scheme="light")
    page.goto(os.environ["CANON_URL"])
    page.get_by_label("Email").fill(os.environ["CANON_EMAIL"])
    page.get_by_label("Password", exact=True).fill(os.environ["CANON_PASSWORD"])
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Connected", exact=True).wait_for()
    for question in (*EARLIER, QUESTION):
        page.get_by_role("button", name="New conversation").click()
        page.get_by_label("Message", exact=True).fill(question)
        page.keyboard.press("Enter")
        page.locator(".run[data-state=completed]").wait_for()
        page.locator(".thread:has([aria-current]):not(.running)").wait_for()
    page.locator(".scroller").evaluate("element => element.scrollTo(0, 0)")
    page.locator(".jump").evaluate("element => { element.hidden = true; }")
    page.mouse.move(600, 700)  # over nothing that changes under a pointer
    picture = page.screenshot(animations="disabled")
    browser.close()

# A page of text has few colours: a palette keeps it sharp in a third of the bytes.
target.parent.mkdir(parents=True, exist_ok=True)
Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)
size = target.stat().st_size
print(f"{target}: {size} bytes")
if size > LIMIT:
    sys.exit(f"The picture has more than {LIMIT} bytes. Take it from a shorter answer, or of a smaller window.")
