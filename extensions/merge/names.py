"""Which package of conda and which of PyPI are the same program; most have one name. Made by hand, and not complete."""

from __future__ import annotations

from packaging.utils import canonicalize_name

# conda's name -> PyPI's, where they differ.
_DIFFERENT = """
antlr-python-runtime antlr4-python3-runtime
brotli-python brotli
dask-core dask
docker-py docker
matplotlib-base matplotlib
msgpack-python msgpack
neo4j-python-driver neo4j
opencv opencv-python
py-opencv opencv-python
py-xgboost xgboost
pyqt pyqt5
pytables tables
python-blosc blosc
python-duckdb duckdb
python-fastjsonschema fastjsonschema
python-graphviz graphviz
python-kaleido kaleido
python-lmdb lmdb
python-tzdata tzdata
python-wget wget
python-xxhash xxhash
pytorch torch
redis-py redis
"""
TO_PYPI = dict(line.split() for line in _DIFFERENT.strip().splitlines())
# Names that mean one thing to conda, a program or a library in C, and another to PyPI, often what calls it.
TWO_THINGS = frozenset(
    """
    blosc brotli cairo docker ffmpeg gdb git glpk gmp graphviz imagemagick jq julia kafka lmdb mysql nodejs octave
    pandoc proj r readline redis ruby snappy tesseract tzdata wget xxhash yarn zstd
    """.split()  # noqa: SIM905
)
# Of PyPI: the same files under another name.
TWINS = {
    "opencv-contrib-python": "opencv-python",
    "opencv-contrib-python-headless": "opencv-python",
    "opencv-python-headless": "opencv-python",
    "psycopg2-binary": "psycopg2",
    "tensorflow-cpu": "tensorflow",
}


def of_conda(name: str) -> str:
    """PyPI's name of what conda calls `name`; empty where it has none, for all that is known."""
    plain = canonicalize_name(name)
    return TO_PYPI.get(plain, "" if plain in TWO_THINGS else plain)


def of_pypi(name: str) -> str:
    """The name by which a package of PyPI, in its normal form, is compared."""
    return TWINS.get(name, name)
