"""Front matter of other tools: what is the same as ours by another name, and what means nothing here."""

from typing import Any

OTHER_SPELLINGS = {
    "description": "summary",
    "excerpt": "summary",
    "intro": "summary",
    "permalink": "slug",
    "url": "slug",
    "sidebar_position": "order",
    "weight": "order",
    "nav_order": "order",
    "categories": "tags",
    "category": "tags",
    "last_reviewed_on": "reviewed",
    "ms.date": "reviewed",
    "review_in": "review_every",
    "aliases": "redirect_from",
    "old_paths": "redirect_from",
    "publishdate": "publish_at",
    "expirydate": "expires_at",
    "locale": "lang",
}
"""In small letters → the key of ours."""
FLAGS = {"hidden": True, "draft": True, "unlisted": True, "published": False}
"""In small letters → the value that keeps a page from readers."""
_FOREIGN = {
    "Jekyll": "layout parent grand_parent has_children has_toc nav_exclude nav_title search_exclude collection author "
    "authors date header image image_alt comments sitemap canonical_url toc toc_label sidebar subtitle",
    "Docusaurus": "id sidebar_label sidebar_class_name sidebar_custom_props displayed_sidebar hide_title "
    "hide_table_of_contents toc_min_heading_level toc_max_heading_level pagination_label pagination_next "
    "pagination_prev title_meta parse_number_prefixes custom_edit_url last_update",
    "Hugo": "lastmod linktitle type cascade menu menus outputs resources markup headless build params series",
    "MkDocs": "hide template search social glightbox",
    "VitePress and Starlight": "outline prev next aside editlink editurl navbar footer pageclass head hero "
    "tableofcontents lastupdated pagefind banner",
    "GitHub": "versions shorttitle product permissions children topics contenttype featuredlinks showminitoc "
    "allowtitletodifferfromfilename",
    "government handbooks": "manager owner_slack hide_in_navigation cspell",
    "PlatyPS": "schema applicable module_name external_help_file online_version help_version download_help_link "
    "help_info_uri module_guid document_type helpuri platyps_schema_version no-loc",
}
"""By tool, in small letters, with _ for a space."""
_KNOWN_ELSEWHERE = frozenset(" ".join(_FOREIGN.values()).split())


def our_key(key: str, value: Any) -> str:
    """Return the key of ours that another tool's ``key`` stands for, "" when it stands for none.

    ``url`` and ``aliases`` mean an address only where they look like one: elsewhere they are links and nicknames.
    """
    name = key.lower()
    if name in ("url", "aliases"):
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and one.startswith("/") for one in values):
            return ""
    return OTHER_SPELLINGS.get(name, "")


def is_foreign(key: str) -> bool:
    """Whether another tool is known to read ``key``; ``published`` is one where it is a date."""
    name = key.lower()
    plain = name.replace(" ", "_")
    return plain in _KNOWN_ELSEWHERE or name in FLAGS or name in OTHER_SPELLINGS or name.startswith("ms.")
