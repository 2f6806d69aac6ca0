// The page "See it live" (nbs/demo.ipynb): a picture, a λ, and what the code keeps of it.
// sdnet.browser writes what is read here: meta.json, photographs, networks. onnxruntime-web runs the networks.
(() => {
  'use strict';
  const root = document.getElementById('sdnet-demo');
  if (!root) return;
  const base = new URL(root.dataset.from, location.href);
  const $ = name => root.querySelector(`[data-is="${name}"]`);
  const make = (tag, props = {}, ...children) => {
    const e = Object.assign(document.createElement(tag), props);
    e.append(...children);
    return e;
  };
  const say = text => { $('said').textContent = text; };
  const alarm = text => { $('alert').textContent = text; };
  const percent = v => `${(100 * v).toFixed(1)} %`;

  let meta, pair, ort;             // facts; the pair that is shown; onnxruntime-web
  let clean;                       // bytes of the picture that was chosen: size × size × 3
  let chosen = null;               // the atom that was clicked; null: the strongest
  const sessions = new Map();      // of the pairs that were shown: [sdnet, other]

  // ---- files ----
  async function load(name, progress = () => {}) {     // the answer's body as a stream that is counted
    const answer = await fetch(new URL(name, base));
    if (!answer.ok) throw new Error(`${name} is not there (${answer.status})`);
    return answer.body.pipeThrough(new TransformStream({
      transform(piece, out) { progress(piece.byteLength); out.enqueue(piece); },
    }));
  }
  const bytesOf = stream => new Response(stream).arrayBuffer();

  async function start() {
    if (typeof WebAssembly !== 'object' || typeof DecompressionStream !== 'function') {
      throw new Error('This browser has no WebAssembly, in which the networks run: a newer browser is needed, or WebAssembly has to be allowed.');
    }
    if (location.protocol === 'file:') throw new Error('A browser does not let a page from a file read other files: open the folder of the site through a web server.');
    meta = await new Response(await load('meta.json')).json();
    meta.photos.forEach((p, i) => {
      const img = make('img', { src: new URL(p.large, base), alt: p.name, width: 72, height: 72, title: [p.name, p.credit].filter(Boolean).join(': ') });
      const button = make('button', { type: 'button' }, img);
      button.setAttribute('aria-pressed', i === 0);
      button.onclick = () => fromUrl(p, button).catch(fail);
      $('photos').insertBefore(button, $('file').parentElement);
    });
    meta.pairs.forEach((p, i) => $('pair').append(make('option', { value: i, textContent: `${p.name}: ${p.names.join(', ')}` })));
    await fromUrl(meta.photos[0], $('photos').querySelector('button'));
    await choosePair(0);
    $('controls').disabled = false;
  }

  async function choosePair(i) {
    const next = meta.pairs[i];
    let got = 0;
    const progress = n => { got += n; say(`Loading the networks: ${(got / 1e6).toFixed(1)} MB`); };
    if (!ort) {
      ort = await import(new URL('ort.js', base));
      ort.env.wasm.numThreads = 1;                      // more need headers that a plain web server does not send
      ort.env.logLevel = 'error';
      ort.env.wasm.wasmBinary = await bytesOf((await load('ort-wasm.bin', progress)).pipeThrough(new DecompressionStream('gzip')));
    }
    if (!sessions.has(i)) {
      const made = [];
      for (const f of next.files) {
        made.push(await ort.InferenceSession.create(new Uint8Array(await bytesOf(await load(f, progress))), { executionProviders: ['wasm'] }));
      }
      sessions.set(i, made);
    }
    if (+$('pair').value !== i) return;                 // another was chosen in the meantime
    pair = { ...next, run: sessions.get(i) };
    chosen = null;
    $('lam').max = pair.top;
    setLam(pair.lam);
    drawDictionary();
    if (clean) await frame();                           // the first run of a network takes longer: nobody sees it
    await show(true);
  }

  // ---- pictures: bytes, red, green, blue, as sdnet.deploy.read_image makes them ----
  const evenRound = v => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

  function shrink(px, w, h, to) {                       // as Pillow does it: each row of w pixels becomes to pixels; rows come out as columns
    const out = new Uint8Array(3 * to * h), scale = w / to, reach = Math.max(scale, 1);
    for (let i = 0; i < to; i++) {
      const centre = (i + 0.5) * scale, weights = [];
      const from = Math.max(0, Math.floor(centre - reach + 0.5)), until = Math.min(w, Math.floor(centre + reach + 0.5));
      for (let j = from; j < until; j++) weights.push(Math.max(0, 1 - Math.abs((j + 0.5 - centre) / reach)));
      const sum = weights.reduce((a, b) => a + b);
      for (let row = 0; row < h; row++) {
        for (let c = 0; c < 3; c++) {
          let v = 0;
          for (let j = from; j < until; j++) v += weights[j - from] * px[3 * (row * w + j) + c];
          out[3 * (i * h + row) + c] = Math.floor(v / sum + 0.5);
        }
      }
    }
    return out;
  }

  async function square(blob) {                         // the centre of an image file, size × size
    let bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' });
    if (bitmap.width * bitmap.height > 16e6) {          // more than some browsers can draw
      const resizeWidth = Math.round(bitmap.width * Math.sqrt(16e6 / bitmap.width / bitmap.height));
      bitmap = await createImageBitmap(bitmap, { resizeWidth, resizeQuality: 'high' });
    }
    const { width: w, height: h } = bitmap, size = meta.size;
    const ctx = make('canvas', { width: w, height: h }).getContext('2d', { willReadFrequently: true });
    ctx.fillStyle = '#fff';
    ctx.fillRect(0, 0, w, h);
    ctx.drawImage(bitmap, 0, 0);
    const rgba = ctx.getImageData(0, 0, w, h).data, px = new Uint8Array(3 * w * h);
    for (let i = 0; i < w * h; i++) for (let c = 0; c < 3; c++) px[3 * i + c] = rgba[4 * i + c];
    const short = Math.min(w, h), [W, H] = [w, h].map(s => s === short ? size : Math.trunc(size * s / short));
    const small = shrink(shrink(px, w, h, W), h, W, H);
    const [left, top] = [W, H].map(s => evenRound((s - size) / 2)), out = new Uint8Array(3 * size * size);
    for (let y = 0; y < size; y++) out.set(small.subarray(3 * ((y + top) * W + left), 3 * ((y + top) * W + left + size)), 3 * y * size);
    return out;
  }

  async function fromUrl(photo, button) {
    clean = await square(await new Response(await load(photo.small)).blob());
    press(button);
    await show(true);
  }

  async function fromFile(file) {
    try {
      clean = await square(file);
    } catch {
      return alarm(`${file.name} is no picture that this browser can read. Take a PNG, JPEG or WebP file. The picture from before stays.`);
    }
    press(null);
    await show(true);
    say(`${file.name}. It has not left this browser. ${summary()}`);
  }

  function press(button) {
    alarm('');
    for (const b of $('photos').querySelectorAll('button')) b.setAttribute('aria-pressed', b === button);
  }

  // ---- noise: the same draws at each amount, so that the slider moves smoothly ----
  const draws = new Map();
  function drawn(n) {
    if (!draws.has(n)) {
      let a = 20221026;
      const uniform = () => {                           // mulberry32
        a = (a + 0x6d2b79f5) | 0;
        let t = Math.imul(a ^ (a >>> 15), 1 | a);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
      };
      const u = Float64Array.from({ length: n }, uniform);
      const normal = Float64Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
      draws.set(n, { u, normal });
    }
    return draws.get(n);
  }

  function poisson(mean, u, normal) {
    if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
    let k = 0, p = Math.exp(-mean), sum = p;
    while (u > sum && k < 200) sum += p *= mean / ++k;
    return k;
  }

  const NOISES = {                                      // x in [0, 1], the amount a > 0, two draws
    gaussian: (x, a, u, normal) => x + a * normal,
    shot: (x, a, u, normal) => poisson(x / (a * a), u, normal) * a * a,
    impulse: (x, a, u) => (u < a / 2 ? 1 : u < a ? 0 : x),
  };

  function withNoise(bytes, kind, amount) {
    if (amount === 0) return bytes;
    const { u, normal } = drawn(bytes.length);
    return bytes.map((v, i) => Math.floor(255 * Math.min(1, Math.max(0, NOISES[kind](v / 255, amount, u[i], normal[i])))));
  }

  // ---- numbers ----
  function noiseLevel(x, n) {                           // σ̂ of sdnet.noise.noise_level: x is (3, n, n)
    const found = [];
    for (let c = 0; c < 3; c++) {
      const at = (i, j) => x[(c * n + i) * n + j];
      for (let i = 1; i < n - 1; i++) {
        for (let j = 1; j < n - 1; j++) {
          const corners = at(i - 1, j - 1) + at(i - 1, j + 1) + at(i + 1, j - 1) + at(i + 1, j + 1);
          const sides = at(i - 1, j) + at(i + 1, j) + at(i, j - 1) + at(i, j + 1);
          found.push(Math.abs(corners - 2 * sides + 4 * at(i, j)) / 6);
        }
      }
    }
    found.sort((a, b) => a - b);
    return found[(found.length - 1) >> 1] / 0.6745;     // the lower of the two in the middle, as torch has it
  }

  const clip = v => Math.min(1, Math.max(0, v));
  function psnr(a, b) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (clip(a[i]) - b[i]) ** 2;
    return -10 * Math.log10(sum / a.length);
  }
  function softmax(v) {
    const top = Math.max(...v), e = Array.from(v, x => Math.exp(x - top)), sum = e.reduce((a, b) => a + b);
    return e.map(x => x / sum);
  }
  const planes = (bytes, n) => Float32Array.from({ length: 3 * n * n }, (_, i) => bytes[3 * (i % (n * n)) + Math.floor(i / (n * n))] / 255);
  const ruleLam = sigma => pair.rule && Math.min(pair.rule.lam_max, Math.max(pair.rule.lam_train, pair.rule.a * sigma + pair.rule.b));

  // ---- a frame ----
  let busy = false, again = false, loud = false, other = null;
  async function show(spoken = false) {
    loud ||= spoken;
    if (busy || !pair) { again = busy; return; }
    busy = true;
    try {
      do {
        again = false;
        const f = await frame();
        if (f.pair === pair) draw(root.frame = f);
      } while (again);
      $('said').setAttribute('aria-live', loud ? 'polite' : 'off');     // a slider on its way is not read out
      say(summary());
      loud = false;
    } finally {
      busy = false;
    }
  }

  async function frame() {
    const began = performance.now(), n = meta.size, lam = +$('lam').value, kind = $('kind').value, amount = +$('noise').value;
    const bytes = withNoise(clean, kind, amount), x = planes(bytes, n), images = new ort.Tensor('float32', x, [1, 3, n, n]);
    const [sdnet, plain] = pair.run;
    const out = await sdnet.run({ images, lam: new ort.Tensor('float32', [lam], []) });
    const key = `${pair.files[1]} ${kind} ${amount}`;
    if (other?.key !== key || other.clean !== clean) {  // λ is nothing to the other network
      other = { key, clean, probabilities: softmax((await plain.run({ images })).logits.data) };
    }
    const [, atoms, h, w] = out.code.dims, z = out.code.data, explained = out.explained.data;
    const used = new Array(atoms).fill(0), energy = new Array(atoms).fill(0);
    for (let i = 0; i < z.length; i++) {
      if (z[i] !== 0) { const c = Math.floor(i / (h * w)); used[c]++; energy[c] += z[i] * z[i]; }
    }
    const sigma = noiseLevel(x, n);
    return {
      pair, lam, kind, amount, bytes, x, z, h, w, explained, used, energy, began, sigma, ruleLam: ruleLam(sigma),
      zeros: 1 - used.reduce((a, b) => a + b) / z.length,
      psnr: psnr(explained, planes(clean, n)), psnrSeen: psnr(explained, x),
      sdnet: softmax(out.logits.data), other: other.probabilities, photo: clean,
    };
  }

  function summary() {
    const f = root.frame, best = p => { const i = p.indexOf(Math.max(...p)); return `${pair.classes[i]}, ${percent(p[i])}`; };
    return `λ = ${f.lam.toFixed(2)}: ${percent(f.zeros)} of the code is zero. ${pair.names[0]}: ${best(f.sdnet)}. ${pair.names[1]}: ${best(f.other)}.`;
  }

  // ---- drawing ----
  function paint(canvas, n, m, colour) {                // colour(i) → red, green, blue of pixel i, in [0, 1]
    if (canvas.width !== n || canvas.height !== m) Object.assign(canvas, { width: n, height: m });
    const ctx = canvas.getContext('2d'), data = ctx.createImageData(n, m);
    for (let i = 0; i < n * m; i++) {
      const rgb = colour(i);
      for (let c = 0; c < 3; c++) data.data[4 * i + c] = Math.round(255 * clip(rgb[c]));
      data.data[4 * i + 3] = 255;
    }
    ctx.putImageData(data, 0, 0);
  }
  const ink = v => [1 - 0.95 * v, 1 - 0.75 * v, 1 - 0.4 * v];         // white: zero

  function drawDictionary() {
    const k = pair.atoms[0][0].length;
    $('atoms').replaceChildren(...pair.atoms.map((a, c) => {
      const canvas = make('canvas'), most = Math.max(...a.flat(2).map(Math.abs));
      paint(canvas, a[0][0].length, k, i => a.map(p => 0.5 + 0.5 * p.flat()[i] / most));
      return atomButton(canvas, c);
    }));
    $('maps').replaceChildren(...pair.atoms.slice(0, 8).map(() => atomButton(make('canvas'), 0)));
  }
  function atomButton(canvas, atom) {
    const b = make('button', { type: 'button' }, canvas, make('span'));
    b.dataset.atom = atom;
    b.onclick = () => { chosen = chosen === +b.dataset.atom ? null : +b.dataset.atom; if (root.frame.pair === pair) draw(root.frame); };
    return b;
  }
  function label(button, atom, at, text, words) {
    button.dataset.atom = atom;
    button.lastChild.textContent = text;
    button.setAttribute('aria-label', words);
    button.setAttribute('aria-pressed', atom === at);
  }

  function draw(f) {
    const n = meta.size, nn = n * n, places = f.h * f.w, pixel = (v, i) => [v[i], v[nn + i], v[2 * nn + i]];
    const order = f.energy.map((_, c) => c).sort((a, b) => f.energy[b] - f.energy[a]);
    const atom = chosen ?? order[0], peak = f.z.reduce((a, b) => Math.max(a, b), 0) || 1;
    paint($('picture'), n, n, i => pixel(f.x, i));
    paint($('explained'), n, n, i => pixel(f.explained, i));
    paint($('residual'), n, n, i => pixel(f.x, i).map((v, c) => 0.5 + v - f.explained[c * nn + i]));
    paint($('stamps'), n, n, stamped(f, atom));
    $('stamps-name').textContent = `Stamps of atom ${atom + 1}`;
    $('stamps-said').textContent = `${f.used[atom]} of ${places} places; brighter: more`;
    $('psnr').textContent = `${f.psnrSeen.toFixed(2)} dB PSNR` + (f.amount ? `; ${f.psnr.toFixed(2)} dB to the picture without noise` : '');
    $('zeros').textContent = `${percent(f.zeros)} zeros; the ${$('maps').children.length} strongest maps of ${f.used.length}`;
    $('atoms-said').textContent = `${f.used.filter(Boolean).length} of ${f.used.length} atoms in use, at so many places; click one`;
    [...$('maps').children].forEach((b, i) => {
      const c = order[i];
      paint(b.firstChild, f.w, f.h, p => ink(Math.sqrt(f.z[c * places + p] / peak)));
      label(b, c, atom, `atom ${c + 1}`, `map of atom ${c + 1}: ${f.used[c]} of ${places} places`);
    });
    [...$('atoms').children].forEach((b, c) => {
      b.classList.toggle('idle', !f.used[c]);
      b.style.setProperty('--use', Math.sqrt(f.used[c] / places));
      label(b, c, atom, f.used[c] || '–', `atom ${c + 1}: ${f.used[c]} of ${places} places`);
    });
    bars('sdnet', f.sdnet);
    bars('other', f.other);
    $('sigma').textContent = `σ̂ = ${f.sigma.toFixed(3)}`;
    $('rule').disabled = !pair.rule;
    $('rule').textContent = pair.rule ? `Set the rule's λ = ${f.ruleLam.toFixed(2)}` : 'No rule was fitted for this network';
    f.ms ??= performance.now() - f.began;              // not again for an atom that is clicked
    $('time').textContent = `This frame: ${f.ms.toFixed(0)} ms`;
  }

  function stamped(f, atom) {                           // the picture in pale grey, and the places of an atom on it
    const n = meta.size, nn = n * n, over = new Float32Array(nn), map = f.z.subarray(atom * f.h * f.w, (atom + 1) * f.h * f.w);
    const peak = map.reduce((a, b) => Math.max(a, b), 0) || 1, [s] = pair.stride, kernel = pair.atoms[0][0].length;
    const shift = Math.floor(((kernel - 1) * pair.dilation[0] - s + 1) / 2) - pair.padding[0];       // to the middle of the atom
    for (let i = 0; i < map.length; i++) {
      if (!map[i]) continue;
      const y = Math.floor(i / f.w) * s + shift, x = (i % f.w) * s + shift;
      for (let a = 0; a < s; a++) for (let b = 0; b < s; b++) if (y + a >= 0 && y + a < n && x + b >= 0 && x + b < n) over[(y + a) * n + x + b] = 0.25 + 0.75 * map[i] / peak;
    }
    return i => {
      const grey = 0.15 * (f.x[i] + f.x[nn + i] + f.x[2 * nn + i]), o = over[i];
      return [grey + (1 - grey) * o, grey + (0.62 - grey) * o, grey + (0.1 - grey) * o];
    };
  }

  function bars(name, p) {
    const best = p.map((_, i) => i).sort((a, b) => p[b] - p[a]).slice(0, 5);
    $(`${name}-name`).textContent = pair.names[name === 'sdnet' ? 0 : 1];
    $(`${name}-bars`).replaceChildren(...best.map(i => {
      const bar = make('i');
      bar.style.width = percent(p[i]).replace(' ', '');
      return make('li', {}, make('span', { textContent: pair.classes[i] }), make('span', {}, bar), make('span', { textContent: percent(p[i]) }));
    }));
  }

  // ---- controls ----
  function setLam(v) {
    $('lam').value = v.toFixed(2);
    $('lam-said').textContent = (+$('lam').value).toFixed(2);
  }
  function noiseWords() {
    const a = +$('noise').value;
    const words = { gaussian: `σ = ${a.toFixed(2)}`, shot: a ? `${Math.round(1 / (a * a))} photons at white` : 'none', impulse: `${Math.round(100 * a)} % of the values` };
    $('noise-said').textContent = a ? words[$('kind').value] : 'none';
  }
  const fail = e => { say(''); alarm(e.message || String(e)); };
  const on = (name, event, f) => $(name).addEventListener(event, () => Promise.resolve(f()).catch(fail));
  on('lam', 'input', () => { setLam(+$('lam').value); return show(); });
  on('lam', 'change', () => show(true));
  on('rule', 'click', () => { setLam(root.frame.ruleLam); return show(true); });
  on('noise', 'input', () => { noiseWords(); return show(); });
  on('noise', 'change', () => show(true));
  on('kind', 'change', () => { noiseWords(); return show(true); });
  on('pair', 'change', () => choosePair(+$('pair').value));
  on('file', 'change', async () => { const [f] = $('file').files; $('file').value = ''; if (f) await fromFile(f); });
  noiseWords();
  start().catch(fail);
})();
