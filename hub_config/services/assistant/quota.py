"""How much a learner and a class may still use.

What was used is known in memory and written behind, a quarter of a second at a time: a question waits for no disk, and
a crash loses what that quarter counted. One process serves a hub: what is in its memory is what counts between two
starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from course.answers import now
from hub_config.assistant_settings import AssistantSettings
from hub_config.services.assistant.errors import AssistantError
from hub_config.services.assistant.usage_tables import Account, UsageDatabase, Used
from hub_config.services.shared.dates import VIETNAM, number

log = logging.getLogger("bdhai.services")

_GATHER = 0.25  # seconds of counts that go into one transaction
_TRY_AGAIN = 2.0  # seconds after a write that failed
_SMALLEST_ANSWER = 16  # tokens; with less left there is no use in asking


@dataclass
class Ticket:
    """One question that was let in; settle it exactly once, whatever became of it."""

    quota: Quota
    learner: str
    accounts: list[Account]
    prompt_tokens: int
    answer_limit: int
    settled: bool = False

    def settle(self, tokens: int, *, asked: bool = True) -> None:
        """Count what was really used.

        Parameters
        ----------
        tokens
            Of question and answer together.
        asked
            False when nothing came back, so that neither tokens nor the request count.
        """
        if not self.settled:
            self.settled = True
            self.quota.close(self, Used(tokens, 1) if asked else Used())


@dataclass
class Quota:
    """Lets questions in, and counts.

    Parameters
    ----------
    clock
        Tells the time; a test may turn it.
    """

    limits: AssistantSettings
    database: UsageDatabase
    clock: Callable[[], datetime] = now
    _used: dict[Account, Used] = field(default_factory=dict)
    _reserved: dict[Account, int] = field(default_factory=dict)
    _running: dict[str, int] = field(default_factory=dict)
    _unwritten: dict[Account, Used] = field(default_factory=dict)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: asyncio.Task[None] | None = None

    async def admit(self, learner: str, classes: Sequence[str], prompt_tokens: int, answer_tokens: int) -> Ticket:
        """Let a question in, or say why not.

        Parameters
        ----------
        classes
            The first that has something left pays.
        prompt_tokens, answer_tokens
            What the question takes, and the most that its answer may.

        Raises
        ------
        AssistantError
            ``at_once``, ``requests_a_day``, ``tokens_a_day`` or ``class_month``.
        """
        day, months = self._accounts(learner, classes)
        await self._load([day, *months])
        # From here to the end nothing waits, so two questions cannot both take the last tokens.
        limits = self.limits
        if limits.at_once and self._running.get(learner, 0) >= limits.at_once:
            raise AssistantError("at_once", _AT_ONCE.format(n=limits.at_once))
        if limits.requests_a_day and self._used[day].requests + self._running.get(learner, 0) >= limits.requests_a_day:
            message = _REQUESTS.format(n=limits.requests_a_day)
            raise AssistantError("requests_a_day", message, wait_seconds=self._to_tomorrow())
        left = self._tokens_left(day, limits.tokens_a_day)
        needed = prompt_tokens + min(answer_tokens, _SMALLEST_ANSWER)
        if left is not None and left < needed and needed:
            message = (_TOO_LONG_NOW if left > _SMALLEST_ANSWER else _TOKENS).format(left=number(max(left, 0)))
            raise AssistantError("tokens_a_day", message, wait_seconds=self._to_tomorrow())
        paying = [day]
        rooms = [left]
        if months and needed and limits.class_tokens_a_month:
            able = [
                (month, room)
                for month in months
                if (room := self._tokens_left(month, limits.class_tokens_a_month) or 0) >= needed
            ]
            if not able:
                raise AssistantError("class_month", _CLASS, wait_seconds=self._to_next_month())
            paying.append(able[0][0])
            rooms.append(able[0][1])
        elif months:
            paying.append(months[0])
        answer = min([answer_tokens, *(max(room - prompt_tokens, 0) for room in rooms if room is not None)])
        for account in paying:
            self._reserved[account] = self._reserved.get(account, 0) + prompt_tokens + answer
        self._running[learner] = self._running.get(learner, 0) + 1
        return Ticket(self, learner, paying, prompt_tokens, answer)

    def close(self, ticket: Ticket, used: Used) -> None:
        """Give back what a ticket reserved and count what it used; `Ticket.settle` calls it."""
        for account in ticket.accounts:
            self._reserved[account] -= ticket.prompt_tokens + ticket.answer_limit
            if not self._reserved[account]:
                del self._reserved[account]
            if used != Used():
                self._used[account] = self._used.get(account, Used()) + used
                self._unwritten[account] = self._unwritten.get(account, Used()) + used
                self._something.set()
        self._running[ticket.learner] -= 1
        if not self._running[ticket.learner]:
            del self._running[ticket.learner]

    async def overview(self, learner: str, classes: Sequence[str]) -> dict[str, Any]:
        """Return what a learner used today and has left, and their classes this month."""
        day, months = self._accounts(learner, classes)
        await self._load([day, *months])
        limits, used, left = self.limits, self._used[day], self.left(learner)
        resets = self._local().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return {
            "day": {
                "period": day.period,
                "tokens": {"used": used.tokens, "limit": limits.tokens_a_day or None, "left": left["tokens"]},
                "requests": {"used": used.requests, "limit": limits.requests_a_day or None, "left": left["requests"]},
                "resets_at": resets.isoformat(),
            },
            "classes": [
                {
                    "class": month.name,
                    "period": month.period,
                    "tokens_used": self._used[month].tokens,
                    "tokens_limit": limits.class_tokens_a_month or None,
                }
                for month in months
            ],
            "at_once": limits.at_once or None,
        }

    def left(self, learner: str) -> dict[str, int | None]:
        """Return the tokens and requests that a learner has left today; ``None`` where there is no limit.

        Running questions count with what they really used, once they end.
        """
        used = self._used.get(Account("learner", learner, self._local().strftime("%Y-%m-%d")), Used())
        limits = {"tokens": self.limits.tokens_a_day, "requests": self.limits.requests_a_day}
        return {name: max(limit - getattr(used, name), 0) if limit else None for name, limit in limits.items()}

    def start(self) -> None:
        """Begin writing behind."""
        self._writer = asyncio.create_task(self._write_behind())

    async def stop(self) -> None:
        """Write what is left."""
        if self._writer:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        if self._unwritten:
            await self._write()

    async def _write_behind(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(_GATHER)
            self._something.clear()
            if not await self._write():
                await asyncio.sleep(_TRY_AGAIN)
                self._something.set()

    async def _write(self) -> bool:
        changes, self._unwritten = self._unwritten, {}
        try:
            # Shielded: a write that has begun ends in the database, and must not be counted a second time.
            await asyncio.shield(asyncio.to_thread(self.database.add, changes))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("Could not write what was used: %s", type(error).__name__)
            for account, used in changes.items():
                self._unwritten[account] = self._unwritten.get(account, Used()) + used
            return False
        self._forget_earlier()
        return True

    async def _load(self, accounts: Sequence[Account]) -> None:
        missing = [account for account in accounts if account not in self._used]
        if missing:
            found = await asyncio.to_thread(self.database.used, missing)
            for account, used in found.items():
                # Somebody else may have loaded and added meanwhile: what is there is newer.
                self._used.setdefault(account, used + self._unwritten.get(account, Used()))

    def _accounts(self, learner: str, classes: Sequence[str]) -> tuple[Account, list[Account]]:
        local = self._local()
        months = [Account("class", name, local.strftime("%Y-%m")) for name in classes]
        return Account("learner", learner, local.strftime("%Y-%m-%d")), months

    def _tokens_left(self, account: Account, limit: int) -> int | None:
        if not limit:
            return None
        return limit - self._used[account].tokens - self._reserved.get(account, 0)

    def _forget_earlier(self) -> None:
        """Forget yesterday and last month, which nobody asks for again."""
        local = self._local()
        current = {local.strftime("%Y-%m-%d"), local.strftime("%Y-%m")}
        for account in [account for account in self._used if account.period not in current]:
            if account not in self._reserved and account not in self._unwritten:
                del self._used[account]

    def _local(self) -> datetime:
        return self.clock().astimezone(VIETNAM)

    def _to_tomorrow(self) -> int:
        local = self._local()
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return int((tomorrow - local).total_seconds()) + 1

    def _to_next_month(self) -> int:
        local = self._local()
        first = (local.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return int((first - local).total_seconds()) + 1


_AT_ONCE = "Bạn đang có {n} câu chờ trả lời. Đợi xong một câu rồi hỏi tiếp nhé."
_REQUESTS = "Hôm nay bạn đã hỏi hết {n} lượt. Sang ngày mai, từ 0 giờ, bạn lại hỏi tiếp được. Bài đã làm vẫn còn."
_TOKENS = "Hôm nay bạn đã dùng hết phần hỏi AI. Sang ngày mai, từ 0 giờ, bạn lại hỏi tiếp được. Bài đã làm vẫn còn."
_TOO_LONG_NOW = (
    "Hôm nay bạn còn {left} token, không đủ cho câu hỏi này. Hãy hỏi ngắn hơn, hoặc mở cuộc trò chuyện mới; "
    "sang ngày mai bạn lại có phần mới."
)
_CLASS = (
    "Lớp bạn đã dùng hết phần trợ lý AI của tháng này. Hãy nhờ giảng viên xin thêm. "
    "Bài học vẫn làm tiếp được, câu trả lời vẫn còn."
)
