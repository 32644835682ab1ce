"""Which files of a source are read, and what keeps one from being read: by its path alone. Pure."""

import re
import unicodedata

LARGEST_TEXT = 1024 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
MOST_FILES = 50_000
MOST_TEXT = 256 * 1024 * 1024
LONGEST_PATH = 400
TEXTS = frozenset({".md", ".markdown"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
SECTION_FILES = frozenset({"_section.yml", "_section.yaml"})
SNIPPETS = "_snippets"
VARIABLES = "_variables.yml"
SYNONYMS = "_synonyms.txt"
LEADS_OUT = "The path leads out of its folder."
MEANS_GIT = "The path lies in what git takes for a repository of its own."
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_GIT_ON_WINDOWS = re.compile(r"(?:\.git|git~\d+)(?:[ .]*|:.*)", re.IGNORECASE)


def is_text(path: str) -> bool:
    """Whether ``path`` names an article."""
    return _suffix(path) in TEXTS


def is_picture(path: str) -> bool:
    """Whether ``path`` names a picture that can be shown."""
    return _suffix(path) in PICTURES


def is_section_file(path: str) -> bool:
    """Whether ``path`` says what its folder is called."""
    return path.rpartition("/")[2] in SECTION_FILES


def is_shared(path: str) -> bool:
    """Whether ``path`` is a text in a ``_snippets`` folder, or the variables or synonyms at the top.

    The first two are part of other articles, the last is for search.
    """
    *folders, _ = path.split("/")
    if SNIPPETS not in folders:
        return path in (VARIABLES, SYNONYMS)
    return is_text(path) and not any(is_private(name) for name in folders[: folders.index(SNIPPETS)])


def is_wanted(path: str) -> bool:
    """Whether ``path`` is an article, a picture or a section file that anybody is to see.

    Names that start with ``.`` or ``_`` are private. At the top a README is for those who work on the folder, as git
    hosts show it there.
    """
    *folders, name = path.split("/")
    if any(is_private(folder) for folder in folders):
        return False
    if is_section_file(name):
        return True
    if not folders and name.partition(".")[0].upper() == "README":
        return False
    return not is_private(name) and (is_text(name) or is_picture(name))


def is_private(name: str) -> bool:
    """Whether a file or folder of this name is not for readers."""
    return name.startswith((".", "_"))


def most_bytes(path: str) -> int:
    """Return how large a file of this name may be."""
    return LARGEST_PICTURE if is_picture(path) else LARGEST_TEXT


def fault_of_path(path: str) -> str:
    """Return why no file may have this path, "" when it may; also what is harmless here and not on other machines."""
    names = path.replace("\\", "/").split("/")  # a backslash is a folder on other machines
    if any(name in ("", ".", "..") for name in names):
        return LEADS_OUT
    if "git" in path.lower() or not path.isascii():
        if any(_means_git(name) for name in names):
            return MEANS_GIT
        if _NOT_UTF8.search(path):
            return "The name is not UTF-8."
    if "\\" in path:
        return "The name holds a backslash, which is a folder on other machines."
    if _CONTROL.search(path):
        return "The name holds a control character."
    if len(path) > LONGEST_PATH:
        return f"The path is longer than {LONGEST_PATH} characters."
    return ""


def shown(path: str) -> str:
    """Return ``path`` as it can be printed and stored, in one line and shortened in the middle."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)
    return text if len(text) <= LONGEST_PATH else f"{text[:190]}…{text[-190:]}"


def folded(path: str) -> str:
    """Return what two paths share that are one file on a machine which ignores case, or how letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _suffix(path: str) -> str:
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    return f"{dot}{ending}".lower() if stem else ""


def _means_git(name: str) -> bool:
    """Whether ``name`` is ``.git`` to git on some machine: macOS overlooks unseen characters, Windows endings."""
    return _GIT_ON_WINDOWS.fullmatch(_UNSEEN.sub("", name)) is not None
