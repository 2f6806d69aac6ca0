"Chromium as the system has it, and a site read in it from its folder"

import os
import shutil
from pathlib import Path

import pytest

SITE = Path(os.environ.get('SITE', '_site')).resolve()
HOME = 'http://localhost/sdnet/'


@pytest.fixture(scope='session')
def browser_type_launch_args():
    path = shutil.which('chromium') or shutil.which('google-chrome')
    return dict(executable_path=path, args=['--no-sandbox', '--disable-dev-shm-usage'])


@pytest.fixture
def found(page):
    "What is wrong with what the window shows, which comes from SITE only; at the end of a test nothing is"
    wrong = []

    def answer(route):
        name = route.request.url.split('?')[0].removeprefix(HOME)
        if ':' not in name and (SITE / name).is_file():
            route.fulfill(path=SITE / name)
        elif name.startswith(('data:', 'blob:')):
            route.continue_()
        else:
            wrong.append(f'asks for {route.request.url}')
            route.abort()

    page.route('**/*', answer)
    page.on('console', lambda m: m.type in ('error', 'warning') and wrong.append(f'console {m.type}: {m.text[:200]}'))
    page.on('pageerror', lambda e: wrong.append(f'script error: {e}'))
    yield wrong
    assert not wrong
