"""Just enough of the manager interface to command one Asterisk and to hear its events."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

Message = dict[str, str]
BOOT_S = 30.0


@dataclass(slots=True)
class Manager:
    """A logged-in connection: ``send`` commands, read ``heard`` events, wait ``until`` one comes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[Message] = field(default_factory=list)
    _answers: dict[str, asyncio.Future[Message]] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @classmethod
    async def login(cls, port: int, user: str, secret: str) -> Manager:
        """Connect to loopback, log in, and wait until every module is loaded."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()  # the banner
        manager = cls(reader, writer)
        manager._task = asyncio.create_task(manager._listen())
        await manager.send("Login", Username=user, Secret=secret)
        async with asyncio.timeout(BOOT_S):
            await manager.until(lambda event: event["Event"] == "FullyBooted")
        return manager

    async def send(self, action: str, *variables: str, **headers: str) -> Message:
        """Send one action, return its answer. Raises RuntimeError when Asterisk says Error."""
        number = str(next(self._ids))
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        lines = [f"Action: {action}", f"ActionID: {number}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        lines += [f"Variable: {variable}" for variable in variables]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self.writer.drain()
        message = await asyncio.wait_for(answer, 10)
        if message.get("Response") == "Error":
            raise RuntimeError(f"{action}: {message.get('Message')}")
        return message

    async def until(self, told: Callable[[Message], bool]) -> None:
        """Return as soon as one of all events heard so far is the one."""
        while not any(told(event) for event in self.heard):
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """Leave."""
        self.writer.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        message: Message = {}
        while line := await self.reader.readline():
            text = line.decode(errors="replace").rstrip("\r\n")
            if text:
                key, _, value = text.partition(": ")
                message[key] = value
                continue
            self._take(message)
            message = {}

    def _take(self, message: Message) -> None:
        if "Event" in message:
            self.heard.append(message)
            self._news.set()
            return
        answer = self._answers.pop(message.get("ActionID", ""), None)
        if answer is not None and not answer.done():
            answer.set_result(message)
