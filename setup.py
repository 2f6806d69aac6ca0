"Packaging: every fact comes from settings.ini"

from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).resolve().parent
parser = ConfigParser(delimiters=['='], interpolation=None)
parser.read(here / 'settings.ini', encoding='utf-8')
cfg = parser['DEFAULT']
lines = lambda key: [o for o in cfg[key].split() if o]
paper, dev = lines('paper_requirements'), lines('dev_requirements')

setup(
    name=cfg['lib_name'],
    version=cfg['version'],
    description=cfg['description'],
    keywords=cfg['keywords'],
    author=cfg['author'],
    author_email=cfg['author_email'],
    license='Apache-2.0',
    url=cfg['git_url'],
    long_description=(here / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    packages=find_packages(include=[cfg['lib_path'], cfg['lib_path'] + '.*']),
    package_data={cfg['lib_name']: ['py.typed']},
    include_package_data=True,
    zip_safe=False,
    python_requires='>=' + cfg['min_python'],
    install_requires=lines('requirements'),
    extras_require={'paper': paper, 'dev': paper + dev},
    entry_points={
        'console_scripts': lines('console_scripts') if 'console_scripts' in cfg else [],
        'nbdev': [f"{cfg['lib_name']}={cfg['lib_path']}._modidx:d"],
    },  # where nbdev's docs find sources and links; needs no nbdev
    classifiers=[
        'Intended Audience :: Science/Research',
        'Programming Language :: Python :: 3',
        *(f'Programming Language :: Python :: 3.{m}' for m in range(10, 14)),
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
)
