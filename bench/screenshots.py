"""Makes the README's pictures from a fresh example site: ``python -m bench.screenshots``."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.pages import wait_for

PICTURES = Path(__file__).resolve().parent.parent / "static" / "img"
PORT = 5703
THREAD_SEARCH = "/questions?tab=solved"


def main() -> None:
    """Start a site with the example community, take the pictures, stop it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KB_DATA_DIR": folder, "KB_PORT": str(PORT)}
        for command in (["migrate"], ["demo"]):
            subprocess.run(
                [sys.executable, "-m", "kb.cli", *command], env=environment, check=True, stdout=subprocess.DEVNULL
            )
        server = subprocess.Popen([sys.executable, "-m", "kb.cli", "serve"], env=environment)
        try:
            wait_for(PORT, "/readyz")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                take(browser)
        finally:
            server.terminate()
            server.wait(timeout=30)


def take(browser: Browser) -> None:
    """Take both pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    desk = browser.new_page(base_url=f"http://127.0.0.1:{PORT}", viewport={"width": 1200, "height": 860})
    desk.goto("/")
    desk.screenshot(path=PICTURES / "readme-home.png")
    phone = browser.new_page(base_url=f"http://127.0.0.1:{PORT}", viewport={"width": 400, "height": 1240})
    phone.goto(THREAD_SEARCH)
    phone.get_by_role("main").locator("h2 a, h3 a").first.click()
    phone.screenshot(path=PICTURES / "readme-thread.png")


if __name__ == "__main__":
    main()
