"""What a request says of place, time, audience, form and subject, in the learner's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from course.ai.replies._words import bare, clean, pattern, read_as, spelled_out, typed_with_marks

PARTS = ("noi", "luc", "ai", "dang")
"""Place, time, audience and form: the parts whose absence a reply shows."""

_PART_OF_DAY = "sáng|trưa|chiều|tối|đêm"
_DAY = (
    r"thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|t[2-7]|chủ nhật|cn"
    r"|(?:ngày |hôm )?(?:mùng|mồng) \d{1,2}(?: tháng (?:\d{1,2}|giêng|chạp))?|rằm(?: tháng (?:\d{1,2}|giêng|bảy|tám))?"
    r"|ngày \d{1,2}(?: tháng \d{1,2}| ?[/-] ?\d{1,2})?(?: năm \d{4}| ?[/-] ?\d{4})?|\d{1,2}/\d{1,2}(?:/\d{4})?"
    r"|\d{1,2} tháng \d{1,2}(?: năm \d{4})?"
    r"|(?:hôm|ngày) (?:nay|qua|kia|mai|kìa)|(?:tuần|tháng|năm|vụ) (?:này|sau|tới|trước|rồi|qua)"
    r"|(?:đầu|giữa|cuối|hết) (?:tuần|tháng|năm|vụ)(?: (?:này|sau|tới|trước|rồi|qua))?"
    rf"|(?:{_PART_OF_DAY}) (?:nay|mai|qua|kia|hôm (?:nay|qua|kia)|ngày mai)|mốt"
    r"|tháng (?:\d{1,2}|giêng|chạp)(?:/\d{4})?"
    r"|tết|vụ (?:xuân|hè|đông|mùa|thu)|mùa (?:này|xuân|hè|đông|thu|mưa|khô)"
)
_HOUR = (
    r"\d{1,2} ?(?:giờ|h|g) ?\d{2}|\d{1,2} ?(?:giờ|h)(?: rưỡi)?|\d{1,2}:\d{2}"
    rf"|(?<!xóm )(?<!thôn )(?<!tổ )(?<!lớp )\d{{1,2}} (?:{_PART_OF_DAY})"
)
_SPAN = (
    r"\d{1,3} (?:ngày|tuần|tháng|hôm|năm) (?:nay|rồi|trước|nữa|qua|tới)"
    r"|(?:trong|sau|suốt|được) \d{1,3} (?:ngày|tuần|tháng|hôm|buổi)(?! tuổi)(?: mưa| nắng| rét| phun| bón)?"
    r"|(?:mỗi|hằng|hàng) (?:ngày|tuần|tháng|tối|sáng|chiều)|mấy (?:hôm|ngày)(?: (?:nay|rồi|trước|mưa))?"
)
_ATOM = rf"(?:{_HOUR}|(?:(?:{_PART_OF_DAY}) )?(?:{_DAY})|{_SPAN})"
_TIME = pattern(rf"{_ATOM}(?:(?:,? (?:ngày |hôm |vào |đến |tới )?| ?- ?){_ATOM})*")
# "mai" is also a name, so alone it is a day only where the sentence goes on as a day does.
_TOMORROW = pattern(r"mai(?= (?:họp|thi|nộp|kiểm tra|có|là|phải|đi|gửi|diễn|bán|tiêm|em|tôi|mình|học|trả))")

# Where a letter stands in brackets, the word is met only with its diacritics: "chợ" typed without is also "cho".
_STOP = (
    r"lúc|vào|ngày|hôm|thứ|sáng|trưa|chiều|tối|mai|để|cho|gửi|về|b[à]n|ban (?:việc|về|chuyện)|có|và|là|thì|mà|trên"
    r"|dưới|tại|ở|từ|tuần|tháng|mời"
    r"|họp|viết|giúp|nhé|ạ|với|tôi|em|mình|các|này|nhờ|dài|ngắn|đang|bị|cần|đến|theo|khoảng|sau|trước|bằng|hãy|xin"
    r"|muốn|làm|đã|sẽ|được|không"
    r"|gồm|sao|đâu|nào|thế|vì|do|t[2-7]|cn|hằng|mỗi|quá|lắm|bao|của|\d{1,2} ?(?:h|g|giờ)\d*|\d+ (?:chữ|từ|câu|dòng)"
    r"|mấy|nên|rồi|đọc|soạn|lá|một"
)
_STOPS = pattern(_STOP)
_UNIT = pattern("xóm|thôn|x[ã]|xa|ph[ư]ờng|tổ|khu|b[ả]n|tổ dân phố|khu phố|chi hội|chi đoàn|lớp|t[ỉ]nh|làng")
_WORD = re.compile(r" ([\w.\-]+)")
_FIXED = (
    "nhà văn hóa|hội trường|trụ sở ủy ban nhân dân|trụ sở ủy ban|trụ sở|ủy ban nhân dân|ủy ban|trạm y tế|trạm xá"
    "|trạm thú y|sân kho|sân đình|sân vận động|sân bóng|sân trường|nhà cộng đồng"
    r"|hợp tác xã|tiểu khu|trường (?:thcs|tiểu học|mầm non|thpt|cấp)|bưu điện|phòng tiếp công dân|cổng trường"
    r"|thư viện|nhà bia|bến xe"
    r"|ngã (?:ba|tư)|ch[ợ]|(?<!gia )[đ]ình|qu[á]n|h[ồ](?! sơ)|b[ế]n|cửa hàng|cửa hiệu"
)
_PLACES = (
    pattern(_FIXED),
    pattern(r"xóm|thôn|ph[ư]ờng|tổ dân phố|khu phố|chi hội|x[ã]|t[ỉ]nh|làng|(?<=(?<!\w)o )xa|(?<=(?<!\w)tai )xa"),
    pattern("vườn|ruộng|đ[ồ]i|chuồng|vùng|b[ã]i"),
    pattern(rf"(?<=(?<!\w)ở )(?!(?:nhà văn|nghe|{_STOP})(?!\w))[\w.\-]+"),
    pattern(rf"(?<=(?<!\w)tại )(?!(?:{_STOP})(?!\w))[\w.\-]+"),
)
_ALONE = pattern(_FIXED + "|vườn|ruộng|chuồng|nhà|trường|lớp")
# "[ĐỊA CHỈ 1]" stands where the privacy shield took an address out; it is put back in the answer.
_MASKED_PLACE = re.compile(r"\[địa chỉ \d+\]")
_PEOPLE = (
    "toàn thể bà con|bà con|người dân|nhân dân|các hộ|hộ dân|hộ nghèo|phụ huynh|các bác|các cụ|người cao tuổi"
    "|người già|ông bà|hội viên|các chị"
    "|chị em|đoàn viên|thanh niên|các bạn|bạn học|bạn bè|(?:cho|gửi|nhắn) b[ạ]n|cả lớp|học sinh|các em|trẻ em"
    "|thầy cô|thầy giáo|cô giáo|cô chủ nhiệm"
    "|giáo viên|thầy|khách hàng|khách quen|khách|người mua|thương lái|đại lý|trưởng xóm|trưởng thôn|bí thư|chủ tịch"
    "|lãnh đạo|cấp trên|người lớn tuổi"
    "|ủy ban|cán bộ|đồng nghiệp|nhà tuyển dụng|chủ quán|tổ viên|thành viên|hàng xóm|cả xóm|cả thôn|cả nhà|mọi người"
    "|con tôi|cháu|mẹ|b[ố]"
    "|du khách|ban giám khảo|khán giả|người mới|người bán|cả tổ|tổ trưởng"
)
_AUDIENCE = pattern(_PEOPLE)
_FORM = pattern(
    "tin nhắn|nhắn tin|tin zalo|zalo|b[ả]ng|(?:kẻ|lập|thành|dạng|một) bảng|gạch đầu dòng|đầu dòng|danh sách"
    "|phát thanh|loa|email|mail|th[ư](?! viện)"
    "|(?:bức|lá|viết) thư|đ[ơ]n|(?:lá|viết|mẫu|tờ) đơn|đơn xin|thông báo|giấy mời|công văn|báo cáo|biên bản|kịch bản"
    "|dàn ý|lịch(?! (?:sự|sử))"
    "|kế hoạch|tờ rơi|áp phích|facebook|fb|bài đăng|poster|m[ẫ]u|khẩu hiệu"
    r"|(?:dưới|không quá|tối đa|khoảng|đúng|trong|gồm) \d+ (?:chữ|từ|câu|dòng|ý|gạch|cột|bước|trang)|\d+ (?:chữ|từ"
    r"|câu|dòng|ý|cột|bước|việc|gạch)"
    "|ngắn gọn|từng bước|các bước|theo bước|một câu|vài câu|mấy câu|sơ đồ|trắc nghiệm|nh[ã]n|tiêu đề|[đ]oạn văn"
)
_SUBJECT = pattern(
    r"(?:b[à]n (?:về )?(?:việc |chuyện )?|ban (?:việc|về|chuyện) |về việc |về chuyện |v/v |nội dung(?: là)?:? )"
    r"([^,.;:\n?!]{4,70}?)(?=$|[,.;:\n?!]| (?:lúc|tại|ở|vào|gửi|dưới|trong|cho|đọc|viết|ngày|tối|sáng|chiều"
    r"|\d{1,2} ?(?:h|giờ)))"
)


@dataclass(frozen=True)
class Details:
    """What was said; `None` where nothing was.

    Attributes
    ----------
    noi, luc, ai, dang
        Place, time, audience, form.
    viec
        The subject, such as "đổ bê tông đường xóm" after "bàn việc".
    """

    noi: str | None = None
    luc: str | None = None
    ai: str | None = None
    dang: str | None = None
    viec: str | None = None

    def filled_from(self, later: Details) -> Details:
        """Return these with what a later message says put over them."""
        said = {name: value for name, value in vars(later).items() if value}
        if self.noi and later.noi and later.noi in (later.ai or ""):
            del said["noi"]  # "gửi bà con xóm 4" says for whom, and does not move the meeting
        return replace(self, **said)


def details(text: str, also: Mapping[str, str] | None = None) -> Details:
    """Find the parts of a request, by rules.

    Parameters
    ----------
    text
        What a learner wrote.
    also
        More patterns for a part, as a task wants them: a class and a book are a pupil's "where". They come first.
    """
    shown = spelled_out(clean(text))
    plain = read_as(shown)
    marked = typed_with_marks(plain)
    first = {part: _first(pattern(wanted, exact=marked), shown, plain) for part, wanted in (also or {}).items()}
    found = {
        "noi": first.get("noi") or _place(shown, plain),
        "ai": first.get("ai") or _audience(shown, plain),
        "dang": first.get("dang") or _first(_FORM, shown, plain),
    }
    own = {part: words and _own(words, marked) for part, words in found.items()}
    luc = first.get("luc")
    return Details(luc=_spoken_time(luc) if luc else _time(shown, plain), viec=_subject(shown, plain), **own)


def _own(words: str, marked: bool) -> str:
    """Return a learner's words as they go on after "ở", "tại", "cho", "gửi"."""
    words = re.sub(r"^(?:ở|tại|cho|gửi|nhắn|o|tai|gui|nhan) ", "", words, flags=re.IGNORECASE)
    return words if marked else with_marks(words)


def _first(wanted: re.Pattern[str], shown: str, plain: str) -> str | None:
    found = wanted.search(plain)
    return shown[found.start() : found.end()] if found else None


def _audience(shown: str, plain: str) -> str | None:
    found = _AUDIENCE.search(plain)
    if not found:
        return None
    end = found.end()
    if _UNIT.match(plain, end + 1):
        end = max(end, _name_end(shown, plain, end))
    return shown[found.start() : end]


def _place(shown: str, plain: str) -> str | None:
    if found := _MASKED_PLACE.search(plain):
        return shown[found.start() : found.end()].upper()
    for heads in _PLACES:
        for found in heads.finditer(plain):
            if heads is _PLACES[1] and _UNIT.match(plain, found.end() + 1):
                continue  # "các xóm xã Văn Lăng": the commune is the place
            end = _name_end(shown, plain, found.end())
            if end == found.end() and not _ALONE.fullmatch(found[0]):
                continue  # "họp xóm": a word, not a place
            # "…, xã Văn Lăng" goes on after a comma.
            while more := _UNIT.match(plain, end + 2) if plain.startswith(", ", end) else _UNIT.match(plain, end + 1):
                if (further := _name_end(shown, plain, more.end())) == more.end():
                    break
                end = further
            return shown[found.start() : end]
    return None


def _name_end(shown: str, plain: str, at: int) -> int:
    """Return where the name after a head ends: a number, words in capitals, or one or two words that nothing "
    "follows."""
    unit = _UNIT.match(plain, at + 1) if plain.startswith(" ", at) else None
    if unit:
        return _name_end(shown, plain, unit.end())
    words: list[re.Match[str]] = []
    end = at
    while (word := _WORD.match(shown, end)) and not _STOPS.match(plain, end + 1):
        words.append(word)
        end = word.end()
    if not words:
        return at
    if words[0][1][0].isdigit():
        return words[0].end()
    capitals = 0
    while capitals < len(words) and words[capitals][1][0].isupper():
        capitals += 1
    if capitals:
        return words[min(capitals, 4) - 1].end()
    return words[-1].end() if len(words) <= 2 else at


def _time(shown: str, plain: str) -> str | None:
    found = max(_TIME.finditer(plain), key=lambda one: len(one[0]), default=None)
    if found:
        return _spoken_time(shown[found.start() : found.end()].strip(" ,"))
    return "ngày mai" if _TOMORROW.search(plain) else None


def _subject(shown: str, plain: str) -> str | None:
    found = _SUBJECT.search(plain)
    return shown[found.start(1) : found.end(1)].strip() if found else None


_DAY_NAMES = {"2": "Hai", "3": "Ba", "4": "Tư", "5": "Năm", "6": "Sáu", "7": "Bảy"}


def _spoken_time(time: str) -> str:
    """Write a time as it is read aloud: "19h30 t7" as "19 giờ 30 thứ Bảy"."""
    time = with_marks(time)
    time = re.sub(
        r"(?<!\w)(\d{1,2}) ?(?:h|g|:)(?: ?(\d{2}))?(?!\w)",
        lambda at: f"{at[1]} giờ {at[2] or ''}".strip(),
        time,
        flags=re.IGNORECASE,
    )
    time = re.sub(r"(?<!\w)(?:t|thứ )([2-7])(?!\w)", lambda day: f"thứ {_DAY_NAMES[day[1]]}", time, flags=re.IGNORECASE)
    time = re.sub(r"(?<!\w)(?:cn|chủ nhật)(?!\w)", "Chủ nhật", time, flags=re.IGNORECASE)
    return re.sub(
        r"thứ (hai|ba|tư|năm|sáu|bảy|bẩy)", lambda day: "thứ " + day[1].capitalize().replace("Bẩy", "Bảy"), time
    )


_MARKED = (
    "nhà văn hoá|hội trường|trụ sở|uỷ ban|trạm y tế|sân kho|sân đình|sân vận động|tổ dân phố|xóm|thôn|xã"
    "|phường|vườn|ruộng|chuồng"
    "|thứ hai|thứ ba|thứ tư|thứ năm|thứ sáu|thứ bảy|thứ|chủ nhật|sáng|trưa|chiều|tối|ngày mai|ngày|tháng|tuần|giờ"
    "|mùng|hôm nay|hôm qua|cuối|đầu|này|sau"
    "|tới|rưỡi|bà con|phụ huynh|các bác|các cụ|hội viên|chị em|đoàn viên|khách quen|khách hàng|khách|trưởng xóm"
    "|trưởng thôn|thầy cô|học sinh|mọi người"
    "|cả lớp|lớp|hợp tác xã|người mua|mỗi|hằng"
)


def with_marks(words: str) -> str:
    """Put diacritics on common words typed without; names stay as they were typed (Văn Lang is not Văn Lăng)."""
    if words != bare(words):
        return words
    table = {bare(word): word for word in reversed(_MARKED.split("|"))}
    every = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{every})(?!\w)", lambda found: table[found[0].lower()], words, flags=re.IGNORECASE)
