"Chromium as the system has it; what a page of the site does wrong"

import os
import shutil
from pathlib import Path

import pytest

SITE = Path(os.environ.get('SITE', '_site')).resolve()


@pytest.fixture(scope='session')
def browser_type_launch_args():
    path = shutil.which('chromium') or shutil.which('google-chrome')
    return dict(executable_path=path, args=['--no-sandbox', '--disable-dev-shm-usage'])


@pytest.fixture
def found(page, base_url):
    "What is wrong with what the window shows; at the end of a test nothing is"
    wrong, own = [], (base_url, 'data:', 'blob:')

    def said(m):
        if m.type in ('error', 'warning') and not m.location['url'].endswith('favicon.ico'):  # the site has none
            wrong.append(f'console {m.type}: {m.text[:200]}')

    page.on('request', lambda r: r.url.startswith(own) or wrong.append(f'asks for {r.url}'))
    page.on('response', lambda r: r.ok or wrong.append(f'{r.status}: {r.url}'))
    page.on('console', said)
    page.on('pageerror', lambda e: wrong.append(f'script error: {e}'))
    yield wrong
    assert not wrong
