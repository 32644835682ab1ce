"""Attacks on a running site in Chromium: is anything of what people write or ask for ever acted on?

    python -m bench.hostile_texts [--attacks 300]

Each attack stands in every place that text can be put, and is asked for in every address that repeats what was asked.
Every page is opened by a reader with all roles, without the site's content policy, which leaves only our own care;
threads and lists once more with it. Prints one line a round and exits with 1 when anything acted, could be made to act
by a press of a key or a button, or called another site.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import sync_playwright

from kb.db import current_session
from tests.browser.conftest import ARGUMENTS, CHROMIUM, running
from tests.browser.hostile import Watched, reflecting, write
from tests.markup.payloads import html_payloads, markdown_payloads

SHOWN = 20
"""Problems that are printed."""


def main() -> None:
    """Make the site, write everything, open everything, and say what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--attacks", type=int, default=300)
    attacks = chosen(options.parse_args().attacks)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        content = Path(folder) / "content"
        content.mkdir()
        with running(Path(folder) / "site", content=str(content)) as site:
            with site.app.app_context():
                pages = write(current_session(), attacks)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            asked = [address for attack in attacks for address in reflecting(attack)]
            bare, kept = Watched(browser, site), Watched(browser, site, policy=True)
            previewed = Watched(browser, site, assets=True)
            opened("what was written, without the policy", bare, pages)
            opened("what was written, with it", kept, (page for page in pages if "?" not in page))
            previewed.visit("/questions/2/answers")
            previewed.preview(attacks)
            print(f"previewed: {len(attacks)}, {len(previewed.problems)} problems", flush=True)
            opened("what was asked for, without the policy", bare, asked)
            found = [*bare.problems, *kept.problems, *previewed.problems]
            browser.close()
    looked = bare.pages + kept.pages + previewed.pages
    print(f"{len(attacks)} attacks, {looked} pages looked at, {len(found)} problems", *found[:SHOWN], sep="\n")
    raise SystemExit(1 if found else 0)


def chosen(count: int) -> list[str]:
    """Return ``count`` attacks: all of those for Markdown, and of those for HTML as many from everywhere."""
    of_markdown, of_html = markdown_payloads(), list(html_payloads())
    wanted = max(0, count - len(of_markdown))
    return [*of_markdown[:count], *(of_html[number * len(of_html) // wanted] for number in range(wanted))]


def opened(name: str, tab: Watched, addresses: Iterable[str]) -> None:
    """Open all ``addresses``, and say how it went."""
    began, before = time.perf_counter(), (tab.pages, len(tab.problems))
    for address in addresses:
        tab.visit(address)
    pages, problems = tab.pages - before[0], len(tab.problems) - before[1]
    print(f"{name}: {pages} pages in {time.perf_counter() - began:.0f} s, {problems} problems", flush=True)


if __name__ == "__main__":
    main()
