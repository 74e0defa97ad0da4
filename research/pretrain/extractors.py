"""Readers of packaged files: each takes one file and yields its documents as plain text."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

# Parts of a page that are not its text.
PAGE_FURNITURE = (
    "//script | //style | //nav | //footer | //head"
    ' | //*[contains(@class, "sidebar")] | //*[contains(@class, "related")]'
    ' | //*[contains(@class, "NAVHEADER")] | //*[contains(@class, "navheader")] | //*[contains(@class, "navfooter")]'
)
MAIN_PART = '//div[@role="main"] | //div[@class="body"] | //main'
TEXT_ELEMENTS = ".//p | .//div[@class='para'] | .//li | .//pre | .//h1 | .//h2 | .//h3 | .//dt | .//dd[not(p)] | .//td"
# Marks of origin inside the entries of GCIDE.
ENTRY_MARKS = re.compile(r"\s*\[(?:1913 Webster|Webster 1913 Suppl\.|PJC|WordNet 1\.5)\]|[{}]")


def read_text(path: Path) -> str:
    """UTF-8 text of a plain or gzip-compressed (.gz, .dz) file; what cannot be decoded is replaced."""
    data = gzip.open(path).read() if path.suffix in (".gz", ".dz") else path.read_bytes()
    return data.decode("utf-8", "replace")


def plain_text(path: Path) -> Iterator[str]:
    """The whole file as one document."""
    yield read_text(path)


def page_or_text(path: Path) -> Iterator[str]:
    """An HTML page's text, or the whole file when it is not HTML."""
    return html_page(path) if ".html" in path.name else plain_text(path)


def html_page(path: Path) -> Iterator[str]:
    """The readable text of an HTML page, one line per paragraph, without navigation; nothing when it cannot be parsed."""
    try:
        page = html.fromstring(read_text(path).encode("utf-8"))
    except (etree.LxmlError, ValueError):
        return
    for furniture in page.xpath(PAGE_FURNITURE):
        if furniture.getparent() is not None:
            furniture.getparent().remove(furniture)
    main_parts = page.xpath(MAIN_PART)
    lines: list[str] = []
    for element in (main_parts[0] if main_parts else page).xpath(TEXT_ELEMENTS):
        text = element.text_content()
        if element.tag != "pre":
            text = re.sub(r"\s+", " ", text)
        text = text.replace("¶", "").strip("\n")
        # A list item and the paragraph inside it are both matched; their text is wanted once.
        if text.strip() and (not lines or text not in lines[-1]):
            lines.append(text)
    yield "\n".join(lines)


def dictionary_entries(path: Path) -> Iterator[str]:
    """The entries of a dictd file: a headword at the start of a line, its text indented below."""
    for entry in re.split(r"\n(?=\S)", read_text(path)):
        yield ENTRY_MARKS.sub("", re.sub(r"\n\s+", " ", entry))


def manual_page(path: Path) -> Iterator[str]:
    """A manual page with its roff macros removed."""
    text = re.sub(r'^\.\\".*$', "", read_text(path), flags=re.MULTILINE)
    text = re.sub(r"^\.[A-Z]{1,2} ?", "", text, flags=re.MULTILINE)
    yield re.sub(r"\\f[A-Z]|\\&", "", text).replace(r"\-", "-")


def paragraphs(path: Path) -> Iterator[str]:
    """Paragraphs separated by empty lines, each on one line."""
    for paragraph in re.split(r"\n\s*\n", read_text(path)):
        yield re.sub(r"\s+", " ", paragraph)


def wordnet_glosses(path: Path) -> Iterator[str]:
    """`word: definition; "example"` for every synset of a WordNet data file."""
    with path.open(encoding="latin1") as lines:
        for line in lines:
            if line.startswith("  ") or " | " not in line:
                continue
            synset, gloss = line.split(" | ", 1)
            word = re.sub(r"\(.*\)", "", synset.split(" ")[4].replace("_", " "))
            yield f"{word}: {gloss.strip()}"
