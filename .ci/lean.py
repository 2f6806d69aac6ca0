"Import every module and train, as if the extras were not installed: python -I .ci/lean.py FOLDER, the package's"

import pkgutil
import sys
from importlib import import_module

ABSENT = 'nbdev fastcore execnb papermill IPython ipykernel ipywidgets jupyterlab matplotlib seaborn pandas scipy'
sys.path.insert(0, sys.argv[1])
sys.modules |= dict.fromkeys(ABSENT.split())
sdnet = import_module('sdnet')
assert sdnet.__file__.startswith(sys.argv[1]), sdnet.__file__
assert not {'torch', 'torchvision', 'numpy', 'PIL'} & set(sys.modules), 'import sdnet alone loads a requirement'
for m in pkgutil.iter_modules(sdnet.__path__):
    import_module(f'sdnet.{m.name}')
assert all(getattr(sdnet, n).__name__ == n for n in sdnet.__all__), 'a module hides the name of the same spelling'

np, training = import_module('numpy'), import_module('sdnet.training')
images = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
train = import_module('sdnet.data').DeviceLoader(images, np.arange(16) % 2, 8, train=True)
model = sdnet.create_model('sdnet18', 2, width=8)
training.fit(model, train, epochs=1, progress=False)
assert training.evaluate(model, train)['n'] == 16
