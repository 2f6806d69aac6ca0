"""Reads the fixtures recorded from the released code: `data/golden`, and a fuller set beside the checkout if there is
one. Used by the tests only."""

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

ROOT = next(p for p in (Path.cwd().resolve(), *Path.cwd().resolve().parents) if (p / 'settings.ini').exists())


def dirs():
    "Folders that hold fixtures: the project's own first"
    return [d for d in (ROOT / 'data' / 'golden', ROOT.parent / 'shared' / 'golden') if d.is_dir()]


def load(d, name):
    "Metadata and tensors of one fixture file"
    meta, tensors = d / f'{name}.json', d / f'{name}.safetensors'
    return (json.loads(meta.read_text()) if meta.exists() else {}), (load_file(tensors) if tensors.exists() else {})


def U(key, shape):
    "The fixtures' generator: uniform with unit variance, seeded by the name of the tensor"
    u = np.random.RandomState(zlib.crc32(key.encode())).random_sample(int(np.prod(shape)))
    return torch.from_numpy((np.sqrt(3) * (2 * u - 1)).astype(np.float32).reshape(shape))


def state(case, steps=False):
    "The state dict of a whole-model fixture, with the released code's key names, checked against the recorded CRCs"
    bn, out = load_file(case['dir'] / 'bn_stats.safetensors'), {}
    for name, m in case['state'].items():
        shape, src = m['shape'], m['source']
        if src == 'bn_stats.safetensors':
            t = bn[f"{case['tag']}/{name}"]
        elif src == 'zero':
            t = torch.zeros(shape, dtype=torch.int64)
        elif src == 'step':
            t = torch.tensor(case['steps'][name.removesuffix('.step_size')]['step_size'])
        else:
            t, fan = U('p:' + name, shape), int(np.prod(shape[1:]))
            if len(shape) == 4:
                t = t * np.float32(np.sqrt((1 if '.dn.' in name else 2) / fan))
            elif len(shape) == 2:
                t = t * np.float32(np.sqrt(1 / shape[1]))
            else:
                t = 1 + np.float32(0.2) * t if name.endswith('weight') else np.float32(0.1) * t
        if m['crc32'] is not None:
            assert zlib.crc32(t.numpy().tobytes()) == m['crc32'], (
                f"{case['tag']}/{name}: the formula does not give the recorded bytes"
            )
        if not name.endswith('step_size') or steps:
            out[name] = t
    return out


def models():
    "Whole-model fixtures, from the fullest folder"
    d = dirs()[-1]
    meta, _ = load(d, 'models')
    return {tag: dict(m, tag=tag, dir=d) for tag, m in meta.items()}
