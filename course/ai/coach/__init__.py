"""The prompt coach: which parts a request to AI has, and what could be added. It judges completeness, never quality.

>>> from course.ai.coach import coach
>>> advice = coach("Viết thông báo họp xóm lúc 19h30 tối mai")
>>> sorted(advice.present)
['dang', 'luc', 'viec']
>>> print(advice.missing["noi"])
Thêm nơi diễn ra, để người nhận biết đường đến: nhà văn hóa xóm nào, xã nào?

The rules are the phrases in ``rules/*.yml``; ``rules/README.md`` says how to read and change them.
"""

from course.ai.coach._advice import PARTS, Advice, Found, coach, part_titles

__all__ = ["PARTS", "Advice", "Found", "coach", "part_titles"]
