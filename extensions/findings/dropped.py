"""Names in apt.txt that Ubuntu 24.04 (noble), the release of repo2docker's base image, does not have or has as a stub.

Made by hand on 2026-11-23, without an index of that release at hand. `source` says what a row rests on:

- `owner/repository#number`: a public report in which apt, on 24.04 unless a release is named, refused the name
- `known`: well known of the release, no report was looked up. Such names are in neither Debian 12 nor 13, but for
  versions that only one of the two has, and for what is Debian's own

Left out are names that look dropped and are not: openjdk-8, -11, -17 and -21 are there, gsfonts, libgl1-mesa-dev,
libegl1-mesa-dev and policykit-1 too; most libraries of the t64 transition (libglib2.0-0, libgtk-3-0, libcups2) are
still found under their old names, which the new ones provide. No row matches any of the 1,141 names that
rust-lang/crates-build-env installs on 24.04.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Row(NamedTuple):
    """`pattern` matches the whole name; `instead` is what to write, with the pattern's groups."""

    pattern: str
    instead: str
    why: str
    source: str


PYTHON2 = (
    "apt|crypto|docutils|enum34|gdal|gi|gtk2|h5py|imaging|jinja2|lxml|matplotlib|mpi4py|mysqldb|"
    "netcdf4|nose|numpy|opencv|openssl|pandas|pil|pip|psycopg2|pygments|pyqt5|pytest|qt4|requests|rtree|scipy|serial|"
    "setuptools|shapely|simplejson|six|skimage|sklearn|sympy|tk|usb|virtualenv|vtk6|wheel|wxgtk3.0|yaml"
)

OWN_PYTHON = "what notebooks import belongs in environment.yml"

DROPPED = (
    Row("libgl1-mesa-glx", "libgl1", "Mesa 23", "pyvista/setup-headless-display-action#20"),
    Row("libegl1-mesa", "libegl1", "Mesa 23", "tlambert03/setup-qt-libs#65"),
    Row("libgles2-mesa", "libgles2", "Mesa 23", "rust-lang/crates-build-env#151"),
    Row("libwayland-egl1-mesa", "libwayland-egl1", "Mesa 23", "rust-lang/crates-build-env#151"),
    Row("libaio1", "libaio1t64", "t64 transition; its file is libaio.so.1t64 now", "gluster/glusterfs#4354"),
    Row(
        "libasound2",
        "libasound2t64",
        "t64 transition; two packages provide it",
        "cypress-io/cypress-documentation#5816",
    ),
    Row("lib(ncurses|ncursesw|tinfo)5", r"lib\g<1>6", "ncurses 5 removal", "rusefi/rusefi#7826"),
    Row("lib32ncurses5-dev", "lib32ncurses-dev", "ncurses 5 removal", "akhilnarang/scripts#209"),
    Row("netcat", "netcat-openbsd", "two packages provide it", "catthehacker/docker_images#147"),
    Row("lsb-core", "lsb-release", "LSB removal", "akhilnarang/scripts#209"),
    Row("libgcc1", "libgcc-s1", "GCC 10 renaming", "rust-lang/crates-build-env#151"),
    Row("python", "python-is-python3", "python2 removal", "known"),
    Row("python-(dev|all|all-dev|minimal)", r"python3-\g<1>", "python2 removal", "akhilnarang/scripts#209"),
    Row(f"python-({PYTHON2})", "", f"python2 removal; {OWN_PYTHON}", "attify/firmware-analysis-toolkit#56 (20.04)"),
    Row(
        r"python2(\.7)?(-.+)?|libpython2\.7(-.+)?|python(-dev)?-is-python2",
        "",
        "python2 removal",
        "akhilnarang/scripts#209",
    ),
    Row("ipython(-notebook)?", "", "python2 removal; repo2docker installs IPython itself", "known"),
    Row(r"python3(\.\d+)?-distutils", "", "Python 3.12; setuptools has it", "Distributive-Network/PythonMonkey#356"),
    Row(
        r"(lib)?python3\.([0-9]|10|11|13|14)(-.+)?",
        *("", "3.12 is the only Python of 24.04; environment.yml decides that of notebooks", "known"),
    ),
    Row(
        "texlive-generic-(recommended|extra)",
        "texlive-plain-generic",
        "TeX Live 2017",
        "jupyter/nbconvert#1518 (20.04)",
    ),
    Row("texlive-math-extra", "texlive-science", "TeX Live 2017", "known"),
    Row("latex-beamer|latex-xcolor", "texlive-latex-recommended", "TeX Live merge", "known"),
    Row("pgf", "texlive-pictures", "TeX Live merge", "known"),
    Row("ttf-(dejavu(-core|-extra)?|liberation|wqy-zenhei|wqy-microhei)", r"fonts-\g<1>", "renaming of fonts", "known"),
    Row("ttf-freefont", "fonts-freefont-ttf", "renaming of fonts", "known"),
    Row("ttf-ubuntu-font-family", "fonts-ubuntu", "renaming of fonts", "known"),
    Row("ttf-opensans", "fonts-open-sans", "renaming of fonts", "known"),
    Row(r"libssl(0\.9\.8|1\.0\.0|1\.0\.2|1\.1)", "libssl3t64", "OpenSSL 3", "benkuper/Chataigne#289"),
    Row(r"libssl1\.0-dev", "libssl-dev", "OpenSSL 3", "cardano-community/guild-operators#181 (20.04)"),
    Row("libcurl3", "libcurl4t64", "curl's transition", "known"),
    Row("libpng12-0", "libpng16-16t64", "libpng's transition", "known"),
    Row("libpng12-dev", "libpng-dev", "libpng's transition", "known"),
    Row("libicu(4[0-9]|5[0-9]|6[0-9]|70|72)", "libicu74", "ICU's transition", "known"),
    Row("libffi[67]", "libffi8", "libffi's transition", "rust-lang/crates-build-env#168"),
    Row("libwebp[56]", "libwebp7", "libwebp's transition", "known"),
    Row("libtiff[45]", "libtiff6", "libtiff's transition", "known"),
    Row("libreadline[567]", "libreadline8t64", "readline's transition", "known"),
    Row("libgfortran[34]", "libgfortran5", "GCC's transition", "known"),
    Row("libhdf5-(8|10|100)", "libhdf5-103-1t64", "HDF5's transition", "known"),
    Row(r"libgeos-3\.\d+\.\d+", "libgeos-dev", "GEOS's transition", "known"),
    Row("libgdal(1|20|26|30|32)", "libgdal34t64", "GDAL's transition", "known"),
    Row("libproj(9|12|13|15|19|22)", "libproj25", "PROJ's transition", "known"),
    Row("libnetcdf(11|13|15|18)", "libnetcdf19t64", "netCDF's transition", "known"),
    Row("libmysqlclient(18|20)", "libmysqlclient21", "MySQL 8", "known"),
    Row(r"libwebkit2gtk-4\.0-37", "libwebkit2gtk-4.1-0", "libsoup 3", "webview/webview#1110"),
    Row(r"libwebkit2gtk-4\.0-dev", "libwebkit2gtk-4.1-dev", "libsoup 3", "webview/webview#1110"),
    Row(r"gir1\.2-webkit2-4\.0", "gir1.2-webkit2-4.1", "libsoup 3", "beeware/beeware#333"),
    Row(r"(lib)?wx(gtk|widgets)3\.0-.+", "libwxgtk3.2-dev", "wxWidgets 3.2", "known"),
    Row("libjasper-dev|libjasper1", "", "JasPer removal", "known"),
    Row("libdc1394-22", "libdc1394-25", "libdc1394's transition", "known"),
    Row("libdc1394-22-dev", "libdc1394-dev", "libdc1394's transition", "known"),
    Row("libav-tools", "ffmpeg", "libav removal", "known"),
    Row("qt5-default", "qtbase5-dev", "Qt 5.15", "mcallegari/qlcplus#1287 (21.04)"),
    Row("qt4-.+|libqt4-.+|libqt(gui|core|webkit)4", "qtbase5-dev", "Qt 4 removal", "known"),
    Row("gconf2(-common)?|gconf-service|libgconf-?2-.+", "", "GConf removal", "ubports/ubports-installer#3942"),
    Row(
        r"(gcc|g\+\+|gfortran|cpp)-([3-8]|[34]\.\d)(-.+)?",
        r"\g<1>",
        "GCC 9 to 14 are there",
        "TadasBaltrusaitis/OpenFace#1011 (22.04)",
    ),
    Row(r"openjdk-([679]|10|1[2-6])-(.+)", r"openjdk-21-\g<2>", "8, 11, 17 and 21 are there", "known"),
    Row(r"oracle-java\d+-.+", "default-jdk", "it was never in Ubuntu's own archive", "known"),
    Row(
        r"postgresql(-client|-contrib|-server-dev|-doc)?-([89]\.\d|1[0-57-9])(-.+)?",
        *(r"postgresql\g<1>", "PostgreSQL 16 alone is there", "AcuGIS/Nominatim-Server#21"),
    ),
    Row(
        "mongodb(-server|-server-core|-clients|-org|-org-.+)?",
        *("", "licence; the component mongodb has it, and conda-forge", "voxpupuli/puppet-mongodb#694 (22.04)"),
    ),
    Row(r"mysql-(server|client)(-core)?-5\.\d", r"mysql-\g<1>", "MySQL 8.0", "known"),
    Row("nodejs-legacy", "", "Node.js renaming; repo2docker installs nodejs itself", "known"),
    Row("vnc4server", "tigervnc-standalone-server", "VNC 4 removal", "known"),
    Row(r"php[57](\.\d)?(-.+)?", r"php\g<2>", "PHP 8.3", "known"),
    Row(r"dotnet-sdk-[1-7]\.\d", "dotnet-sdk-8.0", ".NET 8", "known"),
    Row("julia", "", "it was removed from Debian; conda-forge has it", "known"),
    Row("libjpeg62-turbo(-dev)?", r"libjpeg-turbo8\g<1>", "it is Debian's name", "known"),
    Row(
        "chromium(-driver|-sandbox)?|firefox-esr",
        "",
        "it is Debian's; conda-forge has firefox and geckodriver",
        "known",
    ),
)

# Names that install, and give a command that only says which snap to install.
STUBS = (
    Row("firefox(-geckodriver)?", "conda's firefox, geckodriver", "", "Tiryoh/docker-ros2-desktop-vnc#196"),
    Row(
        "chromium-(browser|chromedriver)",
        "conda's firefox, geckodriver",
        "",
        "tianon/docker-brew-ubuntu-core#176 (20.04)",
    ),
    Row("thunderbird", "", "", "known"),
)


def dropped_package(name: str) -> str | None:
    """What to do about a package that Ubuntu 24.04 does not have, as a clause; None where it may well have it."""
    for row in DROPPED:
        if match := re.fullmatch(row.pattern, name):
            instead = match.expand(row.instead)
            return f"{f'write {instead}' if instead else 'remove it'} ({row.why})"
    return None


def stub(name: str) -> str | None:
    """What to do about a package that is nothing but a pointer to a snap; None for any other."""
    for row in STUBS:
        if re.fullmatch(row.pattern, name):
            return f"take {row.instead} in its place" if row.instead else "remove it"
    return None
