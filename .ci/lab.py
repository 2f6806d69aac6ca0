"""Open the experiments in JupyterLab and run one, as a reader would: python .ci/lab.py [--shots FOLDER]

Headless Chromium, driven by Playwright. Of each experiment the parameters cell must be shown in full, with a comment on each line; 08_cifar is then run from top to bottom with one parameter changed in the cell.
The notebook on disk stays as it was."""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright
from browser import executable

ROOT = Path(__file__).resolve().parent.parent
RUN, EDIT, WANT = (
    '08_cifar',
    ('epochs:int = 0 ', 'epochs:int = 1 '),
    r'top-1 [\d.]+% of 1000 test images of photos after 1 epochs',
)


def parameters(nb: Path) -> str:
    cells = [
        c for c in json.loads(nb.read_text(encoding='utf-8'))['cells'] if 'parameters' in c['metadata'].get('tags', [])
    ]
    return ''.join(cells[0]['source']) if cells else ''


@contextmanager
def lab() -> Iterator[str]:
    "JupyterLab on the checkout, of this Python, without a password"
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    words = [
        sys.executable,
        '-m',
        'jupyterlab',
        '--no-browser',
        '--expose-app-in-browser',
        f'--ServerApp.port={port}',
        '--ServerApp.port_retries=0',
        '--IdentityProvider.token=',
        '--ServerApp.allow_root=True',
        f'--ServerApp.root_dir={ROOT}',
    ]
    server = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {'JUPYTER_PREFER_ENV_PATH': '1'},
    )
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{port}/api/status', timeout=5)
                break
            except (urllib.error.URLError, OSError):
                if server.poll() is not None:
                    raise SystemExit(f'JupyterLab did not start:\n{server.stdout.read()[-2000:]}')  # type: ignore[union-attr]
                time.sleep(0.5)
        else:
            raise SystemExit('JupyterLab did not answer within a minute')
        yield f'http://127.0.0.1:{port}'
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


CELLS = """() => { const w = jupyterapp.shell.currentWidget, cells = w.content.model.cells;
  return {status: w.sessionContext.session?.kernel?.status ?? 'none', dirty: w.context.model.dirty, cells: [...Array(cells.length).keys()].map(i => cells.get(i)).map(c => ({type: c.type, source: c.sharedModel.getSource(), count: c.executionCount ?? null, outputs: c.type === 'code' ? c.outputs.toJSON() : []}))}; }"""


def opened(page: Page, base: str, nb: Path) -> dict:
    "Open `nb` and wait for its kernel"
    page.goto(f'{base}/lab/tree/{nb.relative_to(ROOT).as_posix()}?reset', wait_until='domcontentloaded')
    page.wait_for_function(
        "() => globalThis.jupyterapp?.shell?.currentWidget?.content?.model?.cells?.length > 0", timeout=90_000
    )
    page.wait_for_function(
        "() => ['idle', 'busy'].includes(jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status)",
        timeout=90_000,
    )
    return page.evaluate(CELLS)


def look(page: Page, nb: Path, state: dict) -> list[str]:
    "What is wrong with the parameters cell of `nb`"
    wrong, text = [], parameters(nb)
    if text not in [c['source'] for c in state['cells']]:
        wrong.append('JupyterLab has another parameters cell than the file')
    lines = text.splitlines()
    wrong += [
        f'no comment on the parameter: {l}' for l in lines if '#' not in l and l.strip() and not l.startswith(' ')
    ]
    wrong += [f'longer than the window: {l}' for l in lines if len(l) > 118]
    index = next(i for i, c in enumerate(state['cells']) if c['source'] == text)
    page.evaluate(
        f"() => {{ const c = jupyterapp.shell.currentWidget.content; c.activeCellIndex = {index}; c.scrollToItem({index}, 'start'); }}"
    )
    cell = page.locator(f'.jp-Notebook [data-windowed-list-index="{index}"]')
    cell.wait_for(state='visible', timeout=30_000)
    page.wait_for_function(
        f"() => document.querySelectorAll('.jp-Notebook [data-windowed-list-index=\"{index}\"] .cm-line').length >= {len(lines)}",
        timeout=30_000,
    )
    shown = [re.sub(r'[\u200b\xa0]', ' ', l).rstrip() for l in cell.locator('.cm-line').all_inner_texts()]
    if shown != [l.rstrip() for l in lines]:
        wrong.append(
            f'the parameters cell shows {len(shown)} lines, not the {len(lines)} of the file: {[a for a, b in zip(shown, lines) if a != b.rstrip()][:2]}'
        )
    if page.locator('.jp-Dialog').count():
        wrong.append(f"a dialog: {page.locator('.jp-Dialog').first.inner_text()[:200]}")
    return [f'{nb.stem}: {w}' for w in wrong]


def run(page: Page, nb: Path, state: dict) -> list[str]:
    "Change a parameter, run all cells, and say what went wrong"
    index = next(i for i, c in enumerate(state['cells']) if c['source'] == parameters(nb))
    page.evaluate(
        "([i, a, b]) => { const m = jupyterapp.shell.currentWidget.content.model.cells.get(i).sharedModel; if (!m.getSource().includes(a)) throw Error(`no ${a}`); m.setSource(m.getSource().replace(a, b)); }",
        [index, *EDIT],
    )
    page.evaluate(
        "() => { globalThis.ranAll = null; jupyterapp.commands.execute('notebook:run-all-cells').then(() => { globalThis.ranAll = true; }, e => { globalThis.ranAll = String(e); }); }"
    )
    page.wait_for_function(
        "() => globalThis.ranAll !== null && jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
        timeout=400_000,
    )
    after = page.evaluate(CELLS)
    code = [c for c in after['cells'] if c['type'] == 'code' and c['source'].strip()]
    wrong = [f"{o['ename']}: {o['evalue']}"[:300] for c in code for o in c['outputs'] if o['output_type'] == 'error']
    wrong += [f"never ran: {c['source'][:60]!r}" for c in code if c['count'] is None]
    said = ' '.join(str(o.get('data', {}).get('text/markdown', '')) for c in code for o in c['outputs'])
    if not re.search(WANT, said):
        wrong.append(f'its outputs do not say what a run with {EDIT[1].strip()} says: {said[-300:]}')
    return [f'{nb.stem}, run: {w}' for w in wrong]


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument('--shots', type=Path)
    a = p.parse_args()
    books = [nb for nb in sorted((ROOT / 'nbs').glob('*.ipynb')) if parameters(nb)]
    before, found, ran = {nb: nb.read_bytes() for nb in books}, [], False
    with lab() as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable(), args=['--no-sandbox', '--disable-dev-shm-usage'])
        try:
            page = browser.new_page(viewport={'width': 1500, 'height': 1100})
            for nb in books:
                state = opened(page, base, nb)
                found += look(page, nb, state)
                if a.shots:
                    a.shots.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=a.shots / f'lab-{nb.stem}.png')
                if nb.stem == RUN:
                    found += run(page, nb, state)
                    ran = True
                    if a.shots:
                        page.screenshot(path=a.shots / f'lab-{nb.stem}-run.png')
                page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        finally:
            browser.close()
    assert ran, f'there is no {RUN}'
    found += [f'{nb.stem}: the file was changed' for nb, data in before.items() if nb.read_bytes() != data]
    print(*found, sep='\n')
    print(f'{len(books)} notebooks opened, {len(found)} problems')
    return len(found)


if __name__ == '__main__':
    sys.exit(bool(main()))
