"""A learner's Python value to an answer value: a number, a text, a table, a chart or a file.

Libraries are never imported for it: a value is a DataFrame or a chart only where pandas or matplotlib is there already.
"""

from __future__ import annotations

import base64
import math
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from pathlib import Path, PurePath
from typing import Any

from pydantic import ValidationError

from course import charts
from course.answer_values import MAX_CELL, MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, MAX_WHOLE
from course.answers import Value, check_value
from course.markup import nfc

WANTED = {
    "number": "một con số",
    "text": "một đoạn chữ",
    "table": "một bảng",
    "chart": "một biểu đồ",
    "file": "một tệp",
}
"""What a task may want, and how a sentence calls it."""


class NotHandedOver(Exception):
    """A value cannot be the answer. The message is Vietnamese and ends a sentence that begins with the question."""


def answer_value(given: Any, wants: str) -> Value:
    """Turn a Python value into the kind of answer that a task wants.

    Raises
    ------
    NotHandedOver
        When it is empty, of another kind, or too large; the message says what is wanted.
    """
    if given is None or given is Ellipsis:
        raise NotHandedOver(f"còn trống. Câu này cần {WANTED[wants]}.")
    try:
        value = _MAKERS[wants](given)
    except NotHandedOver:
        raise
    except Exception as error:  # a learner's object may do anything when it is read
        raise _wrong_kind(given, wants) from error
    if value is None:
        raise _wrong_kind(given, wants)
    try:
        return check_value({"kind": wants, **value})
    except ValidationError as error:
        raise NotHandedOver(
            f"cần {WANTED[wants]}, nhưng giá trị này chưa đọc được hết. Hãy xem lại cách tính."
        ) from error


def _wrong_kind(given: Any, wants: str) -> NotHandedOver:
    return NotHandedOver(f"cần {WANTED[wants]}, nhưng bạn đưa {_called(given)}.{_advice(given, wants)}")


def _called(given: Any) -> str:
    """Call a value by what a learner knows it as."""
    if isinstance(given, bool):
        return "giá trị đúng/sai"
    if isinstance(given, str):
        return "một đoạn chữ"
    if isinstance(given, Number):
        return "một con số"
    if isinstance(given, PurePath):
        return "một tệp"
    if _is_pandas(given, "DataFrame"):
        return "cả một bảng"
    if _is_pandas(given, "Series"):
        return "cả một cột"
    if charts.is_chart(given):
        return "một biểu đồ"
    if isinstance(given, Mapping | Sequence):
        return "một danh sách"
    if callable(given):
        return "một hàm chưa được gọi"
    return f"một giá trị kiểu {type(given).__name__}"


def _advice(given: Any, wants: str) -> str:
    if callable(given) and not charts.is_chart(given):
        return " Có thể còn thiếu hai dấu ngoặc () ở cuối."
    if wants == "number" and isinstance(given, str):
        return " Bỏ dấu nháy quanh con số nhé."
    if wants == "number" and _is_pandas(given, "Series"):
        return " Có thể còn thiếu .sum() hoặc một phép gộp khác."
    if wants == "chart" and _is_pandas(given, "DataFrame", "Series"):
        return " Hãy vẽ trước, ví dụ: bieu_do = bang.plot.bar(…), rồi đưa bieu_do."
    if wants == "file":
        return ' Đưa tên tệp, ví dụ "bao-cao.docx".'
    return ""


def _is_pandas(given: Any, *names: str) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(given, tuple(getattr(pandas, name) for name in names))


# --- one maker a kind: a mapping for the answer's model, or None when the value is of another kind ------------------


def _number(given: Any) -> dict[str, Any] | None:
    if getattr(given, "size", None) == 1 and hasattr(given, "to_numpy"):
        given = given.to_numpy().item()  # a column of one row, as a filter leaves it
    elif hasattr(given, "item") and getattr(given, "size", None) == 1:
        given = given.item()
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | Fraction):
        return None
    number = float(given)
    if not math.isfinite(number):
        raise NotHandedOver("ra kết quả không phải là số. Có thể dữ liệu còn ô trống, hoặc bạn chia cho 0.")
    return {"number": number}


def _text(given: Any) -> dict[str, Any] | None:
    if hasattr(given, "item") and getattr(given, "size", None) == 1:
        given = given.item()
    return {"text": nfc(given)} if isinstance(given, str) else None


def _table(given: Any) -> dict[str, Any] | None:
    if _is_pandas(given, "DataFrame", "Series"):
        columns, rows = _of_pandas(given)
    elif isinstance(given, Mapping):
        columns, rows = _of_mapping(given)
    elif isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(row, Mapping) for row in given):
        columns = list(dict.fromkeys(name for row in given for name in row))
        rows = [[row.get(name) for name in columns] for row in given]
    else:
        return None
    if len(columns) > MAX_COLUMNS or len(rows) > MAX_ROWS:
        raise NotHandedOver(
            f"có bảng lớn quá ({len(rows)} dòng × {len(columns)} cột). "
            f"Bảng nộp nhiều nhất {MAX_ROWS} dòng, {MAX_COLUMNS} cột; hãy lọc hoặc gộp bớt."
        )
    return {"columns": [_words(name) for name in columns], "rows": [[_cell(cell) for cell in row] for row in rows]}


def _of_pandas(given: Any) -> tuple[list[Any], list[list[Any]]]:
    """Take a table's columns, before them the levels of an index that says something (a group's name, not a count)."""
    if len(given) > MAX_ROWS or (given.ndim == 2 and given.shape[1] > MAX_COLUMNS):
        width = given.shape[1] if given.ndim == 2 else 1
        return [None] * width, [[]] * len(given)  # only its size is needed, to say that it is too large
    frame = given.to_frame() if given.ndim == 1 else given
    index = frame.index
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    kept = [level for level in levels if level.name is not None or str(level.dtype) not in ("int64", "int32", "Int64")]
    columns = ["" if level.name is None else level.name for level in kept]
    columns += [" ".join(map(str, name)) if isinstance(name, tuple) else name for name in frame.columns]
    parts = [list(level) for level in kept] + [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    return columns, [list(row) for row in zip(*parts, strict=True)]


def _of_mapping(given: Mapping[Any, Any]) -> tuple[list[Any], list[list[Any]]]:
    """Read ``{column: cells}``, or ``{name: one cell}`` as a table of two columns."""

    def is_list(cells: Any) -> bool:
        return isinstance(cells, list | tuple) or (hasattr(cells, "tolist") and hasattr(cells, "__len__"))

    if given and all(map(is_list, given.values())):
        cells = [list(column) for column in given.values()]
        longest = max(map(len, cells))
        return list(given), [[column[row] if row < len(column) else None for column in cells] for row in range(longest)]
    return ["", ""], [[name, cell] for name, cell in given.items()]


def _cell(given: Any) -> Any:
    """Turn a cell into plain data: what is missing or not finite is ``None``, dates and times are ISO text."""
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str):
        return nfc(given)[:MAX_CELL]
    if isinstance(given, datetime):  # pandas' "not a time" is a datetime too
        if given != given:
            return None
        return given.date().isoformat() if given.time() == time() else given.isoformat()
    if isinstance(given, date | time):
        return given.isoformat()
    if hasattr(given, "item") and getattr(given, "ndim", None) == 0:
        return _cell(given.item())
    if isinstance(given, int):
        return int(given) if abs(given) <= MAX_WHOLE else float(given)
    if isinstance(given, float | Decimal | Fraction):
        number = float(given)
        return number if math.isfinite(number) else None
    return None if str(given) in ("<NA>", "NaT") else _words(given)


def _words(given: Any) -> str:
    return nfc(str(given))[:MAX_CELL]


def _chart(given: Any) -> dict[str, Any] | None:
    axes = charts.axes_of(given)
    if axes is None:
        if charts.is_chart(given):
            raise NotHandedOver("chưa thấy biểu đồ nào. Lệnh vẽ và lệnh nộp cần đứng trong cùng một ô.")
        return None
    return charts.read_chart(axes)


def _file(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, PurePath | str) or not str(given).strip():
        return None
    path = Path(given)
    if isinstance(given, str) and not path.suffix:
        return None  # words, not the name of a file
    if not path.is_file():
        raise NotHandedOver(f"chưa thấy tệp {path.name}. Hãy chạy ô tạo tệp trước.")
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise NotHandedOver(f"có tệp nặng quá. Tệp nộp nhiều nhất {MAX_FILE_BYTES // 1000} kB.")
    return {"name": nfc(path.name), "content": base64.b64encode(content).decode("ascii")}


_MAKERS = {"number": _number, "text": _text, "table": _table, "chart": _chart, "file": _file}
