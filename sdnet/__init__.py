__version__ = "0.1.0"

from importlib import import_module as _import
from typing import TYPE_CHECKING as _checking, Any as _Any

if _checking:
    from .csc import adjoint, synthesis
    from .solver import sparse_code
    from .layers import CSCConv1d, CSCConv2d, CSCLinear, convert, lam_at, set_lam
    from .decoding import decode_features
    from .models import create_model, list_models
    from .pretrained import load_pretrained
    from .released import load_released
    from .training import evaluate, fit

# What most programs need, under one name. A module is imported when the first of its names is asked for:
# `import sdnet` alone costs nothing.
_places = {
    'csc': ['adjoint', 'synthesis'],
    'solver': ['sparse_code'],
    'layers': ['CSCConv1d', 'CSCConv2d', 'CSCLinear', 'convert', 'lam_at', 'set_lam'],
    'models': ['create_model', 'list_models'],
    'decoding': ['decode_features'],
    'pretrained': ['load_pretrained'],
    'released': ['load_released'],
    'training': ['evaluate', 'fit'],
}
__all__ = [name for names in _places.values() for name in names]


def __getattr__(name: str) -> _Any:
    for module, names in _places.items():
        if name in names:
            found = globals()[name] = getattr(_import(f'sdnet.{module}'), name)
            return found
    raise AttributeError(f"module 'sdnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
