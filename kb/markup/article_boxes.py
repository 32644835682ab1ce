"""Callouts, details, tabs and figures: from the tree that Markdown makes to the elements that pages show."""

from xml.etree.ElementTree import Element, SubElement

KINDS = {
    "note": "note",
    "info": "note",
    "abstract": "note",
    "summary": "note",
    "tldr": "note",
    "seealso": "note",
    "todo": "note",
    "question": "note",
    "help": "note",
    "faq": "note",
    "example": "note",
    "quote": "note",
    "cite": "note",
    "secondary": "note",
    "tip": "tip",
    "hint": "tip",
    "success": "success",
    "check": "success",
    "done": "success",
    "important": "important",
    "warning": "warning",
    "attention": "warning",
    "caution": "caution",
    "danger": "danger",
    "error": "danger",
    "failure": "danger",
    "fail": "danger",
    "missing": "danger",
    "bug": "danger",
}
"""What other tools call a callout → what ours are called."""

CONTAINERS = frozenset({*KINDS, "details", "tab"})


def settle_boxes(root: Element) -> None:
    """Give every box in the tree, in place, the elements and classes that the style sheet knows."""
    for element in list(root.iter()):
        classes = element.get("class", "").split()
        if element.tag == "div" and "admonition" in classes:
            _make_callout(element, classes)
        elif element.tag == "details":
            _make_details(element, classes)
        elif element.tag == "div" and "tabbed-set" in classes:
            _make_tabs(element)
        _make_figures(element)


def _make_callout(box: Element, classes: list[str]) -> None:
    box.set("class", f"callout callout--{_kind(classes)}")
    box.set("role", "note")
    for title in box.findall("p"):
        if "admonition-title" in title.get("class", "").split():
            title.set("class", "callout__title")


def _make_details(box: Element, classes: list[str]) -> None:
    """A callout that unfolds; ``<details>`` written as HTML stays plain."""
    if any(name in KINDS for name in classes):
        box.set("class", f"callout callout--{_kind(classes)}")
        for summary in box.findall("summary"):
            summary.set("class", "callout__title")


def _kind(classes: list[str]) -> str:
    return next((KINDS[name] for name in classes if name in KINDS), "note")


def _make_tabs(box: Element) -> None:
    """Tabs are details of which one is open at a time, so that they work without scripts and are found by search."""
    name = f"tabs-{box.get('data-tabs', '').partition(':')[0]}"
    labels, contents = box.findall("label"), box.findall("div")
    chosen = next((at for at, radio in enumerate(box.findall("input")) if radio.get("checked")), 0)
    tail = box.tail
    box.clear()
    box.tail = tail
    box.set("class", "tab-set")
    for at, (label, content) in enumerate(zip(labels, contents, strict=False)):
        tab = SubElement(box, "details", {"class": "tab-set__tab", "name": name})
        if at == chosen:
            tab.set("open", "open")
        label.tag, label.attrib, label.tail = "summary", {}, None
        content.attrib = {"class": "tab-set__body"}
        content.tail = None
        tab.extend((label, content))


def _make_figures(parent: Element) -> None:
    """A picture alone in a paragraph is a figure when it has a title, or when a caption follows it."""
    children = list(parent)
    for at, child in enumerate(children):
        if child.get("class") == "caption" and child.tag == "p":
            _caption_before(parent, children[at - 1] if at else None, child)
        elif child.tag == "p" and _is_lone_picture(child):
            picture = _picture_in(child)
            title = picture.attrib.get("title", "") if picture is not None else ""
            follows = children[at + 1] if at + 1 < len(children) else None
            if title and not (follows is not None and follows.get("class") == "caption"):
                assert picture is not None
                del picture.attrib["title"]
                child.tag = "figure"
                SubElement(child, "figcaption").text = title


def _caption_before(parent: Element, before: Element | None, caption: Element) -> None:
    if before is None or before.tag not in ("p", "table", "div", "figure"):
        del caption.attrib["class"]
        return
    parent.remove(caption)
    caption.tag, caption.attrib = "figcaption", {}
    if before.tag == "p" and _is_lone_picture(before):
        before.tag = "figure"
        before.append(caption)
        return
    at = list(parent).index(before)
    parent.remove(before)
    figure = Element("figure")
    figure.extend((before, caption))
    parent.insert(at, figure)


def _is_lone_picture(paragraph: Element) -> bool:
    return _picture_in(paragraph) is not None


def _picture_in(paragraph: Element) -> Element | None:
    """Return the picture that is all a paragraph holds, linked or not."""
    if (paragraph.text or "").strip() or len(paragraph) != 1 or (paragraph[0].tail or "").strip():
        return None
    only = paragraph[0]
    if only.tag == "a" and not (only.text or "").strip() and len(only) == 1 and not (only[0].tail or "").strip():
        only = only[0]
    return only if only.tag == "img" else None
