"""Sphinx's settings for the pages that tools/site.py puts together. Read by Sphinx alone.

Everything is served with the pages themselves: no font, script or picture comes from another host. The inventories of
other projects are asked for where BLOCKS_ONLINE is set, as the workflow that publishes does; no page needs them.
"""

import os

project = "Binder Blocks"
author = "the Binder Blocks team"
copyright = author  # noqa: A001
language = "en"

extensions = ["myst_parser", "sphinx_copybutton"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_*"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# A section of a session's page starts at the third level, and a cell may hold IPython's own words.
suppress_warnings = ["myst.header", "misc.highlighting_failure"]

if os.environ.get("BLOCKS_ONLINE"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "repo2docker": ("https://repo2docker.readthedocs.io/en/latest/", None),
        "binderhub": ("https://binderhub.readthedocs.io/en/latest/", None),
        "nbgitpuller": ("https://nbgitpuller.readthedocs.io/en/latest/", None),
        "jupyterhub": ("https://jupyterhub.readthedocs.io/en/stable/", None),
    }

html_theme = "pydata_sphinx_theme"
html_title = project
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
copybutton_prompt_text = "$ "
