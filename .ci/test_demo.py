"The page demo.html computes what Python computes: SITE=folder pytest .ci/test_demo.py --base-url URL"

import json

import pytest
import torch
from conftest import SITE
from playwright.sync_api import expect

from sdnet.browser import committed_pairs
from sdnet.deploy import predict_image
from sdnet.experiments import psnr
from sdnet.explaining import encode, rebuild
from sdnet.layers import lam_at
from sdnet.noise import noise_level

FRAME = "document.getElementById('sdnet-demo').frame"


class Demo:
    def __init__(self, page):
        self.page, self.part = page, lambda name: page.locator(f'#sdnet-demo [data-is={name}]')
        page.goto('demo.html')
        self.wait('true')

    def wait(self, words: str) -> None:
        "For a frame of which `words` hold"
        self.page.wait_for_function(f'(f => f?.ms && ({words}))({FRAME})', timeout=60_000)

    def slide(self, name: str, value: float, number: str) -> None:
        self.part(name).fill(f'{value}')
        self.wait(f'Math.abs(f.{number} - {value}) < 1e-9')

    def compare(self, pair) -> dict:
        "The frame; its numbers are computed again from the picture that the page made"
        f = json.loads(self.page.evaluate(f'JSON.stringify({FRAME}, (k, v) => ArrayBuffer.isView(v) ? [...v] : v)'))
        seen, photo = (torch.tensor(f[k]).view(1, 32, 32, 3).permute(0, 3, 1, 2) / 255 for k in ('bytes', 'photo'))
        z, sigma = encode(pair.sdnet, seen, f['lam']), noise_level(seen)
        back = rebuild(pair.sdnet, z, (32, 32)).clamp(0, 1)
        with torch.no_grad(), lam_at(pair.sdnet, f['lam']):
            expected = dict(sdnet=pair.sdnet(seen).softmax(1)[0], other=pair.other(seen).softmax(1)[0])
        expected |= dict(zeros=(z == 0).float().mean(), psnr=psnr(back, photo), psnrSeen=psnr(back, seen), sigma=sigma)
        if pair.rule:
            expected['ruleLam'] = pair.rule(sigma)
        for k, v in expected.items():
            assert f[k] == pytest.approx(torch.as_tensor(v).squeeze().tolist(), abs=1e-3), k
        return f


def test_numbers(page, found):
    "λ, each kind of noise, the rule's button, the keyboard, an atom, the other pair"
    usual, hardened = committed_pairs()
    demo = Demo(page)
    for lam in (0.1, 1.0):
        demo.slide('lam', lam, 'lam')
        demo.compare(usual)
    for kind in ('shot', 'impulse', 'gaussian'):
        demo.part('kind').select_option(kind)
        demo.slide('noise', 0.1, 'amount')
        demo.wait(f'f.kind === "{kind}"')
        f = demo.compare(usual)
    demo.part('rule').click()
    wanted = round(float(usual.rule(torch.tensor(f['sigma']))), 2)
    demo.wait(f'Math.abs(f.lam - {wanted}) < 1e-9')
    demo.part('lam').press('ArrowRight')
    demo.wait(f'Math.abs(f.lam - {wanted + 0.01}) < 1e-9')
    demo.part('atoms').locator('button').nth(2).click()
    expect(demo.part('stamps-name')).to_contain_text('atom 3')
    demo.part('pair').select_option('1')
    demo.wait(f'f.pair.name === "{hardened.name}"')
    demo.compare(hardened)


def test_files(page, found, tmp_path):
    "A picture from the disk, and one that is broken"
    pair, demo = committed_pairs()[0], Demo(page)
    whole, broken = SITE / 'demo/rocket-large.png', tmp_path / 'broken.png'
    broken.write_bytes(whole.read_bytes()[:2000])
    demo.part('file').set_input_files(whole)
    expect(demo.part('said')).to_contain_text(whole.name)
    best = predict_image(pair.sdnet, whole, 32, margin=1, lam=0.1).topk(5)
    rows = [r.split('\n') for r in demo.part('sdnet-bars').locator('li').all_inner_texts()]
    assert [r[0] for r in rows] == [pair.classes[i] for i in best.indices]
    shown = [float(r[-1].rstrip(' %')) / 100 for r in rows]
    assert shown == pytest.approx(best.values.tolist(), abs=2e-3)
    demo.part('file').set_input_files(broken)
    expect(demo.part('alert')).to_contain_text(broken.name)
    demo.compare(pair)


def test_without_webassembly(page, found):
    page.add_init_script('delete globalThis.WebAssembly')
    page.goto('demo.html')
    expect(page.locator('[data-is=alert]')).to_contain_text('WebAssembly')


def test_size():
    assert sum(f.stat().st_size for f in (SITE / 'demo').iterdir()) < 20e6
