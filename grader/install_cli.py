"""``bdhai install``: the optional parts that are too big to come along by themselves."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Annotated

import typer
from packaging.requirements import Requirement

PARTS = {
    "search": "tìm theo nghĩa trong tài liệu (khoảng 95 MB)",
    "how-it-works": "xem một mô hình ngôn ngữ nhỏ đoán chữ (khoảng 260 MB)",
}
_LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"


def packages_of(part: str) -> list[str]:
    """Return what a part consists of, as pip's requirements; nothing where this machine has no build of it."""
    found = (Requirement(line) for line in requires("binh-dan-hoc-ai") or ())
    return [
        f"{one.name}{one.specifier}"
        for one in found
        if one.marker and one.marker.evaluate({"extra": part}) and not one.marker.evaluate({"extra": ""})
    ]


def install(part: Annotated[str, typer.Argument(metavar="PHẦN", help="search hoặc how-it-works.")]) -> None:
    """Cài thêm một phần không bắt buộc: search (tìm theo nghĩa), how-it-works (xem AI đoán chữ)."""
    from grader.cli import console, fail

    if part not in PARTS:
        raise fail(f"Không có phần {part!r}. Có: {', '.join(PARTS)}.")
    console.print(f"Đang cài {PARTS[part]}…")
    if not (packages := packages_of(part)):
        raise fail("Phần này chưa có bản cho loại máy này. Bộ học vẫn chạy đủ khi không có nó.")
    constraint = ["--constraint", str(_LOCK)] if _LOCK.exists() else []
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *constraint, *packages])
    if done.returncode:
        raise fail("Chưa cài được. Xem lỗi ở trên; thường là do mất mạng hoặc hết chỗ trên đĩa. Sửa rồi chạy lại.")
    console.print("Đã cài xong.")
