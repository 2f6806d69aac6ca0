"""Read the docs site in headless Chromium: python .ci/browser.py SITE [--shots FOLDER] [--self-test]

Every page at 1200 and 400 px: axe's rules of accessibility, nothing cut off, no markup left over, no error, no request
to another host; then the search box and the sidebar. --shots keeps pictures of some pages. --self-test breaks a copy of
the site in one way at a time, and fails unless the check meant for it says so."""

import argparse
import functools
import http.server
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

SHOTS = ('index', 'csc', 'layers', 'corruptions', 'visualization', 'results', 'theory', 'tutorial')
AXE = dict(
    resultTypes=['violations'],
    runOnly=['wcag2a', 'wcag2aa', 'wcag21aa'],
    rules={r: dict(enabled=True) for r in ('page-has-heading-one', 'heading-order', 'empty-heading')},
)
LOOK = (Path(__file__).parent / 'look.js').read_text(encoding='utf-8')


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    "`site` under /sdnet/ of a local address, as a project's pages are"
    with tempfile.TemporaryDirectory() as top:
        (Path(top) / 'sdnet').symlink_to(site, target_is_directory=True)
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=top))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_address[1]}/sdnet/'
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if not found:
        sys.exit('no Chromium: apt-get install -y --no-install-recommends chromium')
    with sync_playwright() as play:  # as root in a container there is no sandbox
        browser = play.chromium.launch(executable_path=found, args=['--no-sandbox', '--disable-dev-shm-usage'])
        yield browser
        browser.close()


class Reader:
    "One visit: what it finds wrong is in `found`"

    def __init__(self, browser: Browser, base: str, site: Path):
        self.browser, self.base, self.found, self.at = browser, base, [], ''
        self.files = sorted(p.relative_to(site).as_posix() for p in site.rglob('*.html') if 'site_libs' not in p.parts)

    def say(self, what: str) -> None:
        self.found.append(f'{self.at}: {what}')

    def open(self, width: int) -> Page:
        "A window that tells of errors and of requests to other places"
        page = self.browser.new_page(viewport=dict(width=width, height=900))
        page.set_default_timeout(10_000)

        def ask(route):
            if route.request.url.startswith((self.base, 'data:', 'blob:')):
                return route.continue_()
            self.say(f'asks another host or place: {route.request.url}')
            route.abort()

        page.route('**/*', ask)
        page.on('console', lambda m: m.type in ('error', 'warning') and self.say(f'console {m.type}: {m.text[:200]}'))
        page.on('pageerror', lambda e: self.say(f'script error: {str(e)[:200]}'))
        page.on('response', lambda r: r.status >= 400 and self.say(f'status {r.status}: {r.url}'))
        return page

    def pages(self, width: int, files: list[str]) -> None:
        "Each page by itself"
        page = self.open(width)
        for self.at in files:
            page.goto(self.base + self.at, wait_until='load')
            for what in page.evaluate(LOOK, width):
                self.say(what)
            for v in Axe().run(page, options=AXE).response['violations'] if width > 400 else []:
                places = '; '.join(n['html'][:80] for n in v['nodes'][:3])
                self.say(f"axe {v['id']}: {v['help']}, {len(v['nodes'])} times: {places}")
        page.close()

    def search(self, word: str = 'CSCConv2d') -> None:
        "Type into the search box, take the first hit"
        self.at, page = 'search', self.open(1200)
        page.goto(self.base + 'index.html')
        page.locator('#quarto-search input').click()
        page.keyboard.type(word, delay=20)
        try:
            page.locator('.smalldocs-search-results.show .search-result').first.click()
            page.wait_for_url(lambda url: not url.endswith('/index.html'))
            if word not in page.locator('main').inner_text():
                self.say(f'the first hit, {page.url}, does not hold {word}')
        except Exception as e:
            self.say(f'nothing found for {word}: {str(e).splitlines()[0]}')
        page.close()

    def sidebar(self) -> None:
        "At 400 px: closed at first, opens, lists every page and leads to one"
        self.at, page = 'sidebar', self.open(400)
        page.goto(self.base + 'layers.html')
        bar = page.locator('#quarto-sidebar')
        try:
            if bar.is_visible() and (box := bar.bounding_box()) and box['width'] > 0 and box['x'] >= 0:
                self.say('open before it is asked for')
            page.locator('.quarto-btn-toggle').first.click()
            bar.wait_for(state='visible')
            for b in bar.locator('[data-bs-toggle=collapse][aria-expanded=false]').all():
                b.click()
            page.wait_for_timeout(500)
            links = [a for a in bar.locator('a[href]').all() if a.is_visible()]
            listed = {a.evaluate('e => e.href').split('#')[0].removeprefix(self.base) for a in links}
            for f in sorted(set(self.files) - listed):
                self.say(f'does not list {f}: no pattern of nbs/sidebar.yml takes its notebook')
            bar.locator('a[href$="models.html"]').first.click()
            page.wait_for_url('**/models.html')
        except Exception as e:
            self.say(str(e).splitlines()[0])
        page.close()

    def shots(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for width in (1200, 400):
            page = self.open(width)
            for name in SHOTS:
                page.goto(self.base + f'{name}.html')
                page.screenshot(path=folder / f'{name}-{width}.png')
                page.screenshot(path=folder / f'{name}-{width}-whole.png', full_page=True)


def into(html: str) -> tuple[str, str]:
    return '</main>', html + '</main>'


BROKEN = {  # what the check says: the damage, (old, new), to a page
    'script error': into('<script>no_such_name()</script>'),
    'status 404': into('<link rel="stylesheet" href="none.css">'),
    'asks another host': into('<img alt="x" src="https://example.org/x.png">'),
    'image does not load': into('<img alt="x" src="data:image/png;base64,AAAA">'),
    'axe image-alt': into('<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">'),
    'axe color-contrast': into('<p style="color: #999; background: #fff">pale</p>'),
    'axe heading-order': into('<h2>x</h2><h5>x</h5>'),
    'axe document-title': ('<title>', '<title></title><title hidden>'),
    'one h1': into('<h1>x</h1>'),
    'raw markup: $s': into(r'<p>the step $s = 0.9/L_2$</p>'),
    'raw markup: #|': into('<p>#| hide</p>'),
    'KaTeX cannot read': into(r'<p><span class="math inline">\(x^2^3\)</span></p>'),
    'wider than': into('<div style="width: 1500px">x</div>'),
    'code cut off': into(f'<pre style="white-space: pre; overflow: auto">{"x" * 400}</pre>'),
}


def self_test(browser: Browser, site: Path) -> list[str]:
    "The damages that no check notices"
    with tempfile.TemporaryDirectory() as d:
        copy = Path(shutil.copytree(site, Path(d) / 'site'))
        text = (copy / 'faq.html').read_text(encoding='utf-8')
        (copy / 'search.json').write_text('[]')
        for i, (old, new) in enumerate(BROKEN.values()):
            assert old in text, old
            (copy / f'broken{i}.html').write_text(text.replace(old, new, 1), encoding='utf-8')
        layers = (copy / 'layers.html').read_text(encoding='utf-8')
        (copy / 'layers.html').write_text(layers.replace('quarto-btn-toggle', 'x'), encoding='utf-8')
        with served(copy) as base:
            reader = Reader(browser, base, copy)
            reader.pages(1200, [f'broken{i}.html' for i in range(len(BROKEN))])
            reader.search()
            reader.sidebar()
            (copy / 'layers.html').write_text(layers, encoding='utf-8')  # the sidebar lists no broken page
            reader.sidebar()
    wanted = {f'broken{i}.html: {words}' for i, words in enumerate(BROKEN)}
    wanted |= {'search: nothing found', 'sidebar: Locator', 'sidebar: does not list broken0.html'}
    return sorted(f'not noticed: {w}' for w in wanted if not any(is_it(w, f) for f in reader.found))


def is_it(wanted: str, found: str) -> bool:
    page, _, words = wanted.partition(': ')
    return found.startswith(page + ': ') and words in found


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument('site', type=Path)
    p.add_argument('--shots', type=Path)
    p.add_argument('--self-test', action='store_true')
    a = p.parse_args()
    site = a.site.resolve()
    with chromium() as browser, served(site) as base:
        if a.self_test:
            found = self_test(browser, site)
        else:
            reader = Reader(browser, base, site)
            for width in (1200, 400):
                reader.pages(width, reader.files)
            reader.search()
            reader.sidebar()
            found = sorted(set(reader.found))
            if a.shots:
                reader.shots(a.shots)
    print(*found, f'{len(found)} problems', sep='\n')
    return bool(found)


if __name__ == '__main__':
    sys.exit(main())
