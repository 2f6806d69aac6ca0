"On PYTHONPATH: a deprecated thing that our code uses is an error, in every process; what others use is not"

import sys
import warnings

DEPRECATED = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
show = warnings.showwarning


def strict(message, category, filename, lineno, file=None, line=None):
    "Raise if the line that is warned of is ours, or calls the function that holds it"
    frame = sys._getframe(1)
    while frame and (frame.f_code.co_filename, frame.f_lineno) != (filename, lineno):
        frame = frame.f_back
    for f in filter(None, (frame, frame and frame.f_back)):
        name = f.f_globals.get('__name__', '').partition('.')[0]
        ours = name == 'sdnet' or name == '__main__' and 'site-packages' not in f.f_code.co_filename
        if ours and issubclass(category, DEPRECATED):
            raise message
    show(message, category, filename, lineno, file, line)


for c in DEPRECATED:
    warnings.simplefilter('always', c)
warnings.showwarning = strict
