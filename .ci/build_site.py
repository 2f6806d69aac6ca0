"""Build the docs site from the notebooks: python .ci/build_site.py [OUT, default _site]. Needs Python 3.11, and npm

nbdev processes the notebooks as it does for Quarto; smalldocs renders them from the same _quarto.yml. KaTeX and
onnxruntime-web come along: no page asks another host."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbdev.doclinks
import nbdev.quarto
from nbdev.config import get_config
from nbdev.serve import proc_nbs

cfg = get_config()
HERE = re.escape(cfg.doc_host + cfg.doc_baseurl)
CHANGES = [  # of the rendered pages: a pattern, what takes its place
    (r'\b\d\d[a-z]?_(\w+\.html)', r'\1'),  # page names as nbdev's links expect: 02_layers is layers.html
    (rf'(<a [^>]*href="){HERE}/', r'\1'),
    (r'(<a [^>]*href="\w+\.html)#_\w+"', r'\1"'),  # a private name has no heading
    (r'\[(`[^`\]]*`)\]\(https?://[^)\s]*\)', r'\1'),  # links within signatures
    (r'(?<=src=")[./]*data/figures/', 'figures/'),
    (r'https://cdn\.jsdelivr\.net/npm/katex@[^/"]+/dist', 'site_libs/katex'),
]


def render(out: Path) -> None:
    nbdev.quarto.refresh_quarto_yml()
    nbdev.doclinks._build_modidx()
    proc = Path(proc_nbs(cfg.nbs_path, n_workers=0))
    shutil.rmtree(proc / cfg.doc_path.name, ignore_errors=True)
    subprocess.run(['smalldocs', 'render', '-q', str(proc)], check=True)
    shutil.copytree(proc / cfg.doc_path.name, out, dirs_exist_ok=True)


def described(page: str) -> str:
    "A picture without a text in its place gets the heading that it stands under; no level of headings is left out"
    heading, level = '', 0

    def changed(m: re.Match) -> str:
        nonlocal heading, level
        if m['text'] is None:  # a picture
            tag = m[0].replace(' alt=""', '')
            return tag if ' alt=' in tag else tag.replace('<img', f'<img alt="Figure: {heading}"')
        heading, level = re.sub('<[^>]*>', '', m['text']).strip().replace('"', '&quot;'), min(int(m[1]), level + 1)
        return f'<h{level}{m["rest"]}>{m["text"]}</h{level}>'

    return re.sub(r'<img\b[^>]*>|<h([1-6])(?P<rest>[^>]*)>(?P<text>.*?)</h\1>', changed, page, flags=re.S)


def mend(out: Path) -> None:
    "Quarto's page names, links within the site, nothing from another host"
    for p in [*out.glob('*.html'), *out.glob('*.json'), *out.glob('*.xml')]:
        text = p.read_text(encoding='utf-8')
        for pattern, new in CHANGES:
            text = re.sub(pattern, new, text)
        p.write_text(described(text) if p.suffix == '.html' else text, encoding='utf-8')
    for p in out.glob('[0-9]*.html'):
        assert not (new := out / re.sub(*CHANGES[0], p.name)).exists(), f'two notebooks would be {new.name}'
        p.rename(new)
    for p in out.glob('site_libs/themes/*.css'):  # web fonts
        p.write_text(re.sub(r'@import url\(https?:[^)]*\);?', '', p.read_text(encoding='utf-8')), encoding='utf-8')
    shutil.copytree(cfg.config_path / 'data/figures', out / 'figures', ignore=shutil.ignore_patterns('*.pdf', '*.svg'))


def bring(out: Path) -> None:
    "KaTeX, and what the page demo.html reads besides networks and photographs: its script, and onnxruntime-web"
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(['npm', 'pack', '--silent', 'katex@^0.16', 'onnxruntime-web@^1.30'], cwd=d, check=True)
        for file in Path(d).glob('*.tgz'):
            shutil.unpack_archive(file, Path(d) / file.name.split('-')[0])
        katex, ort = Path(d) / 'katex/package/dist', Path(d) / 'onnxruntime/package/dist'
        shutil.copytree(katex, out / 'site_libs/katex', ignore=shutil.ignore_patterns('*.mjs', 'katex.js', 'katex.css'))
        shutil.copy(ort / 'ort.wasm.bundle.min.mjs', out / 'demo/ort.js')
        wasm = (ort / 'ort-wasm-simd-threaded.wasm').read_bytes()
        (out / 'demo/ort-wasm.bin').write_bytes(gzip.compress(wasm, mtime=0))
    for name in ('demo.js', 'demo.css'):
        shutil.copy(cfg.nbs_path / name, out / 'demo')


if __name__ == '__main__':
    out = Path(*sys.argv[1:] or ['_site']).resolve()
    shutil.rmtree(out, ignore_errors=True)
    code = f'from sdnet.browser import export_demo; export_demo({str(out / "demo")!r})'
    demo = subprocess.Popen([sys.executable, '-c', code])  # beside the rest: it takes as long
    render(out)
    mend(out)
    if demo.wait():
        sys.exit('the networks of the demo could not be exported')
    bring(out)
    print(f'{len(list(out.glob("*.html")))} pages in {out}', flush=True)
    os._exit(0)  # at once: to take apart what a hundred notebooks left behind takes a minute
