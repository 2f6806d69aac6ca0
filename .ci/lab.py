"""Open the experiments in JupyterLab and run one, as a reader would: python .ci/lab.py

Of each experiment the parameters cell must be shown in full; 08_cifar is then run from top to bottom with one parameter
changed in the cell. The files stay as they were."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import chromium
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
RUN, EDIT = '08_cifar', (r'epochs: ?int = 0\b', 'epochs: int = 1')
WANT = r'top-1 [\d.]+% of 1000 test images of photos,? after 1 epoch'
WIDGET = 'jupyterapp.shell.currentWidget'
CELLS = f"""() => {{
  const m = {WIDGET}.content.model.cells, cells = [...Array(m.length).keys()].map(i => m.get(i));
  return cells.map(c => ({{type: c.type, source: c.sharedModel.getSource(), count: c.executionCount ?? null,
                           outputs: c.type === 'code' ? c.outputs.toJSON() : []}}));
}}"""
IDLE = f"{WIDGET}.sessionContext.session?.kernel?.status === 'idle'"


def parameters(nb: Path) -> str:
    cells = json.loads(nb.read_text(encoding='utf-8'))['cells']
    return next((''.join(c['source']) for c in cells if 'parameters' in c['metadata'].get('tags', [])), '')


@contextmanager
def lab() -> Iterator[str]:
    "JupyterLab on the checkout, of this Python, without a password"
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    options = f'--no-browser --expose-app-in-browser --ServerApp.port={port} --ServerApp.port_retries=0'
    options += f' --IdentityProvider.token= --ServerApp.allow_root=True --log-level=ERROR --ServerApp.root_dir={ROOT}'
    words = [sys.executable, '-m', 'jupyterlab', *options.split()]
    server = subprocess.Popen(words, env=os.environ | {'JUPYTER_PREFER_ENV_PATH': '1'})
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{port}/api/status', timeout=5)
                break
            except OSError:
                assert server.poll() is None, 'JupyterLab did not start'
                time.sleep(0.5)
        yield f'http://127.0.0.1:{port}'
    finally:
        server.terminate()
        server.wait(30)


def look(page: Page, base: str, nb: Path) -> list[str]:
    "Open `nb`; what is wrong with its parameters cell"
    lines = parameters(nb).splitlines()
    page.goto(f'{base}/lab/tree/{nb.relative_to(ROOT).as_posix()}?reset', wait_until='domcontentloaded')
    page.wait_for_function(
        f'() => globalThis.jupyterapp?.shell?.currentWidget?.content?.model?.cells?.length > 0 && {IDLE}'
    )
    index = [c['source'] for c in page.evaluate(CELLS)].index('\n'.join(lines))
    page.evaluate(
        f"() => {{ const c = {WIDGET}.content; c.activeCellIndex = {index}; c.scrollToItem({index}, 'start'); }}"
    )
    cell = f'.jp-Notebook [data-windowed-list-index="{index}"] .cm-line'
    page.wait_for_function("([at, n]) => document.querySelectorAll(at).length >= n", arg=[cell, len(lines)])
    shown = [re.sub(r'[\u200b\xa0]', ' ', l).rstrip() for l in page.locator(cell).all_inner_texts()]
    wrong = [f'shown otherwise: {a!r}' for a, b in zip(lines, shown) if a.rstrip() != b]
    wrong += [f'no comment on the parameter: {l}' for l in lines if '#' not in l and re.match(r'\w+\s*:', l)]
    wrong += [f'longer than the window: {l}' for l in lines if len(l) > 120]
    wrong += [f'a dialog: {t[:200]}' for t in page.locator('.jp-Dialog').all_inner_texts()]
    return [f'{nb.stem}: {w}' for w in wrong]


def run(page: Page, nb: Path) -> list[str]:
    "Change a parameter in the open notebook, run all cells, and say what went wrong"
    index = [c['source'] for c in page.evaluate(CELLS)].index(parameters(nb))
    new = re.sub(*EDIT, parameters(nb), count=1)
    assert new != parameters(nb), f'{nb.stem} has no parameter like {EDIT[0]}'
    page.evaluate(f'([i, s]) => {WIDGET}.content.model.cells.get(i).sharedModel.setSource(s)', [index, new])
    page.evaluate(
        "() => { jupyterapp.commands.execute('notebook:run-all-cells').then(() => ranAll = 1, e => ranAll = `${e}`); }"
    )
    page.wait_for_function(f'() => globalThis.ranAll && {IDLE}', timeout=400_000)
    code = [c for c in page.evaluate(CELLS) if c['type'] == 'code' and c['source'].strip()]
    outputs = [o for c in code for o in c['outputs']]
    wrong = [f"{o['ename']}: {o['evalue']}"[:300] for o in outputs if o['output_type'] == 'error']
    wrong += [f"never ran: {c['source'][:60]!r}" for c in code if c['count'] is None]
    said = ' '.join(str(o.get('data', {}).get('text/markdown', '')) for o in outputs)
    return wrong + ([] if re.search(WANT, said) else [f'its outputs do not say what one epoch says: {said[-300:]}'])


def main() -> int:
    before = {nb: nb.read_bytes() for nb in sorted(ROOT.glob('nbs/*.ipynb')) if parameters(nb)}
    found = []
    with lab() as base, chromium() as browser:
        page = browser.new_page(viewport=dict(width=1500, height=1100))
        page.set_default_timeout(90_000)
        for nb in sorted(before, key=lambda p: p.stem == RUN):  # that one last
            found += look(page, base, nb)
        assert nb.stem == RUN, f'there is no {RUN}'
        found += run(page, nb)
    found += [f'{nb.stem}: the file was changed' for nb, data in before.items() if nb.read_bytes() != data]
    print(*found, f'{len(before)} notebooks opened, {len(found)} problems', sep='\n')
    return bool(found)


if __name__ == '__main__':
    sys.exit(main())
