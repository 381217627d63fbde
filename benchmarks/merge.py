"""Many environment.yml into one: the mergers, conda-merge, HiYaPyCo, and the bare parse of the same files.

    python -m venv peers
    peers/bin/pip install --requirement tests/requirements.txt conda-merge==0.3.1 hiyapyco==0.7.0
    peers/bin/python benchmarks/merge.py [--rounds 7] [--files 2 10 100 1000]

All in this process, in turn, A B C D A B C D ..., each from the files' paths to the text of the merged file:

    ours        `Directory` of bytes, `fragment`, the merge, the rendering; all caches of ours empty each time
    conda-merge its `merge_envs`, as its command runs it
    hiyapyco    `load` with `METHOD_MERGE`, `dump`
    parse       `yaml.load` with the C loader, nothing else

The files have twenty lines, from a seed: names from a pool, some much more often than others, seven of ten without a
version (in public Binder repositories it is eight), ranges of which some clash, comments, a pip section in most. Their
channels are in one order, as conda-merge ends with an error else.
Printed, in processor time, as all of them only compute: the median of each, the median of the round-by-round ratios of
ours to each, and ours at the most files to ours at a tenth of them.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from extensions.foreign.directory import Blob, Directory, fragment  # noqa: E402
from extensions.merge import environment_text, environment_yml, requirement, specs, unfit, versions, yaml_text  # noqa: E402
from extensions.model import Fragment  # noqa: E402

CONDA = """
numpy scipy pandas matplotlib scikit-learn xarray dask distributed zarr netcdf4 h5py bokeh holoviews panel hvplot
geopandas rasterio cartopy shapely fiona pyproj folium ipyleaflet ipywidgets ipympl jupyterlab nodejs nb_conda_kernels
jupyter-server-proxy nbgitpuller jupytext altair vega_datasets seaborn statsmodels sympy networkx numba cython pytest
requests beautifulsoup4 lxml sqlalchemy psycopg2 pymongo openjdk r-base r-irkernel r-tidyverse octave gcc cmake make git
postgresql redis-server imageio scikit-image opencv pillow tqdm pyyaml joblib intake cfgrib metpy iris gdal pip
""".split()  # noqa: SIM905
PIP = """
jupysql ipython-sql duckdb duckdb-engine neo4j SPARQLWrapper rdflib kaggle wordcloud textblob nltk spacy gensim emoji
jupyter-resource-usage jupyterlab_myst jupyter-book sphinx_book_theme mkdocs-jupyter rise voila streamlit dash gradio
openai tiktoken tweepy python-dotenv folium-vega nbgrader otter-grader okpy ipycytoscape pygsheets gspread datascience
""".split()  # noqa: SIM905
RANGES = (">={a}", ">={a}.{b}", "={a}.{b}", "={a}.{b}.{c}", "<{d}", ">={a},<{d}", "~={a}.{b}")
BARE = 0.7
COMMENTS = ("for the first lab", "needed by the plots", "see the issue on versions", "pinned, newer ones are slow")


def environment(random: Random) -> str:
    """Twenty lines, as authors write them."""

    def entry(pool: Sequence[str], separator: str) -> str:
        name = random.choices(pool, [1 / rank for rank in range(3, len(pool) + 3)])[0]
        major = 1 + len(name) % 3
        range_ = "" if random.random() < BARE else random.choice(RANGES)
        version = range_.format(a=major, b=random.randint(0, 2), c=random.randint(0, 2), d=major + 2)
        if version.startswith("="):
            version = separator + version[1:]
        return name + version + (f"  # {random.choice(COMMENTS)}" if random.random() < 0.1 else "")

    channels = ["conda-forge", *random.choice(([], [], ["bioconda"], ["defaults"]))]
    lines = [
        f"name: course-{random.randint(1, 99)}",
        "channels:",
        *(f"  - {name}" for name in channels),
        "dependencies:",
    ]
    lines += [f"  - python=3.{random.randint(10, 12)}"]
    pips = random.choice((0, 3, 4, 5))
    lines += [f"  - {entry(CONDA, '=')}" for _ in range(20 - len(lines) - pips - (2 if pips else 0))]
    if pips:
        lines += ["  - pip", "  - pip:", *(f"    - {entry(PIP, '==')}" for _ in range(pips))]
    return "".join(f"{line}\n" for line in lines)


def read(paths: Sequence[Path]) -> list[Fragment]:
    """As other people's directories are read."""
    found = []
    for path in paths:
        tree = {"binder/environment.yml": Blob(path.read_bytes())}
        directory = Directory(path.stem, path.stem, "", "binder", f"binder/imports/{path.stem}", tree)
        found.append(fragment(directory, "environment.yml", "binder"))
    return list(filter(None, found))


def ours(paths: Sequence[Path]) -> str:
    return environment_text.render(environment_yml.merge(read(paths), [], "3.12"))


def clear_caches() -> None:
    for module in (requirement, specs, unfit, versions, yaml_text):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def conda_merge(paths: Sequence[Path]) -> str:
    module = importlib.import_module("conda_merge")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        module.merge_envs(module.parse_args(list(map(str, paths))))
    return output.getvalue()


def hiyapyco(paths: Sequence[Path]) -> str:
    module = importlib.import_module("hiyapyco")
    return str(module.dump(module.load([str(path) for path in paths], method=module.METHOD_MERGE)))


def parse(paths: Sequence[Path]) -> str:
    for path in paths:
        with path.open() as file:
            yaml.load(file, Loader=yaml.CSafeLoader)
    return ""


WAYS: dict[str, Callable[[Sequence[Path]], str]] = {
    "ours": ours,
    "conda-merge": conda_merge,
    "hiyapyco": hiyapyco,
    "parse": parse,
}


def seconds(way: Callable[[Sequence[Path]], str], paths: Sequence[Path]) -> float:
    clear_caches()
    gc.collect()
    start = time.process_time()
    way(paths)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--files", type=int, nargs="+", default=[2, 10, 100, 1000])
    arguments = parser.parse_args()
    random = Random(1)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"environment-{number}.yml" for number in range(max(arguments.files))]
        for path in paths:
            path.write_text(environment(random))
        for way in WAYS.values():
            way(paths[:2])  # imports, and what Python compiles on first use
        compare(paths, arguments.files, arguments.rounds)


def compare(paths: Sequence[Path], counts: Sequence[int], rounds: int) -> None:
    taken: dict[int, dict[str, list[float]]] = {}
    for count in counts:
        taken[count] = {name: [] for name in WAYS}
        for _ in range(rounds):
            for name, way in WAYS.items():
                taken[count][name].append(seconds(way, paths[:count]))
        medians = "  ".join(f"{name} {statistics.median(times) * 1000:.1f} ms" for name, times in taken[count].items())
        ratios = "  ".join(
            f"to {name} {statistics.median(a / b for a, b in zip(taken[count]['ours'], times, strict=True)):.2f}"
            for name, times in taken[count].items()
            if name != "ours"
        )
        print(f"{count} files: {medians}; ours {ratios}", flush=True)
    for count in counts:
        if count // 10 in taken:
            more, fewer = (statistics.median(taken[number]["ours"]) for number in (count, count // 10))
            print(f"ours at {count} files to {count // 10}: {more / fewer:.1f}")
    merged = environment_yml.merge(read(paths[:100]), [], "3.12")
    packages = f"{len(merged.conda.entries)} packages of conda, {len(merged.pip.entries)} of pip"
    print(f"the first 100 files have {packages}, {len(merged.clashes)} clashes")


if __name__ == "__main__":
    main()
