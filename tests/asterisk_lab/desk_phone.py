"""A SIP telephone of our own: registers, answers, asks a colleague and hands the call over (REFER with Replaces).

Asterisk cannot do that as a telephone. It speaks as much SIP as this one story needs, over UDP on loopback, and
takes no notice of sound.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from dataclasses import dataclass, field

from tests.asterisk_lab.scripts import Phone

Headers = dict[str, str]
WAIT_S = 10.0


@dataclass(slots=True)
class _Dialog:
    """One call as the telephone sees it: what requests inside it must carry."""

    call_id: str
    local: str
    remote: str
    target: str
    sequence: int = 1

    def replaces(self) -> str:
        """The other party's way to name this dialog, escaped for a Refer-To."""
        return f"{self.call_id}%3Bto-tag%3D{_tag(self.remote)}%3Bfrom-tag%3D{_tag(self.local)}"


@dataclass(slots=True)
class DeskPhone(asyncio.DatagramProtocol):
    """Behaves as ``plan`` says toward every call. picked_up: (caller, seconds since the epoch)."""

    plan: Phone
    exchange: tuple[str, int]
    picked_up: list[tuple[str, float]] = field(default_factory=list)
    _transport: asyncio.DatagramTransport | None = None
    _port: int = 0
    _sound: socket.socket | None = None
    _answers: dict[str, asyncio.Future[Headers]] = field(default_factory=dict)
    _stories: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    async def registered(cls, plan: Phone, port: int) -> DeskPhone:
        """A telephone that the exchange at ``port`` knows from now on."""
        phone = cls(plan, ("127.0.0.1", port))
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: phone, local_addr=("127.0.0.1", 0))
        me = f"<sip:{plan.who}@127.0.0.1:{port}>"
        dialog = _Dialog(_token(), f"{me};tag={_token()}", me, f"sip:127.0.0.1:{port}")
        await phone._ask("REGISTER", dialog, {"Expires": "600"})
        return phone

    def close(self) -> None:
        """Fall silent."""
        for story in self._stories:
            story.cancel()
        if self._sound is not None:
            self._sound.close()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self._port = transport.get_extra_info("sockname")[1]
        self._sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sound.bind(("127.0.0.1", 0))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        first, headers = _parsed(data)
        if first.startswith("SIP/2.0 "):
            status = int(first.split()[1])
            answer = self._answers.get(headers["cseq"])
            if status >= 200 and answer is not None and not answer.done():
                answer.set_result(headers | {"status": str(status)})
        elif first.startswith("INVITE "):
            self._begin(headers)
        elif not first.startswith("ACK "):
            self._reply(200, headers, headers["to"])

    def _begin(self, invite: Headers) -> None:
        if any(story.get_name() == invite["call-id"] for story in self._stories):
            return  # told again
        story = asyncio.create_task(self._story(invite), name=invite["call-id"])
        self._stories.add(story)

    async def _story(self, invite: Headers) -> None:
        """Ring, answer, talk, ask the colleague, hand over."""
        local = f"{invite['to']};tag={_token()}"
        self._reply(180, invite, local)
        await asyncio.sleep(self.plan.ring)
        self.picked_up.append((_user(invite["from"]), time.time()))
        self._reply(200, invite, local, self._sdp())
        caller = _Dialog(invite["call-id"], local, invite["from"], _uri(invite["contact"]))
        await asyncio.sleep(self.plan.talk)
        colleague = await self._consult()
        await asyncio.sleep(self.plan.after)
        refer_to = f"<sip:{self.plan.target}@127.0.0.1:{self.exchange[1]}?Replaces={colleague.replaces()}>"
        await self._ask("REFER", caller, {"Refer-To": refer_to})

    async def _consult(self) -> _Dialog:
        here = f"127.0.0.1:{self.exchange[1]}"
        target = f"sip:{self.plan.target}@{here}"
        local = f"<sip:{self.plan.who}@{here}>;tag={_token()}"
        dialog = _Dialog(_token(), local, f"<{target}>", target)
        answer = await self._ask("INVITE", dialog, {"Content-Type": "application/sdp"}, self._sdp())
        acknowledged = _Dialog(
            dialog.call_id, local, answer["to"], _uri(answer["contact"]), dialog.sequence - 1
        )
        self._send(self._request("ACK", acknowledged, {}, ""))
        acknowledged.sequence += 1
        return acknowledged

    async def _ask(self, method: str, dialog: _Dialog, more: Headers, body: str = "") -> Headers:
        """Send a request, return the final answer. Raises RuntimeError when it is a refusal."""
        key = f"{dialog.sequence} {method}"
        answer: asyncio.Future[Headers] = asyncio.get_running_loop().create_future()
        self._answers[key] = answer
        self._send(self._request(method, dialog, more, body))
        dialog.sequence += 1
        headers = await asyncio.wait_for(answer, WAIT_S)
        if not headers["status"].startswith("2"):
            raise RuntimeError(f"{method}: {headers['status']}")
        return headers

    def _request(self, method: str, dialog: _Dialog, more: Headers, body: str) -> str:
        lines = [
            f"{method} {dialog.target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{_token()}",
            f"From: {dialog.local}", f"To: {dialog.remote}", f"Call-ID: {dialog.call_id}",
            f"CSeq: {dialog.sequence} {method}", "Max-Forwards: 70", self._contact(),
            *(f"{name}: {value}" for name, value in more.items()),
        ]  # fmt: skip
        return _message(lines, body)

    def _reply(self, status: int, request: Headers, to: str, body: str = "") -> None:
        lines = [
            f"SIP/2.0 {status} {'OK' if status == 200 else 'Ringing'}",
            f"Via: {request['via']}", f"From: {request['from']}", f"To: {to}",
            f"Call-ID: {request['call-id']}", f"CSeq: {request['cseq']}", self._contact(),
            *(["Content-Type: application/sdp"] if body else []),
        ]  # fmt: skip
        self._send(_message(lines, body))

    def _contact(self) -> str:
        return f"Contact: <sip:{self.plan.who}@127.0.0.1:{self._port}>"

    def _sdp(self) -> str:
        port = self._sound.getsockname()[1] if self._sound else 0
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
                 f"m=audio {port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000"]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    def _send(self, message: str) -> None:
        if self._transport is not None:
            self._transport.sendto(message.encode(), self.exchange)


def _message(lines: list[str], body: str) -> str:
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])


def _parsed(data: bytes) -> tuple[str, Headers]:
    """First line and headers, names lower case; of repeated ones the first."""
    head = data.decode(errors="replace").partition("\r\n\r\n")[0].split("\r\n")
    headers: Headers = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return head[0], headers


def _token() -> str:
    return secrets.token_hex(8)


def _uri(contact: str) -> str:
    return contact.partition("<")[2].partition(">")[0]


def _tag(party: str) -> str:
    return party.partition(";tag=")[2].partition(";")[0]


def _user(party: str) -> str:
    return party.partition("sip:")[2].partition("@")[0]
