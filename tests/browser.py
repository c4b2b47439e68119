"""Fixtures of tests that look at the page: a real Chromium, and projects that are really served. Asked for by `pytest_plugins`."""

import contextlib
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.visits import ARGUMENTS, Tab, serving

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def browse(chromium):
    """`browse(url)` is a new tab that shows it."""
    contexts = []

    def make(url, *, width=1280, height=800, scheme="light", wait="#cards", **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.on("console", lambda message: tab.said.append(message.text))
        tab.page.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.page.on("request", lambda request: tab.asked.append(request.url))
        tab.page.on("dialog", lambda dialog: (tab.dialogs.append(dialog.message), dialog.dismiss()))
        tab.page.goto(url)
        if wait:
            tab.page.wait_for_selector(wait, state="attached")
        return tab

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def served(shop):
    """`served(...)` serves the project of the shop."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(serving(shop.path, shop.env(), **options))
