"""Build the docs site from the notebooks without Quarto, and check it: python .ci/site.py KATEX OUT

KATEX is the `dist` folder of the npm package katex. nbdev processes the notebooks as it does for Quarto, smalldocs renders them from the same _quarto.yml."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbdev.doclinks
import nbdev.quarto
from nbdev.config import get_config
from nbdev.serve import proc_nbs

cfg = get_config()
katex, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()


class Page(HTMLParser):
    "The ids, references and text of a page"

    def __init__(self, path):
        super().__init__()
        self.path, self.ids, self.refs, self.text, self.skip = path, set(), [], [], 0
        self.feed(path.read_text(encoding='utf-8'))
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ('script', 'style', 'pre', 'code'):
            self.skip += 1
        self.ids.update(filter(None, (attrs.get('id'), attrs.get('name') if tag == 'a' else None)))
        if attrs.get('rel') not in ('canonical', 'alternate'):
            self.refs += [(tag, attrs[k]) for k in ('href', 'src') if attrs.get(k)]

    def handle_endtag(self, tag):
        if tag in ('script', 'style', 'pre', 'code'):
            self.skip -= 1

    def handle_data(self, data):
        if not self.skip:
            self.text.append(data)


def render():
    "Process and render into `out`; nothing in it asks another host"
    nbdev.quarto.refresh_quarto_yml()
    nbdev.doclinks._build_modidx()
    nbdev.quarto.nbdev_sidebar.__wrapped__(path=cfg.nbs_path)
    proc = Path(proc_nbs(cfg.nbs_path, n_workers=0))
    built = proc / cfg.doc_path.name
    shutil.rmtree(built, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    subprocess.run(['smalldocs', 'render', str(proc)], check=True)
    shutil.copytree(built, out)
    shutil.copytree(
        katex, out / 'site_libs' / 'katex', ignore=shutil.ignore_patterns('*.mjs', 'README*', 'katex.js', 'katex.css')
    )
    for p in out.rglob('*.css'):  # a theme may ask for web fonts; the system's do
        css = p.read_text(encoding='utf-8')
        new = re.sub(r'@import\s+url\(["\']?https?:[^)]*\)\s*;?', '', css)
        if new != css:
            p.write_text(new, encoding='utf-8')
    pages = {
        f'{p.stem}.html': m[1]
        for p in proc.glob('*.ipynb')
        if (m := re.search(r'output-file: ([\w.-]+)', p.read_text(encoding='utf-8')))
    }
    for old, new in pages.items():  # the names that Quarto gives them, and nbdev's links expect
        if old != new:
            (out / old).rename(out / new)
    site = f"{cfg.doc_host}{cfg.doc_baseurl}"
    for p in (*out.glob('*.html'), out / 'search.json', out / 'sitemap.xml'):
        text = re.sub(
            '|'.join(rf'\b{re.escape(o)}' for o in pages), lambda m: pages[m[0]], p.read_text(encoding='utf-8')
        )
        text = re.sub(rf'(<a [^>]*href="){re.escape(site)}/', r'\1', text)
        p.write_text(
            re.sub(r'(<a [^>]*href="\w+\.html)#_\w+"', r'\1"', text), encoding='utf-8'
        )  # a private name has no heading
    for p in out.glob('*.html'):
        p.write_text(described(p.read_text(encoding='utf-8')), encoding='utf-8')
    for p in out.rglob('*.html'):
        up = os.path.relpath(out, p.parent)
        p.write_text(
            re.sub(
                r'https://cdn\.jsdelivr\.net/npm/katex@[^/"]+/dist',
                f'{up}/site_libs/katex',
                p.read_text(encoding='utf-8'),
            ),
            encoding='utf-8',
        )


def described(text):
    "Every picture with a text in its place: where the notebook gives none, the heading that it stands under"
    heading = ['']

    def one(m):
        if m['heading']:
            heading[0] = html.unescape(re.sub(r'<[^>]+>', '', m['heading'])).strip()
            return m[0]
        if re.search(r'\balt="[^"]+"', m['img']):
            return m[0]
        return re.sub(r'\s*\balt(="")?(?=[\s>])', '', m[0]).replace(
            '<img', f'<img alt="Figure: {html.escape(heading[0])}"', 1
        )

    return re.sub(r'<h[1-6][^>]*>(?P<heading>.*?)</h[1-6]>|(?P<img><img\b[^>]*>)', one, text, flags=re.S)


def problems():
    "What a reader would stumble over"
    pages = {p: Page(p) for p in sorted(out.rglob('*.html'))}
    for nb in cfg.nbs_path.glob('*.ipynb'):
        first = next(
            ''.join(c['source'])
            for c in json.loads(nb.read_text(encoding='utf-8'))['cells']
            if c['cell_type'] == 'markdown'
        )
        if rest := re.sub(r'\A# .*\s+(> .*\n?)*', '', first).strip():
            yield f'{nb.name}: title and description are a cell of their own, the docs drop: {rest[:50]}'
        if out / re.sub(r'^\d+[a-z]?_', '', f'{nb.stem}.html') not in pages:
            yield f'{nb.name} has no page'
    names = [re.sub(r'^\d+[a-z]?_', '', nb.stem) for nb in cfg.nbs_path.glob('*.ipynb')]
    for n in {n for n in names if names.count(n) > 1}:
        yield f'two notebooks for one page: {n}.html'
    if (out / 'results.html').read_text(encoding='utf-8').count('<table') < 10:
        yield 'results.html has no tables: run .ci/readme.py'
    for p, page in pages.items():
        for tag, ref in page.refs:
            if re.match(r'(https?:)?//', ref):
                if tag != 'a':
                    yield f'{p.name} asks another host: {ref}'
            elif not re.match(r'\w+:', ref):
                file, _, anchor = unquote(ref).partition('#')
                target = (p.parent / file.split('?')[0]).resolve() if file else p
                if target.is_dir():
                    target = target / 'index.html'
                if not target.exists():
                    yield f'{p.name}: no such file: {ref}'
                elif anchor and target in pages and anchor not in pages[target].ids:
                    yield f'{p.name}: no such place: {ref}'
        text = ''.join(page.text)
        for bad in re.findall(r'^\s*(?:#\||:::).*$', text, flags=re.M):
            yield f'{p.name}: raw directive: {bad.strip()[:60]}'
    for p in out.rglob('*.css'):
        for url in re.findall(r'(?:@import|url\()\s*["\']?(https?://[^"\')]+)', p.read_text(encoding='utf-8')):
            yield f'{p.name} asks another host: {url}'


render()
found = sorted(set(problems()))
print(*found, sep='\n')
print(f"{len(list(out.rglob('*.html')))} pages in {out}, {len(found)} problems")
sys.exit(bool(found))
