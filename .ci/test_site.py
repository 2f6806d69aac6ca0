"""The site in headless Chromium: every page at 1200 and 400 px, the search box, the sidebar

SITE=folder pytest .ci/test_site.py --base-url URL, where `python -m http.server -d folder` or another serves it.
`--screenshot on --full-page-screenshot --output FOLDER` keeps pictures."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SITE
from playwright.sync_api import expect

PAGES = sorted(p.name for p in SITE.glob('*.html'))
LOOK = Path(__file__).with_name('look.js').read_text(encoding='utf-8')
MORE = {rule: dict(enabled=True) for rule in ('page-has-heading-one', 'heading-order', 'empty-heading')}
AXE = dict(resultTypes=['violations'], runOnly=['wcag2a', 'wcag2aa', 'wcag21aa'], rules=MORE)


@pytest.mark.parametrize('name', PAGES)
def test_page(page, found, name):
    "In a wide window, with axe, and in a narrow one"
    page.set_viewport_size(dict(width=1200, height=900))
    page.goto(name)
    found += page.evaluate(LOOK)
    context = None if name == 'tutorial.html' else dict(exclude=['pre code'])  # its colours are the same on each page
    for v in Axe().run(page, context=context, options=AXE).response['violations']:
        found.append(f'axe {v["id"]}: {v["help"]}: {"; ".join(n["html"][:80] for n in v["nodes"][:3])}')
    page.set_viewport_size(dict(width=400, height=900))
    found += page.evaluate(LOOK)


def test_search(page, found):
    page.goto('index.html')
    page.locator('#quarto-search input').click()
    page.keyboard.type('CSCConv2d', delay=20)
    page.locator('.smalldocs-search-results.show .search-result').first.click()
    page.wait_for_url(lambda url: not url.endswith('/index.html'))
    expect(page.locator('main')).to_contain_text('CSCConv2d')


def test_sidebar(page, found, base_url):
    "In a narrow window: closed at first, opens, lists every page"
    page.set_viewport_size(dict(width=400, height=900))
    page.goto('layers.html')
    bar = page.locator('#quarto-sidebar')
    expect(bar).not_to_be_in_viewport()
    page.locator('.quarto-btn-toggle').first.click()
    expect(bar).to_be_in_viewport()
    listed = bar.locator('a[href]').evaluate_all('es => es.map(e => e.href.split("#")[0])')
    assert not {base_url + p for p in PAGES} - {*listed}, 'no pattern of nbs/sidebar.yml takes these notebooks'
