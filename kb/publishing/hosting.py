"""Where an article's file can be edited and its faults reported: on the host of its repository."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from kb.git import fetching
from kb.git.address import parse
from kb.publishing.sources.place import Place

GITHUB, GITLAB, GITEA, BITBUCKET = "github", "gitlab", "gitea", "bitbucket"
_NAMES = {
    "github": GITHUB,
    "gitlab": GITLAB,
    "gitea": GITEA,
    "forgejo": GITEA,
    "codeberg": GITEA,
    "bitbucket": BITBUCKET,
}
_EDIT = {
    GITHUB: "{base}/edit/{ref}/{path}",
    GITLAB: "{base}/-/edit/{ref}/{path}",
    GITEA: "{base}/_edit/{ref}/{path}",
    BITBUCKET: "{base}/src/{ref}/{path}?mode=edit&at={ref}",
}
_NEW = {GITHUB: "{base}/new/{ref}", GITEA: "{base}/_new/{ref}/"}
"""Hosts whose page for a new file comes filled in with what the address says; the others would show an empty one."""
_VIEW = {
    GITHUB: ("{base}/blob/{sha}/{path}", "?plain=1#L{line}"),
    GITLAB: ("{base}/-/blob/{sha}/{path}", "?plain=1#L{line}"),
    GITEA: ("{base}/src/commit/{sha}/{path}", "?display=source#L{line}"),
    BITBUCKET: ("{base}/src/{sha}/{path}", "#lines-{line}"),
}
_COMMIT = {
    GITHUB: "{base}/commit/{sha}",
    GITLAB: "{base}/-/commit/{sha}",
    GITEA: "{base}/commit/{sha}",
    BITBUCKET: "{base}/commits/{sha}",
}
_REPORT = {
    GITHUB: ("{base}/issues/new", "title", "body"),
    GITLAB: ("{base}/-/issues/new", "issue[title]", "issue[description]"),
    GITEA: ("{base}/issues/new", "title", "body"),
    BITBUCKET: ("{base}/issues/new", "title", "content"),
}


@dataclass(frozen=True, slots=True)
class Host:
    """A repository as people open it in a browser; all empty for one that is on no host known here."""

    kind: str = ""
    base: str = ""
    ref: str = ""
    subdir: str = ""
    template: str = ""
    """An address of the site's own for editing, with ``{path}`` and ``{ref}`` in it."""

    def edit(self, path: str) -> str:
        """Return where the article at ``path`` of the content folder is edited, "" for nowhere."""
        pattern = self.template or _EDIT.get(self.kind, "")
        if not pattern or not path or ("{ref}" in pattern and not self.ref):
            return ""
        whole = "/".join(part for part in (self.subdir, path) if part)
        named = {"{base}": self.base, "{path}": quote(whole), "{ref}": quote(self.ref)}
        for name, value in named.items():
            pattern = pattern.replace(name, value)
        return pattern

    def new(self, path: str, text: str) -> str:
        """Return where a new file at ``path`` of the content folder is begun with ``text``, "" for nowhere."""
        if self.kind not in _NEW or not self.ref:
            return ""
        whole = "/".join(part for part in (self.subdir, path) if part)
        page = _NEW[self.kind].format(base=self.base, ref=quote(self.ref))
        return f"{page}?{urlencode({'filename': whole, 'value': text})}"

    def view(self, path: str, sha: str, line: int = 0) -> str:
        """Return where the file at ``path`` of a commit is shown, at ``line`` unless that is 0; "" for nowhere."""
        if self.kind not in _VIEW or not path or not sha:
            return ""
        page, place = _VIEW[self.kind]
        whole = "/".join(part for part in (self.subdir, path) if part)
        return page.format(base=self.base, sha=sha, path=quote(whole)) + (place.format(line=line) if line else "")

    def commit(self, sha: str) -> str:
        """Return where a commit is shown, "" for nowhere."""
        return _COMMIT[self.kind].format(base=self.base, sha=sha) if self.kind in _COMMIT and sha else ""

    def report(self, title: str, body: str) -> str:
        """Return where somebody tells those who look after the repository of a problem, "" for nowhere."""
        if self.kind not in _REPORT:
            return ""
        address, title_name, body_name = _REPORT[self.kind]
        return f"{address.format(base=self.base)}?{urlencode({title_name: title, body_name: body})}"


def host_of(place: Place, template: str = "") -> Host:
    """Return the host of the repository at ``place``; its address there never holds a name or a password.

    ``template`` is a site's own address for editing, and wins.
    """
    base = _web_address(place.content) if place.is_git else ""
    name = urlsplit(base).hostname or ""
    kind = next((kind for part, kind in _NAMES.items() if part in name), "")
    return Host(kind, base, _branch(place), place.subdir if place.is_git else "", template)


def _web_address(content: str) -> str:
    """Return the page of a repository on its host, "" for one on this machine."""
    try:
        url = parse(content).url
    except ValueError:
        return ""
    if "://" not in url:
        host, _, path = url.rpartition("@")[2].partition(":")
        return f"https://{host}/{_without_git(path)}"
    parts = urlsplit(url)
    if parts.scheme == "ssh":
        return f"https://{_bracketed(parts.hostname or '')}/{_without_git(parts.path)}"
    return f"https://{parts.netloc.rpartition('@')[2]}/{_without_git(parts.path)}" if parts.scheme == "https" else ""


def _without_git(path: str) -> str:
    return quote(path.strip("/").removesuffix(".git"), safe="/%~")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _branch(place: Place) -> str:
    """Return the branch articles come from: the one that is set, else the repository's default one."""
    if place.ref or not place.is_git:
        return place.ref.removeprefix("refs/heads/")
    try:
        return fetching.default_branch(place.mirror_folder).removeprefix("refs/heads/")
    except OSError:  # it was not fetched yet
        return ""
