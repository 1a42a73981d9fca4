"""The model's terms: shown before it is first used, and once accepted not asked about again on this machine."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

from course.ai.how_it_works._file import package

_ACCEPTED = "gemma-terms-accepted.txt"


@dataclass(frozen=True)
class Terms:
    """What the model may be used under.

    Attributes
    ----------
    summary
        In Vietnamese: what it is, whose, where the full text is. Not a translation of the terms.
    url
        Where the terms stand.
    text
        The terms as they came with the model, in English.
    """

    summary: str
    url: str
    text: str


class TermsNotAccepted(Exception):
    """The model was asked for before its terms were accepted. The message is Vietnamese."""

    def __init__(self) -> None:
        super().__init__("Trước khi mở mô hình, hãy đọc điều khoản của nó và bấm đồng ý.")


def terms() -> Terms:
    """Return the terms that came with the model.

    Raises
    ------
    NotInstalled
        When the extra is not installed.
    """
    page = files(package()).joinpath("data", "GEMMA_TERMS.html").read_text("utf-8")
    return Terms(
        summary=(
            "Đây là Gemma 3 270M, một mô hình ngôn ngữ rất nhỏ của Google, chạy ngay trên máy này: "
            "chữ bạn gõ không đi đâu cả. "
            "Nó viết trôi chảy nhưng hay sai, nên chỉ dùng để xem AI đoán chữ, không dùng để làm bài hay tra cứu. "
            "Gemma được cung cấp theo Điều khoản sử dụng Gemma (Gemma Terms of Use), có cả danh sách việc bị cấm làm. "
            "Bản đầy đủ bằng tiếng Anh ở dưới."
        ),
        url="https://ai.google.dev/gemma/terms",
        text=_terms_text(page),
    )


def terms_accepted() -> bool:
    """Say whether the terms were accepted on this machine by this user."""
    return _mark().exists()


def accept_terms() -> None:
    """Keep that the learner has seen and accepted the terms."""
    kept = _mark()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(f"{datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds')}\n", "utf-8")


def _mark() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("bdhai", appauthor=False)) / _ACCEPTED


class _Text(HTMLParser):
    """Collects the words of a page, without its scripts and navigation."""

    _BLOCKS = frozenset({"p", "li", "h1", "h2", "h3", "div", "br", "tr"})
    _SILENT = frozenset({"script", "style", "nav", "header", "footer", "devsite-header", "devsite-book-nav"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def _terms_text(page: str) -> str:
    """Return the terms out of the whole web page that was saved."""
    reader = _Text()
    reader.feed(page)
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t]+", " ", "".join(reader.words))).strip()
    start = max(text.find("Last modified"), 0)
    end = text.find("\nSend feedback", start)
    return text[start : end if end > 0 else None]
