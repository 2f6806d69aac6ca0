"""The page demo.html in headless Chromium, against Python: python .ci/demo.py SITE

What it shows of a picture, a λ and a noise is computed again by the library, from the picture that the page made.
Then what may go wrong: files that are no pictures, a browser without WebAssembly.
The last line says how long a frame took."""

import statistics
import sys
import tempfile
from pathlib import Path

import torch
from browser import Reader, chromium, served
from PIL import Image
from playwright.sync_api import Page

from sdnet.browser import Pair, committed_pairs
from sdnet.data import _photograph
from sdnet.deploy import predict_image
from sdnet.experiments import psnr
from sdnet.explaining import encode, rebuild
from sdnet.layers import lam_at
from sdnet.noise import noise_level

NUMBERS = ('lam', 'zeros', 'psnr', 'psnrSeen', 'sigma', 'ruleLam', 'ms')
GET = """f => ({bytes: [...f.bytes], photo: [...f.photo], sdnet: f.sdnet, other: f.other, %s})"""
FRAME = "document.getElementById('sdnet-demo').frame"


class Demo:
    "A window with the page in it; `say` takes what is wrong"

    def __init__(self, page: Page, say):
        self.page, self.say = page, say
        self.ready()

    def part(self, name: str):
        return self.page.locator(f'#sdnet-demo [data-is={name}]')

    def ready(self, words: str = 'true') -> None:
        "Wait for a frame of which `words` hold"
        self.page.wait_for_function(f'(f => f?.ms && ({words}))({FRAME})', timeout=60_000)

    def slide(self, name: str, value: float) -> None:
        self.part(name).fill(f'{value}')
        self.ready(f'Math.abs(f.{dict(lam="lam", noise="amount")[name]} - {value}) < 1e-9')

    def frame(self) -> dict:
        numbers = ', '.join(f'{k}: f.{k}' for k in NUMBERS)
        return self.page.evaluate(f'({GET % numbers})({FRAME})')

    def near(self, what: str, got: float, expected: float, within: float = 1e-3) -> None:
        if not abs(got - expected) <= within:
            self.say(f'{what}: {got} on the page, {expected} in Python')

    def compare(self, what: str, pair: Pair) -> dict:
        "The numbers of a frame, computed again"
        f, size = self.frame(), 32
        seen, photo = (torch.tensor(f[k]).view(1, size, size, 3).permute(0, 3, 1, 2) / 255 for k in ('bytes', 'photo'))
        z = encode(pair.sdnet, seen, f['lam'])
        back = rebuild(pair.sdnet, z, (size, size)).clamp(0, 1)
        sigma = noise_level(seen)
        expected = dict(zeros=(z == 0).float().mean(), psnr=psnr(back, photo), psnrSeen=psnr(back, seen), sigma=sigma)
        if pair.rule:
            expected['ruleLam'] = pair.rule(sigma)
        for k, v in expected.items():
            self.near(f'{what}, {k}', f[k], float(v))
        with torch.no_grad(), lam_at(pair.sdnet, f['lam']):
            logits = dict(sdnet=pair.sdnet(seen), other=pair.other(seen))
        for k, v in logits.items():
            for p, q in zip(f[k], v.softmax(1)[0].tolist()):
                self.near(f'{what}, {k}', p, q)
        return f

    def bars(self, what: str, name: str, classes, p: torch.Tensor) -> None:
        "The text of the bars: the five likeliest, in their order"
        shown = [row.split('\n') for row in self.part(f'{name}-bars').locator('li').all_inner_texts()]
        best = p.topk(5)
        if [s[0] for s in shown] != [classes[i] for i in best.indices]:
            self.say(f'{what}: bars of {[s[0] for s in shown]}, in Python {[classes[i] for i in best.indices]}')
        for s, v in zip(shown, best.values.tolist()):
            self.near(f'{what}, bar of {s[0]}', float(s[-1].rstrip(' %')) / 100, v)


def numbers(demo: Demo, pairs: list[Pair]) -> list[float]:
    "λ, noise, the rule's button, the other pair; the times of the frames"
    usual, times, seen = pairs[0], [], []
    for lam in (0.1, 0.4, 0.7, 1.0):
        demo.slide('lam', lam)
        seen.append(demo.compare(f'λ = {lam}', usual))
        times.append(seen[-1]['ms'])
    if not seen[-1]['zeros'] > seen[0]['zeros'] + 0.1 or not seen[-1]['psnr'] < seen[0]['psnr']:
        demo.say('a larger λ changes nothing')
    for kind in ('shot', 'impulse', 'gaussian'):
        demo.part('kind').select_option(kind)
        demo.slide('noise', 0.1)
        demo.ready(f'f.kind === "{kind}"')
        f = demo.compare(f'{kind} noise', usual)
        times.append(f['ms'])
    demo.part('rule').click()
    wanted = round(float(usual.rule(torch.tensor(f['sigma']))), 2)
    demo.ready(f'Math.abs(f.lam - {wanted}) < 1e-9')
    demo.compare('the λ of the rule', usual)
    demo.part('lam').press('ArrowRight')
    demo.ready(f'Math.abs(f.lam - {wanted + 0.01}) < 1e-9')
    demo.slide('noise', 0)
    atom = demo.part('atoms').locator('button').nth(2)
    atom.click()
    if atom.get_attribute('aria-pressed') != 'true' or 'atom 3' not in demo.part('stamps-name').inner_text():
        demo.say('a click on an atom does not show where it is stamped')
    for i in (1, 0):
        demo.part('pair').select_option(str(i))
        demo.ready(f'f.pair.name === "{pairs[i].name}"')
        demo.compare(pairs[i].name, pairs[i])
    return times


def files(demo: Demo, pair: Pair, folder: Path) -> None:
    "A picture from the disk, and two files that are none"
    Image.fromarray(_photograph('rocket')).save(folder / 'rocket.png')
    raw = (folder / 'rocket.png').read_bytes()
    (folder / 'broken.png').write_bytes(raw[: len(raw) // 2])
    (folder / 'text.txt').write_text('no picture')
    demo.slide('lam', 0.1)
    demo.part('file').set_input_files(folder / 'rocket.png')
    demo.page.wait_for_function("document.querySelector('[data-is=said]').textContent.startsWith('rocket.png')")
    for name, model, lam in (('sdnet', pair.sdnet, 0.1), ('other', pair.other, None)):
        demo.bars('a file', name, pair.classes, predict_image(model, folder / 'rocket.png', 32, margin=1, lam=lam))
    before = demo.frame()['photo']
    for name in ('broken.png', 'text.txt'):
        demo.part('file').set_input_files(folder / name)
        demo.page.wait_for_function(f"document.querySelector('[data-is=alert]').textContent.startsWith('{name}')")
        if demo.frame()['photo'] != before:
            demo.say(f'{name} took the place of the picture')


def main(site: Path) -> int:
    torch.set_num_threads(1)
    pairs = committed_pairs()
    with chromium() as browser, served(site) as base, tempfile.TemporaryDirectory() as d:
        reader = Reader(browser, base, site)
        times = []
        for width in (1200, 400):
            reader.at, page = f'demo at {width} px', reader.open(width)
            page.goto(base + 'demo.html')
            demo = Demo(page, reader.say)
            times += numbers(demo, pairs)
            files(demo, pairs[0], Path(d))
            page.close()
        reader.at, page = 'demo without WebAssembly', reader.open(1200)
        page.add_init_script('delete globalThis.WebAssembly')
        page.goto(base + 'demo.html')
        page.locator('[data-is=alert]', has_text='WebAssembly').wait_for()
    print(*reader.found, f'{len(reader.found)} problems', sep='\n')
    print(f'        a frame takes {statistics.median(times):.0f} ms (median of {len(times)}; {max(times):.0f} at most)')
    return bool(reader.found)


if __name__ == '__main__':
    sys.exit(main(Path(sys.argv[1]).resolve()))
