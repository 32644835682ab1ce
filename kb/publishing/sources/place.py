"""Where a site's articles come from: a folder, or a place in a git repository."""

from dataclasses import dataclass
from pathlib import Path

from kb.errors import NotFound
from kb.git import command
from kb.git.address import is_git, without_credentials
from kb.git.mirror import Mirror
from kb.publishing.sources.source import GitSource, Source, open_source
from kb.settings import Settings

_FOLDER_HAS_NO_COMMITS = "%(path)s is a folder, which has no commits: set KB_CONTENT to the address of its repository."


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or a git address in ``content``; of a repository, which commit and which folder."""

    content: str
    ref: str = ""
    subdir: str = ""
    mirror_folder: Path = Path("content.git")

    @property
    def is_git(self) -> bool:
        """Whether articles have commits."""
        return is_git(self.content)

    @property
    def name(self) -> str:
        """What people may be shown: no password."""
        return without_credentials(self.content)

    @property
    def mirror(self) -> Mirror:
        """The copy of the repository; raises GitFault when the address cannot be used, NotFound for a folder."""
        if not self.is_git:
            raise NotFound(_FOLDER_HAS_NO_COMMITS, path=self.content)
        return Mirror(self.mirror_folder, self.content)


_in_use: Place | None = None


def place_of(settings: Settings) -> Place:
    """Return the place that ``settings`` name."""
    return Place(settings.content, settings.content_ref, settings.content_subdir, settings.data / "content.git")


def configure(settings: Settings) -> None:
    """Take articles from where ``settings`` say from now on; the last call of a process wins."""
    global _in_use
    _in_use = place_of(settings)
    command.pass_on(settings.for_programs())


def current() -> Place:
    """Return the place in use; raises RuntimeError when the site was not set up with ``configure``."""
    if _in_use is None:
        raise RuntimeError("No place of articles: create_app calls place.configure().")
    return _in_use


def open_place(place: Place, *, fetch: bool = True, at: str = "") -> Source:
    """Return the articles of ``place``: as they are now, or as they were at the commit, branch or tag ``at``.

    Raises GitFault when the repository cannot be fetched or read, and NotFound where there is no such folder. Without
    ``fetch`` nothing is asked of the git server.
    """
    if not place.is_git:
        if at:
            raise NotFound(_FOLDER_HAS_NO_COMMITS, path=place.content)
        return open_source(Path(place.content, place.subdir))
    mirror = place.mirror
    if fetch:
        mirror.fetch()
    ref = at or place.ref
    return GitSource(mirror, mirror.commit(ref), ref=ref or mirror.default_branch, folder=place.subdir, name=place.name)
