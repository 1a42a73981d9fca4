"""A conversation in a real Chromium: what is asked, shown, kept, and said when it fails."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from widget_examples import CHAT, TALK
from widget_host import HOSTILE, Host, assert_accessible, assert_harmless

from course.answers import MAX_CHAT_BYTES, check_value

AI = {"assistant": "Trợ lý AI", "prepared": False, "left": {"requests": 41, "tokens": 9000}}
PREPARED = {
    "assistant": "Trả lời soạn sẵn – không phải AI",
    "prepared": True,
    "matched": True,
    "missing": ["noi", "luc"],
    "masked": [],
}
PLANTED = {
    "planted": [{"ask": "Chùa xây năm nào?", "reply": "Chùa xây năm **1947**."}],
    "reveal": "<p>Năm xây là bịa.</p>",
}


def ask(host: Host, text: str) -> None:
    host.page.get_by_role("textbox").fill(text)
    host.page.keyboard.press("Enter")


def sent(host: Host, kind: str = "ask") -> list[dict[str, Any]]:
    return [one for one in host.page.evaluate("model.sent") if one["type"] == kind]


def kept(host: Host) -> list[dict[str, Any]]:
    """Return the messages that are kept; they must be what the answer record takes."""
    return check_value(host.answer).model_dump()["messages"]


def reply(host: Host, *pieces: str, about: dict[str, Any] = AI) -> None:
    host.tell("heard")
    host.tell("about", about=about)
    for piece in pieces:
        host.tell("delta", text=piece)
    host.tell("end")


@pytest.mark.parametrize("echo", [True, False])
def test_a_reply_streams_in_and_is_kept(host: Host, echo: bool) -> None:
    host.mount("chat", CHAT, echo=echo)
    ask(host, "Viết tin mời họp")
    assert sent(host)[0]["messages"] == [{"role": "user", "content": "Viết tin mời họp"}]
    host.tell("heard")
    host.tell("about", about=AI)
    host.tell("delta", text="Kính mời **bà con** xóm 4")
    live = host.page.locator(".bd-live")
    expect(live.locator("b")).to_have_text("bà con")
    expect(live).to_contain_text("Trợ lý AI")
    assert kept(host)[1]["state"] == "cut"  # kept from the first word on, as long as it is not whole
    host.tell("delta", text=".")
    host.tell("end")
    expect(live).to_have_count(0)
    question, answer = kept(host)
    assert (question["role"], question["text"]) == ("user", "Viết tin mời họp")
    assert answer["text"] == "Kính mời **bà con** xóm 4."
    assert (answer["by"], answer["prepared"], answer["state"]) == ("Trợ lý AI", False, "whole")
    assert "Hôm nay còn 41 lượt hỏi." in host.text and "Trợ lý có thể sai" in host.text
    ask(host, "Ngắn hơn")
    roles = [one["role"] for one in sent(host)[1]["messages"]]
    assert roles == ["user", "assistant", "user"]


def test_keys_send_break_and_stop(host: Host) -> None:
    host.mount("chat", CHAT)
    field = host.page.get_by_role("textbox")
    field.press_sequentially("Một")
    field.press("Shift+Enter")
    field.press_sequentially("hai")
    assert sent(host) == []
    # An input method still composes: its Enter takes the word.
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    assert sent(host) == []
    field.press("Enter")
    assert sent(host)[0]["messages"][0]["content"] == "Một\nhai"
    host.tell("heard")
    host.tell("delta", text="Vâng")
    field.press("Escape")
    assert sent(host, "stop")[0]["turn"] == sent(host)[0]["turn"]
    host.tell("delta", text=" rồi sao nữa")  # on its way when the learner stopped
    assert kept(host)[1]["text"] == "Vâng" and kept(host)[1]["state"] == "stopped"
    assert "Bạn đã bấm dừng ở đây." in host.text
    host.page.get_by_role("button", name="Gửi").click()
    assert len(sent(host)) == 1  # an empty field asks nothing


def test_stopping_before_the_first_word_gives_the_words_back(host: Host) -> None:
    host.mount("chat", CHAT)
    ask(host, "Viết bài đăng")
    host.page.get_by_role("button", name="Dừng").click()
    expect(host.page.get_by_role("textbox")).to_have_value("Viết bài đăng")
    assert host.answer is None and host.page.locator(".bd-talk li").count() == 0


def test_a_ready_made_request_can_be_changed_before_it_is_sent(host: Host) -> None:
    host.mount("chat", CHAT)
    host.page.get_by_role("button", name="Viết tin mời họp.").click()
    field = host.page.get_by_role("textbox")
    expect(field).to_be_focused()
    field.press("Enter")
    reply(host, "Tin đây.", about=PREPARED)
    expect(host.page.locator(".bd-try")).to_have_count(1)
    assert "Trả lời soạn sẵn – không phải AI" in host.text
    assert kept(host)[1]["prepared"]


def test_what_the_shield_masked_is_marked_once(host: Host) -> None:
    host.mount("chat", CHAT)
    phone = {"kind": "phone", "label": "số điện thoại", "placeholder": "[SỐ ĐIỆN THOẠI 1]"}
    mail = {"kind": "email", "label": "địa chỉ email", "placeholder": "[ĐỊA CHỈ EMAIL 1]"}
    ask(host, "Gọi 0302 345 678")
    reply(host, "Vâng.", about=AI | {"masked": [phone]})
    expect(host.page.locator(".bd-masked li")).to_have_text(["đã che: số điện thoại"])
    assert "Máy che có thể sót" in host.text
    ask(host, "Thêm thư a@b.vn")
    reply(host, "Vâng.", about=AI | {"masked": [phone, mail]})  # the service looks at the whole conversation
    expect(host.page.locator(".bd-masked li")).to_have_text(["đã che: số điện thoại", "đã che: địa chỉ email"])


@pytest.mark.parametrize(
    ("code", "head", "again"),
    [
        ("personal_data", "Chưa gửi đi.", False),
        ("requests_a_day", "Mình tạm nghỉ nhé.", False),
        ("upstream_down", "Chưa hỏi được.", True),
    ],
)
def test_a_request_that_was_not_answered_can_be_mended(host: Host, code: str, head: str, again: bool) -> None:
    host.mount("chat", CHAT)
    ask(host, "Gọi 0302 345 678")
    host.tell("error", code=code, message=f"Câu nói rõ vì sao. {HOSTILE}")
    alert = host.page.get_by_role("alert")
    expect(alert).to_contain_text(head)
    expect(alert).to_contain_text("Câu nói rõ vì sao.")
    assert_harmless(host)
    assert host.answer is None  # what may hold personal data is not kept either
    field = host.page.get_by_role("textbox")
    expect(field).to_have_value("Gọi 0302 345 678")
    expect(alert.get_by_role("button", name="Thử lại")).to_have_count(int(again))
    field.fill("Gọi tôi nhé")
    if again:
        alert.get_by_role("button", name="Thử lại").click()
        assert sent(host)[1]["messages"] == [{"role": "user", "content": "Gọi tôi nhé"}]
        expect(alert).to_be_empty()


def test_a_reply_cut_in_the_middle_is_kept_and_can_be_asked_for_again(host: Host) -> None:
    host.mount("chat", CHAT)
    ask(host, "Viết bài")
    host.tell("delta", text="Kính mời")
    host.tell("error", code="upstream_cut", message="Bị đứt giữa chừng.")
    assert kept(host)[1]["state"] == "cut" and "Bị đứt giữa chừng." in host.text
    host.page.get_by_role("button", name="Thử lại").click()
    assert [one["content"] for one in sent(host)[1]["messages"]] == ["Viết bài"]
    reply(host, "Kính mời bà con.")
    assert [one["text"] for one in kept(host)] == ["Viết bài", "Kính mời bà con."]


def test_an_empty_reply_is_a_fault(host: Host) -> None:
    host.mount("chat", CHAT)
    ask(host, "Viết bài")
    reply(host)
    expect(host.page.get_by_role("alert")).to_contain_text("không trả lời gì")
    assert host.answer is None


def test_a_host_that_does_not_hear_is_noticed(host: Host) -> None:
    host.mount("chat", CHAT)
    host.page.evaluate("window.setTimeout = (run, wait) => ((window.due = run), 1); null")
    ask(host, "Viết bài")
    host.page.evaluate("due()")
    expect(host.page.get_by_role("alert")).to_contain_text("chạy lại cả bài")
    expect(host.page.get_by_role("textbox")).to_have_value("Viết bài")


def test_a_lost_kernel_loses_nothing_that_was_shown(host: Host) -> None:
    """The kernel keeps nothing after the first words; the tab gives them back to the next kernel's widget."""
    host.mount("chat", CHAT, kernel=True)
    ask(host, "Viết bài")
    host.tell("heard")
    host.tell("delta", text="Kính mời")
    lost = host.answer
    host.page.evaluate("model.set = model.send = model.save_changes = () => { throw new Error('no comm') }; null")
    host.tell("delta", text=" bà con xóm 4")
    host.page.reload()
    host.page.wait_for_function("window.ready")
    host.mount("chat", CHAT | {"answer": lost}, kernel=True)
    assert kept(host)[1]["text"] == "Kính mời bà con xóm 4" and kept(host)[1]["state"] == "cut"
    assert "Kính mời bà con xóm 4" in host.text
    host.page.reload()
    host.page.wait_for_function("window.ready")
    host.mount("chat", CHAT)  # on a lesson page the next learner may sit in this tab
    assert host.answer is None


def test_leaving_the_page_keeps_what_has_come(host: Host) -> None:
    host.mount("chat", CHAT)
    ask(host, "Viết bài")
    host.tell("delta", text="Kính mời")
    host.tell("delta", text=" bà con")
    host.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert kept(host)[1]["text"] == "Kính mời bà con"
    host.tell("delta", text=" xóm 4")
    host.page.evaluate("end()")
    assert kept(host)[1]["text"] == "Kính mời bà con xóm 4"
    assert len(sent(host, "stop")) == 1


def test_another_matter_leaves_the_earlier_messages_behind(host: Host) -> None:
    host.mount("chat", CHAT | {"answer": TALK})
    ask(host, "Tiếp đi")
    assert [one["content"] for one in sent(host)[0]["messages"]] == ["Ngắn hơn nữa", "Mời bà con", "Tiếp đi"]
    reply(host, "Vâng.")
    host.page.get_by_role("button", name="Hỏi việc khác").click()
    ask(host, "Việc mới")
    assert [one["content"] for one in sent(host)[1]["messages"]] == ["Việc mới"]
    reply(host, "Rồi.")
    assert kept(host)[-2]["fresh"] and len(kept(host)) == 8


def test_a_long_conversation_stays_within_its_bounds(host: Host) -> None:
    long = [
        {"role": role, "text": "ộ" * 3000 if role == "assistant" else f"câu {n}"}
        for n in range(20)
        for role in ("user", "assistant")
    ]
    host.mount("chat", CHAT | {"answer": {"kind": "chat", "messages": long}})
    ask(host, "Câu cuối")
    assert sum(len(one["content"]) for one in sent(host)[0]["messages"]) < 25_000
    reply(host, "x" * 30_000)
    messages = kept(host)
    assert len(messages) <= 40 and messages[-2]["text"] == "Câu cuối" and messages[0]["role"] == "user"
    assert len(check_value(host.answer).model_dump_json().encode()) < MAX_CHAT_BYTES


def test_a_full_conversation_is_not_taken_for_a_lost_one(host: Host) -> None:
    full = [{"role": role, "text": f"câu {n}"} for n in range(20) for role in ("user", "assistant")]
    host.mount("chat", CHAT | {"answer": {"kind": "chat", "messages": full}}, kernel=True)
    ask(host, "Câu cuối")
    reply(host, "Vâng.")  # the oldest two make room, so there are as many messages as before
    now = host.answer
    host.page.reload()
    host.page.wait_for_function("window.ready")
    host.mount("chat", CHAT | {"answer": now}, kernel=True)
    assert host.writes == [] and host.answer == now


def test_planted_material_is_marked_after_the_exercise(host: Host) -> None:
    host.mount("chat", CHAT | PLANTED)
    assert "Chùa xây năm 1947." in host.text and "Câu trả lời đưa sẵn trong bài" in host.text
    assert "Bài cài sẵn chỗ sai" not in host.text and "là bịa" not in host.text
    ask(host, "Em chắc không?")
    assert [one["role"] for one in sent(host)[0]["messages"]] == ["user", "assistant", "user"]
    reply(host, "Tôi không chắc.")
    host.page.get_by_role("button", name="xem chỗ sai").click()
    assert "Bài cài sẵn chỗ sai" in host.text and "Năm xây là bịa." in host.text
    assert host.answer["revealed"] and len(kept(host)) == 2
    assert_accessible(host)


MARKDOWN = """# Đầu đề
Dòng *một* và **hai**
dòng `ba`

1. Việc một
   - ý nhỏ

2. Việc hai

- a
- b

| Cột | Số |
|:--|--:|
| x | **1** |

Sổ bán:
Ngày | Việc | Ai
… | … | …

> trích

```
<b>mã</b>
```
[trang](javascript:alert(1)) """


def test_a_reply_is_markdown_and_never_html(host: Host) -> None:
    talk = {"role": "assistant", "text": MARKDOWN + HOSTILE, "by": HOSTILE}
    asked = {"role": "user", "text": HOSTILE, "masked": [{"kind": "phone", "label": HOSTILE}]}
    host.mount("chat", CHAT | {"answer": {"kind": "chat", "messages": [asked, talk]}})
    said = host.page.locator(".bd-said")
    names = said.evaluate("one => [...one.children].map((block) => block.tagName.toLowerCase())")
    assert names == ["p", "p", "ol", "ul", "div", "p", "div", "blockquote", "pre", "p"]
    expect(said.locator("ol > li")).to_have_count(2)
    expect(said.locator("td")).to_have_text(["x", "1", "…", "…", "…"])
    expect(said.locator("pre")).to_have_text("<b>mã</b>")
    assert said.locator("a").count() == 0 and "trang (javascript:alert(1)" in said.inner_text()
    assert_harmless(host)
    assert host.text.count(HOSTILE) == 4


def test_a_reply_is_copied_and_read_aloud(host: Host) -> None:
    host.page.evaluate(
        "window.said = []; speechSynthesis.getVoices = () => [{ lang: 'vi-VN' }];"
        "window.SpeechSynthesisUtterance = function (text) { this.text = text };"
        "speechSynthesis.speak = (one) => said.push(one.text); null"
    )
    host.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard',"
        " { value: { writeText: async (text) => { window.copied = text } } }); null"
    )
    host.mount("chat", CHAT | {"answer": TALK})
    first = host.page.locator(".bd-answered").first
    first.get_by_role("button", name="Chép").click()
    expect(first.get_by_role("button", name="Đã chép")).to_be_visible()
    assert host.page.evaluate("copied") == TALK["messages"][1]["text"]
    first.get_by_role("button", name="Nghe đọc").click()
    assert "Kính mời bà con đến họp." in host.page.evaluate("said[0]")


def test_a_screen_reader_hears_a_reply_once_and_whole(host: Host) -> None:
    host.mount("chat", CHAT)
    ask(host, "Viết bài")
    status = host.page.locator(".bd-body [role=status]")
    expect(status).to_have_text("Đã gửi, đang chờ trả lời.")
    host.tell("delta", text="Kính mời")
    expect(status).to_have_text("Đã gửi, đang chờ trả lời.")
    assert_accessible(host)
    host.tell("delta", text=" **bà con**")
    host.tell("end")
    expect(status).to_have_text("Trợ lý trả lời: Kính mời bà con")
