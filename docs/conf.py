"""How Sphinx builds the documentation: one configuration for both languages, named by GEOSOCIAL_DOCS_LANG.

`python -m scripts.docs` sets the language and the folders; nothing here reaches for a network.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from geosocial import __version__  # noqa: E402 - the checkout comes first on the path

LANG = os.environ.get("GEOSOCIAL_DOCS_LANG", "fr")
FRENCH = LANG == "fr"

project = "geosocial"
author = "geosocial"
project_copyright = "geosocial"
version = release = __version__
language = LANG

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "sphinx_copybutton",
    "scripts.docs.extension",
]
source_suffix = {".md": "markdown"}
root_doc = "index"
templates_path = ["_templates"]
nitpicky = True
# What a signature names of other packages has no page here: no inventory is fetched.
nitpick_ignore_regex = [(r"py:.*", r"(?!geosocial\.).*")]
show_warning_types = True
smartquotes_action = "qe"

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

default_role = "code"
toc_object_entries = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

copybutton_exclude = ".linenos, .gp, .go"

html_theme = "pydata_sphinx_theme"
html_title = "geosocial"
html_static_path = ["_static"]
html_css_files = ["house.css"]
html_favicon = "_static/mark.svg"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# A summary would be fetched page by page, which a browser refuses where there is no server.
html_show_search_summary = False
html_last_updated_fmt = None
html_domain_indices = False
html_sidebars = {"**": ["section"]} | {name: [] for name in ("index", "start", "search", "genindex")}
html_context = {"default_mode": "light", "other_language": "en" if FRENCH else "fr"}
html_theme_options = {
    "logo": {
        "text": "geosocial",
        "image_light": "_static/mark.svg",
        "image_dark": "_static/mark.svg",
        "alt_text": "",
    },
    "navbar_align": "left",
    "navbar_end": ["language"],
    "navbar_persistent": ["search-button-field"],
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["made"],
    "footer_center": [],
    "footer_end": [],
    "search_bar_text": "Chercher dans la documentation…" if FRENCH else "Search the documentation…",
    "navigation_depth": 2,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-light",
}
