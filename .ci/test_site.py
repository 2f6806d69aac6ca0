"""The site in headless Chromium, from its folder and no other place: SITE=folder pytest .ci/test_site.py

Every page at 1200 and 400 px, the search box, the sidebar.
`--screenshot on --full-page-screenshot --output FOLDER` keeps pictures."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HOME, SITE
from playwright.sync_api import expect

PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob('*.html') if 'site_libs' not in p.parts)
LOOK = (Path(__file__).parent / 'look.js').read_text(encoding='utf-8')
MORE = {rule: dict(enabled=True) for rule in ('page-has-heading-one', 'heading-order', 'empty-heading')}
AXE = dict(resultTypes=['violations'], runOnly=['wcag2a', 'wcag2aa', 'wcag21aa'], rules=MORE)
DAMAGES = {  # what is said of each
    'asks for http://localhost/sdnet/none.css': '<link rel="stylesheet" href="none.css">',
    'asks for https://example.org': '<img alt="x" src="https://example.org/x.png">',
    'image does not load': '<img alt="x" src="data:image/png;base64,AAAA">',
    'axe heading-order': '<h2>x</h2><h5>x</h5>',
    'one h1': '<h1>x</h1>',
    'raw markup: $s': r'<p>the step $s = 0.9/L_2$</p>',
    'raw markup: #|': '<p>#| hide</p>',
    'KaTeX cannot read': r'<p><span class="math inline">\(x^2^3\)</span></p>',
    'wider than': '<div style="width: 1500px">x</div>',
    'code cut off': f'<pre style="white-space: pre; overflow: auto">{"x" * 400}</pre>',
}


def look(page, name: str) -> list[str]:
    "What a reader of a page stumbles over, in a wide window and in a narrow one"
    page.set_viewport_size(dict(width=1200, height=900))
    page.goto(HOME + name)
    said = page.evaluate(LOOK, 1200)
    for v in Axe().run(page, options=AXE).response['violations']:
        said.append(f"axe {v['id']}: {v['help']}: {'; '.join(n['html'][:80] for n in v['nodes'][:3])}")
    page.set_viewport_size(dict(width=400, height=900))
    return said + page.evaluate(LOOK, 400)


@pytest.mark.parametrize('name', PAGES)
def test_page(page, found, name):
    found += look(page, name)


def test_damages_are_noticed(page, found):
    whole = (SITE / 'faq.html').read_text(encoding='utf-8')
    damaged = whole.replace('</main>', ''.join(DAMAGES.values()) + '</main>')
    page.route(HOME + 'damaged.html', lambda route: route.fulfill(body=damaged, content_type='text/html'))
    said = look(page, 'damaged.html') + found
    assert not [d for d in DAMAGES if not any(d in s for s in said)]
    found.clear()


def test_search(page, found):
    page.goto(HOME + 'index.html')
    page.locator('#quarto-search input').click()
    page.keyboard.type('CSCConv2d', delay=20)
    page.locator('.smalldocs-search-results.show .search-result').first.click()
    page.wait_for_url(lambda url: not url.endswith('/index.html'))
    expect(page.locator('main')).to_contain_text('CSCConv2d')


def test_sidebar(page, found):
    "In a narrow window: closed at first, opens, lists every page, leads to one"
    page.set_viewport_size(dict(width=400, height=900))
    page.goto(HOME + 'layers.html')
    bar = page.locator('#quarto-sidebar')
    expect(bar).not_to_be_in_viewport()
    page.locator('.quarto-btn-toggle').first.click()
    expect(bar).to_be_in_viewport()
    listed = bar.locator('a[href]').evaluate_all('es => es.map(e => e.href.split("#")[0])')
    assert not {HOME + p for p in PAGES} - {*listed}, 'no pattern of nbs/sidebar.yml takes these notebooks'
    bar.locator('[data-bs-toggle=collapse][aria-expanded=false]').evaluate_all('es => es.forEach(e => e.click())')
    bar.locator('a[href$="models.html"]').first.click()
    page.wait_for_url('**/models.html')
