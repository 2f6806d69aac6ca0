"""Read the docs site in a real browser: python .ci/browser.py SITE [--shots FOLDER] [--self-test]

Headless Chromium, driven by Playwright. The site is served under a sub-path of 127.0.0.1, as a project's pages are. --shots keeps pictures of five pages, wide and narrow.
--self-test breaks a copy of the site in one way at a time, and fails unless the check meant for it says so."""

import argparse
import http.server
import shutil
import sys
import tempfile
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from collections.abc import Iterator
from urllib.parse import unquote, urldefrag, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SHOTS = ('index', 'tutorial', 'layers', 'theory', 'results')
LOOK = r"""() => {
  const shown = e => e.checkVisibility ? e.checkVisibility({opacityProperty: true, visibilityProperty: true}) : !!e.offsetParent;
  const out = {title: document.title.trim(), lang: document.documentElement.lang, ids: [], links: [], images: [], noalt: [], headings: [], raw: [], dim: [], math: document.querySelectorAll('.katex-error, .katex [style*="#cc0000"], .katex [style*="rgb(204, 0, 0)"]').length};
  document.querySelectorAll('[id], a[name]').forEach(e => { out.ids.push(e.id || e.name); });
  document.querySelectorAll('a[href]').forEach(e => out.links.push(e.href));
  document.querySelectorAll('img').forEach(e => { out.images.push([e.src.slice(0, 200), e.complete && e.naturalWidth > 0]); if (!(e.alt || '').trim()) out.noalt.push(e.src.slice(0, 60)); });
  document.querySelectorAll('main h1, main h2, main h3, main h4, main h5, main h6').forEach(e => { if (shown(e)) out.headings.push([+e.tagName[1], e.innerText.trim()]); });
  // contrast: the colour of each visible text against what is painted under it
  const rgba = s => { const n = (s.match(/[\d.]+/g) || []).map(Number); return n.length < 3 ? null : [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const over = (a, b) => [0, 1, 2].map(i => a[i]*a[3] + b[i]*(1 - a[3])).concat(1);
  const under = e => { const stack = []; for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c && c[3] > 0) stack.push(c); } return stack.reverse().reduce((b, a) => over(a, b), [255, 255, 255, 1]); };
  const lum = c => { const f = v => (v /= 255) <= .03928 ? v/12.92 : ((v + .055)/1.055)**2.4; return .2126*f(c[0]) + .7152*f(c[1]) + .0722*f(c[2]); };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = new Set();
  for (let t; t = walk.nextNode();) {
    const text = t.data.trim(), e = t.parentElement;
    if (!text || e.closest('script, style, noscript, template, svg, .katex-mathml') || !shown(e)) continue;
    if (!e.closest('pre, code, .katex')) {
      const bad = text.match(/\$[^$\n]*[\\_^{}][^$\n]*\$|\$\$|\\(?:frac|min|max|arg|lambda|sum|lVert|rVert|mathbf|mathrm|tfrac|top|ell|le|ge|in|cdot|times|text)\b|\\[()\[\]]|^:::|(?:^|\s)#\|\s*\w|\{\.callout|\*\*\w[^*]*\*\*|\]\(\w[^)]*\)|^#{1,6} \w/m);
      if (bad) out.raw.push(bad[0].slice(0, 60));
    }
    const style = getComputedStyle(e), back = under(e), fore = over(rgba(style.color), back), size = parseFloat(style.fontSize), key = [fore, back].join();
    if (seen.has(key)) continue; seen.add(key);
    const a = lum(fore), b = lum(back), ratio = (Math.max(a, b) + .05)/(Math.min(a, b) + .05), large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
    if (ratio < (large ? 3 : 4.5)) out.dim.push(`${ratio.toFixed(2)}:1 rgb(${fore.slice(0, 3).map(Math.round)}) on rgb(${back.slice(0, 3).map(Math.round)}): ${text.slice(0, 40)}`);
    if (e.closest('main') && !e.closest('pre, .callout, .cell-output') && e.matches('p') && a > b) out.dim.push(`light text on dark: ${text.slice(0, 40)}`);
  }
  return out;
}"""
WIDE = r"""() => {                 // what is cut off or pushes the page wider than the window, other than in a box that scrolls by itself
  const w = document.documentElement.clientWidth;
  const boxed = e => { for (e = e.parentElement; e && e !== document.body; e = e.parentElement) if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) return true; return false; };
  for (const e of document.querySelectorAll('main *, header *')) {
    const r = e.getBoundingClientRect();
    if (r.width > 1 && r.right > w + 1 && !e.closest('.katex-mathml, svg, #quarto-sidebar') && e.checkVisibility() && !boxed(e)) return `${e.tagName.toLowerCase()}.${e.className}, to ${Math.round(r.right)} px: ${(e.innerText || '').slice(0, 50)}`;
  }
  return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > w + 1 ? `the page is ${document.documentElement.scrollWidth} px wide` : null;
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    "`site` under /sdnet/ of a local address"
    with tempfile.TemporaryDirectory() as top:
        (Path(top) / 'sdnet').symlink_to(site, target_is_directory=True)
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=top))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f'http://127.0.0.1:{server.server_address[1]}/sdnet/'
        finally:
            server.shutdown()
            server.server_close()


def executable() -> str:
    found = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if not found:
        sys.exit('no Chromium: apt-get install -y --no-install-recommends chromium')
    return found


class Reader:
    "One visit: what it finds wrong is in `found`"

    def __init__(self, browser: Browser, base: str, site: Path):
        self.browser, self.base, self.site, self.found = browser, base, site, []
        self.files = sorted(p.relative_to(site).as_posix() for p in site.rglob('*.html') if 'site_libs' not in p.parts)

    def say(self, page: str, what: str) -> None:
        self.found.append(f'{page}: {what}')

    def open(self, width: int, where: dict[str, str]) -> tuple[BrowserContext, Page]:
        "A window whose errors and requests are told of under the page in `where`"
        context = self.browser.new_context(viewport=dict(width=width, height=900))

        def ask(route):
            if route.request.url.startswith((self.base, 'data:', 'blob:')):
                route.continue_()
            else:
                self.say(where['page'], f'asks another host or place: {route.request.url}')
                route.abort()

        context.route('**/*', ask)
        page = context.new_page()
        page.set_default_timeout(10000)
        page.on(
            'console',
            lambda m: m.type in ('error', 'warning') and self.say(where['page'], f'console {m.type}: {m.text[:200]}'),
        )
        page.on('pageerror', lambda e: self.say(where['page'], f'script error: {str(e)[:200]}'))
        page.on(
            'requestfailed',
            lambda r: r.url.startswith(self.base) and self.say(where['page'], f'request failed: {r.url}'),
        )
        page.on('response', lambda r: r.status >= 400 and self.say(where['page'], f'status {r.status}: {r.url}'))
        return context, page

    def pages(self, files: list[str]) -> None:
        "Each page by itself, then every link between them"
        where: dict[str, str] = {}
        context, page = self.open(1280, where)
        facts = {}
        for f in files:
            where['page'] = f
            page.goto(self.base + f, wait_until='load')
            page.evaluate(
                "async () => { document.querySelectorAll('img[loading=lazy]').forEach(e => e.loading = 'eager'); await Promise.all([...document.images].map(e => e.decode().catch(() => 0))); }"
            )
            facts[f] = look = page.evaluate(LOOK)
            if not look['title'] or look['title'].startswith(('–', '.')):
                self.say(f, f"no title: {look['title']!r}")
            if not look['lang']:
                self.say(f, 'no language')
            for src, loaded in look['images']:
                loaded or self.say(f, f'image does not load: {src[:100]}')
            for src in look['noalt']:
                self.say(f, f'image without alt text: {src}')
            for raw in look['raw']:
                self.say(f, f'raw markup: {raw}')
            for dim in look['dim']:
                self.say(f, f'contrast: {dim}')
            if look['math']:
                self.say(f, f"{look['math']} formulas that KaTeX cannot read")
            levels = [n for n, _ in look['headings']]
            if levels.count(1) != 1 or levels[0] != 1:
                self.say(f, f'one h1, and first: got {levels[:5]}')
            for (a, _), (b, text) in zip(look['headings'], look['headings'][1:]):
                b > a + 1 and self.say(f, f'heading level skipped, h{a} to h{b}: {text[:50]}')
        context.close()
        for f, look in facts.items():
            for link in sorted(set(look['links'])):
                if not link.startswith(('http:', 'https:')):
                    continue
                url, anchor = urldefrag(link)
                if urlsplit(url).netloc != urlsplit(self.base).netloc:
                    continue
                if not url.startswith(self.base):
                    self.say(f, f'link out of the site: {link}')
                    continue
                name = unquote(urlsplit(url[len(self.base) :]).path) or 'index.html'
                target = (self.site / name / 'index.html') if (self.site / name).is_dir() else self.site / name
                if not target.is_file():
                    self.say(f, f'link to no file: {name}')
                elif anchor and name in facts and unquote(anchor) not in facts[name]['ids']:
                    self.say(f, f'link to no place: {name}#{anchor}')

    def search(self, word: str = 'CSCConv2d') -> None:
        "Type into the search box, take the first hit"
        context, page = self.open(1280, dict(page='search'))
        page.goto(self.base + 'index.html')
        page.locator('#quarto-search input').click()
        page.keyboard.type(word, delay=20)
        hit = page.locator('.smalldocs-search-results.show .search-result').first
        try:
            hit.wait_for(timeout=5000)
            hit.click()
            page.wait_for_url(lambda url: not url.endswith('/index.html'), timeout=5000)
            if word not in page.locator('main').inner_text():
                self.say('search', f'the page of the first hit, {page.url}, does not hold {word}')
        except Exception as e:
            self.say('search', f'nothing found for {word}: {str(e).splitlines()[0]}')
        context.close()

    def narrow(self, files: list[str]) -> None:
        "At 400 px: no page scrolls sideways; the sidebar opens, lists every page, and leads to one"
        where: dict[str, str] = {}
        context, page = self.open(400, where)
        for f in files:
            where['page'] = f
            page.goto(self.base + f, wait_until='load')
            if wide := page.evaluate(WIDE):
                self.say(f, f'scrolls sideways at 400 px: {wide}')
        where['page'] = 'sidebar'
        page.goto(self.base + 'layers.html')
        bar = page.locator('#quarto-sidebar')
        try:
            if bar.is_visible() and (box := bar.bounding_box()) and box['width'] > 0 and box['x'] >= 0:
                self.say('sidebar', 'open before it is asked for')
            page.locator('.quarto-btn-toggle').first.click()
            bar.wait_for(state='visible', timeout=5000)
            for b in bar.locator('[data-bs-toggle=collapse][aria-expanded=false]').all():
                b.click()
            page.wait_for_timeout(500)
            listed = {
                a.evaluate('e => e.href').split('#')[0][len(self.base) :]
                for a in bar.locator('a[href]').all()
                if a.is_visible()
            }
            for f in self.files:
                f in listed or self.say('sidebar', f'does not list {f}: add its notebook to nbs/sidebar.yml')
            bar.locator('a[href$="models.html"]').first.click()
            page.wait_for_url('**/models.html', timeout=5000)
        except Exception as e:
            self.say('sidebar', str(e).splitlines()[0])
        context.close()

    def shots(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for width in (1280, 400):
            context, page = self.open(width, dict(page='pictures'))
            for name in SHOTS:
                if f'{name}.html' not in self.files:
                    continue
                page.goto(self.base + f'{name}.html')
                page.wait_for_timeout(300)
                page.screenshot(path=folder / f'{name}-{width}.png')
                page.screenshot(path=folder / f'{name}-{width}-whole.png', full_page=True)
            context.close()

    def everything(self) -> list[str]:
        self.pages(self.files)
        self.search()
        self.narrow(self.files)
        return self.found


def replace(file: str, old: str, new: str):
    def damage(site: Path) -> None:
        p = site / file
        text = p.read_text(encoding='utf-8')
        assert old in text, f'{file} does not hold {old!r}'
        p.write_text(text.replace(old, new, 1), encoding='utf-8')

    return damage


into = lambda html: replace('layers.html', '</main>', html + '</main>')
BROKEN = {  # what the check says: the damage
    'console error': into('<script>console.error("x")</script>'),
    'script error': into('<script>no_such_name()</script>'),
    'status 404': into('<link rel="stylesheet" href="none.css">'),
    'asks another host': into('<img alt="x" src="https://example.org/x.png">'),
    'image does not load': into('<img alt="x" src="data:image/png;base64,AAAA">'),
    'image without alt text': into(
        '<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">'
    ),
    'raw markup: $': into(r'<p>the step $s = 0.9/L_2$</p>'),
    r'raw markup: \frac': into(r'<p>\frac{1}{2}</p>'),
    'raw markup: :::': into('<p>::: note</p>'),
    'raw markup: #|': into('<p>#| hide</p>'),
    'raw markup: {.callout': into('<p>{.callout-note}</p>'),
    'KaTeX cannot read': into(r'<p><span class="math inline">\(x^2^3\)</span></p>'),
    'link to no file': into('<a href="none.html">x</a>'),
    'link to no place': into('<a href="layers.html#none">x</a>'),
    'link out of the site': into('<a href="/layers.html">x</a>'),
    'no title': replace('layers.html', '<title>Sparse-coding layers – sdnet</title>', '<title></title>'),
    'one h1': into('<h1>x</h1>'),
    'heading level skipped': into('<h2>x</h2><h5>x</h5>'),
    'contrast': into('<p style="color: #999">pale</p>'),
    'light text on dark': into('<p style="color: #fff; background: #000">dark</p>'),
    'scrolls sideways': into('<div style="width: 900px">x</div>'),
    'nothing found': lambda site: (site / 'search.json').write_text('[]'),
    'does not list': replace('layers.html', '<a href="csc.html"', '<a href="fused.html"'),
    'sidebar: ': replace('layers.html', 'class="quarto-btn-toggle', 'class="x-toggle'),
}


def self_test(browser: Browser, site: Path) -> int:
    missed = 0
    for words, damage in BROKEN.items():
        with tempfile.TemporaryDirectory() as d:
            copy = Path(d) / 'site'
            shutil.copytree(site, copy)
            damage(copy)
            with served(copy) as base:
                reader = Reader(browser, base, copy)
                if words in ('nothing found',):
                    reader.search()
                elif words in ('scrolls sideways', 'does not list', 'sidebar: '):
                    reader.narrow(['layers.html'])
                else:
                    reader.pages(['layers.html'])
        if not any(words in f for f in reader.found):
            missed += 1
            print(f'not noticed: {words}', *reader.found, sep='\n    ')
    print(f'{len(BROKEN)} broken sites, {missed} not noticed')
    return missed


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument('site', type=Path)
    p.add_argument('--shots', type=Path)
    p.add_argument('--self-test', action='store_true')
    a = p.parse_args()
    site = a.site.resolve()
    assert (site / 'index.html').is_file(), f'{site} holds no site'
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=executable(), args=['--no-sandbox', '--disable-dev-shm-usage']
        )  # as root in a container there is no sandbox
        try:
            if a.self_test:
                return self_test(browser, site)
            with served(site) as base:
                reader = Reader(browser, base, site)
                found = sorted(set(reader.everything()))
                if a.shots:
                    reader.shots(a.shots)
        finally:
            browser.close()
    print(*found, sep='\n')
    print(f'{len(reader.files)} pages read, {len(found)} problems')
    return len(found)


if __name__ == '__main__':
    sys.exit(bool(main()))
