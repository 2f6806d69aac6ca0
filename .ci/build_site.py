"""Build the docs site from the notebooks: python .ci/build_site.py [OUT, default _site]. Needs Python 3.11, and npm

nbdev processes the notebooks as it does for Quarto; smalldocs renders them from the same _quarto.yml. KaTeX and
onnxruntime-web come along: no page asks another host."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbdev.doclinks
import nbdev.quarto
from bs4 import BeautifulSoup
from nbdev.config import get_config
from nbdev.serve import proc_nbs

from sdnet.browser import export_demo

cfg = get_config()
CDN = r'https://cdn\.jsdelivr\.net/npm/katex@[^/"]+/dist'
FIGURE = re.compile(r'(?<=src=")[./]*data/figures/([\w.-]+)')


def page_name(stem: str) -> str:
    "`02_layers` → `layers.html`, as nbdev's links expect"
    return re.sub(r'^\d+[a-z]?_', '', stem) + '.html'


def refused() -> list[str]:
    "What nbdev would drop without a word: all but title and description in the first cell"
    found = []
    for nb in sorted(cfg.nbs_path.glob('*.ipynb')):
        cells = json.loads(nb.read_text(encoding='utf-8'))['cells']
        first = next(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown')
        if rest := re.sub(r'\A# .*\s+(> .*\n?)*', '', first).strip():
            found.append(f'{nb.name}: the cell of title and description holds more: {rest[:50]}')
    return found


def described(page: str) -> str:
    "A picture without a text in its place gets the heading that it stands under; no level of headings is left out"
    soup, heading, level = BeautifulSoup(page, 'html.parser'), '', 0
    for e in soup.find_all(['img', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']):
        if e.name == 'img':
            e['alt'] = e.get('alt') or f'Figure: {heading}'
        else:
            heading, level = e.get_text().strip(), min(int(e.name[1]), level + 1)
            e.name = f'h{level}'
    return str(soup)


def render() -> Path:
    nbdev.quarto.refresh_quarto_yml()
    nbdev.doclinks._build_modidx()
    nbdev.quarto.nbdev_sidebar.__wrapped__(path=cfg.nbs_path)
    proc = Path(proc_nbs(cfg.nbs_path, n_workers=0))
    shutil.rmtree(proc / cfg.doc_path.name, ignore_errors=True)
    subprocess.run(['smalldocs', 'render', '-q', str(proc)], check=True)
    return proc / cfg.doc_path.name


def finish(out: Path, katex: Path) -> None:
    "Quarto's page names, links within the site, nothing from another host"
    shutil.copytree(katex, out / 'site_libs/katex', ignore=shutil.ignore_patterns('*.mjs', 'katex.js', 'katex.css'))
    names = {p.name: page_name(p.stem) for p in out.glob('*.html')}
    assert len(names) == len({*names.values()}), 'two notebooks would be one page'
    old = re.compile('|'.join(rf'\b{re.escape(n)}' for n in names if n != names[n]))
    here = re.compile(rf'(<a [^>]*href="){re.escape(cfg.doc_host + cfg.doc_baseurl)}/')
    for p in [q for q in out.rglob('*') if q.suffix in ('.html', '.json', '.xml', '.css')]:
        text = p.read_text(encoding='utf-8')
        if p.suffix == '.css':
            text = re.sub(r'@import\s+url\(["\']?https?:[^)]*\)\s*;?', '', text)  # web fonts
        elif 'site_libs' not in p.parts:
            text = here.sub(r'\1', old.sub(lambda m: names[m[0]], text))
            text = re.sub(r'(<a [^>]*href="\w+\.html)#_\w+"', r'\1"', text)  # a private name has no heading
            text = re.sub(r'\[(`[^`\]]*`)\]\(https?://[^)\s]*\)', r'\1', text)  # links within signatures
            for name in set(FIGURE.findall(text)):  # committed pictures lie beside the pages
                (out / 'figures').mkdir(exist_ok=True)
                shutil.copy(cfg.config_path / 'data/figures' / name, out / 'figures')
            text = FIGURE.sub(r'figures/\1', text)
            text = re.sub(CDN, os.path.relpath(out, p.parent) + '/site_libs/katex', text)
        if p.suffix == '.html' and 'site_libs' not in p.parts:
            text = described(text)
        p.write_text(text, encoding='utf-8')
    for name, new in names.items():
        (out / name).rename(out / new)


def packed(name: str, folder: Path) -> Path:
    "The `dist` folder of a package of npm"
    done = subprocess.run(['npm', 'pack', '--silent', name], cwd=folder, check=True, capture_output=True, text=True)
    shutil.unpack_archive(folder / done.stdout.split()[-1], folder / name)
    return folder / name / 'package/dist'


def demo(folder: Path, runtime: Path, most: int = 20_000_000) -> None:
    "What the page demo.html reads: networks and photographs, its script, and the runtime"
    export_demo(folder)
    for name in ('demo.js', 'demo.css'):
        shutil.copy(cfg.nbs_path / name, folder)
    shutil.copy(runtime / 'ort.wasm.bundle.min.mjs', folder / 'ort.js')
    wasm = (runtime / 'ort-wasm-simd-threaded.wasm').read_bytes()
    (folder / 'ort-wasm.bin').write_bytes(gzip.compress(wasm, mtime=0))
    if (size := sum(f.stat().st_size for f in folder.iterdir())) > most:
        sys.exit(f'{folder} holds {size / 1e6:.1f} MB, more than {most / 1e6:.0f}')


if __name__ == '__main__':
    if found := refused():
        sys.exit('\n'.join(found))
    out = Path(*sys.argv[1:] or ['_site']).resolve()
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as d:
        shutil.copytree(render(), out)
        finish(out, packed('katex@^0.16', Path(d)))
        demo(out / 'demo', packed('onnxruntime-web@^1.30', Path(d)))
    print(f"{len(list(out.rglob('*.html')))} pages in {out}")
