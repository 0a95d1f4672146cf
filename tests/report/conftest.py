"""A real browser, without a window, that looks at reports."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait
from vitscale.report.render import write_report
from vitscale.results.document import write_results

from tests.fixtures.results import example, whole

Write = Callable[..., Path]

TABLES = (
    "[...document.querySelectorAll('figure.%s tbody tr')]"
    ".map(row => [...[...row.cells].map(cell => cell.textContent), row.dataset.row])"
)
"""Cells of the table under a chart; the last one is the row's path in the results, not shown to readers."""

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Browser:
    """Headless Chromium with a report in it."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def emulate(self, width: int = 1280, scheme: str = "light", media: str = "") -> None:
        """Set the width in CSS pixels, the colour scheme, and the medium, ``print`` say."""
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features, "media": media})

    def open(self, page: Path) -> None:
        """Open a page."""
        self.driver.get_log("browser")
        self.driver.get(page.as_uri())

    def run(self, script: str) -> Any:
        """Return what JavaScript returns."""
        return self.driver.execute_script(script)

    def wait_for(self, script: str, expected: object) -> None:
        """Wait until JavaScript returns what is expected."""
        WebDriverWait(self.driver, 10).until(lambda driver: driver.execute_script(script) == expected)

    def complaints(self) -> list[str]:
        """Return what the console says: errors, and what the Content-Security-Policy stopped."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


class Mark(NamedTuple):
    """A bar, dot or band of a chart: its tooltip, its place in the drawing, and its colour on the screen."""

    tip: str
    x: float
    y: float
    width: float
    height: float
    colour: str
    opacity: float


def marks(browser: Browser, chart: str, drawing: str = "wide") -> list[Mark]:
    """Return the marks of a chart that have a tooltip, in the order in which they are drawn."""
    found = browser.run(
        f"return [...document.querySelectorAll('#{chart} .{drawing} title')].map(title => {{"
        "  const shape = title.parentElement.querySelector('path:not(defs *), use');"
        "  const box = shape.getBBox(), look = getComputedStyle(shape);"
        "  return [title.textContent, box.x, box.y, box.width, box.height, look.fill, +look.opacity] })"
    )
    return [Mark(*one) for one in found]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.fail("The report's tests need a browser: apt-get install chromium chromium-driver")
    options = Options()
    options.binary_location = chromium
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield Browser(chrome)
    finally:
        chrome.quit()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes results and a report of them, and returns the page's path."""

    def write(*results: dict[str, Any], name: str = "report.html") -> Path:
        paths = [tmp_path / f"{number}.json" for number, _ in enumerate(results)]
        for path, one in zip(paths, results, strict=True):
            write_results(one, path)
        return write_report(paths, tmp_path / name)

    return write


@pytest.fixture
def opened(browser: Browser, written: Write) -> Browser:
    """A report of a sweep, with what can go wrong in one."""
    browser.emulate()
    browser.open(written(example()))
    return browser


@pytest.fixture
def opened_whole(browser: Browser, written: Write) -> Browser:
    """A report of a sweep and rounds, with all that a bench writes."""
    browser.emulate()
    browser.open(written(whole()))
    return browser
