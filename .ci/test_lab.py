"JupyterLab opens every experiment and shows its parameters, and runs one that was changed: pytest .ci/test_lab.py"

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parent.parent
CELL = {}  # notebook: index and text of its parameters cell
for path in sorted(ROOT.glob('nbs/*.ipynb')):
    for i, c in enumerate(json.loads(path.read_text(encoding='utf-8'))['cells']):
        if 'parameters' in c['metadata'].get('tags', []):
            CELL[path.name] = i, ''.join(c['source'])
LAB = "globalThis.jupyterapp?.shell?.currentWidget"
IDLE = f"{LAB}?.content?.model?.cells?.length > 0 && {LAB}.sessionContext?.session?.kernel?.status === 'idle'"


@pytest.fixture(scope='module')
def lab():
    "Of this Python, on the checkout, without a password"
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    options = f'--no-browser --expose-app-in-browser --ServerApp.port={port} --ServerApp.port_retries=0'
    options += f' --IdentityProvider.token= --ServerApp.allow_root=True --log-level=ERROR --ServerApp.root_dir={ROOT}'
    command = [sys.executable, '-m', 'jupyterlab', *options.split()]
    server = subprocess.Popen(command, env=os.environ | {'JUPYTER_PREFER_ENV_PATH': '1'})
    for _ in range(120):
        time.sleep(0.5)
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port)):
            break
    yield f'http://127.0.0.1:{port}/lab/tree/nbs'
    server.terminate()
    server.wait(30)


@pytest.mark.parametrize('name', CELL)
def test_notebook(page, lab, name):
    page.set_default_timeout(90_000)
    page.set_viewport_size(dict(width=1500, height=1100))
    page.goto(f'{lab}/{name}?reset', wait_until='domcontentloaded')
    page.wait_for_function(f'() => {IDLE}')
    index, text = CELL[name]
    page.evaluate(f"() => {LAB}.content.scrollToItem({index}, 'start')")
    expect(page.locator(f'[data-windowed-list-index="{index}"] .cm-line')).to_have_count(len(text.splitlines()))
    assert not [l for l in text.splitlines() if '#' not in l and re.match(r'\w+\s*:', l)], 'without a comment'
    expect(page.locator('.jp-Dialog')).to_have_count(0)
    if name != '08_cifar.ipynb':
        return
    changed = text.replace('epochs: int = 0', 'epochs: int = 1')
    assert changed != text
    page.evaluate(f'([i, s]) => {LAB}.content.model.cells.get(i).sharedModel.setSource(s)', [index, changed])
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells').then(() => { globalThis.ranAll = 1; })")
    page.wait_for_function(f'() => globalThis.ranAll && {IDLE}', timeout=400_000)
    outputs = page.evaluate(f"() => [...{LAB}.content.model.cells].flatMap(c => c.outputs?.toJSON() ?? [])")
    assert not [o for o in outputs if o['output_type'] == 'error']
    assert re.search(r'top-1 [\d.]+% of 1000 test images of photos,? after 1 epoch', json.dumps(outputs))
