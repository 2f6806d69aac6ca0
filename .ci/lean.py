"Import every module and train, as if the extras were not installed: python -I .ci/lean.py FOLDER, the package's"

import importlib
import pkgutil
import sys

ABSENT = 'nbdev fastcore execnb papermill IPython ipykernel ipywidgets jupyterlab matplotlib seaborn pandas scipy'
sys.path.insert(0, sys.argv[1])
sys.modules |= dict.fromkeys(ABSENT.split())
sdnet = importlib.import_module('sdnet')
assert sdnet.__file__.startswith(sys.argv[1]), sdnet.__file__
assert not {'torch', 'torchvision', 'numpy', 'PIL'} & set(sys.modules), 'import sdnet alone loads a requirement'
found = {n: getattr(sdnet, n) for n in sdnet.__all__}  # each is imported when it is asked for
assert all(v.__name__ == n and v.__module__.startswith('sdnet.') for n, v in found.items())
modules = [m.name for m in pkgutil.iter_modules(sdnet.__path__)]
assert not set(modules) & set(found), 'a module hides the name of the same spelling once it is imported'
for m in modules:
    importlib.import_module(f'sdnet.{m}')

import numpy as np  # noqa: E402

r = np.random.default_rng(0)
images = r.integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
train = importlib.import_module('sdnet.data').DeviceLoader(images, np.arange(16) % 2, 8, train=True)
model = sdnet.create_model('sdnet18', 2, width=8)
training = importlib.import_module('sdnet.training')
training.fit(model, train, epochs=1, progress=False)
assert training.evaluate(model, train)['n'] == 16
