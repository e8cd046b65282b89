"""Channels over the real thing: a mail server, a webhook that fails first, servers that hang or are not there."""

import asyncio
import logging
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from deskhand.escalation.assessment import EscalationPolicy
from deskhand.escalation.channels import AppriseChannels, NotSent
from deskhand.escalation.model import NoticeStatus
from deskhand.escalation.sender import NoticeSender
from escalation.desks import Company
from escalation.servers import hanging_server, webhook

# One of apprise's modules looks for a part of Python that goes away.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def channels(addresses: dict[str, str], *, timeout_seconds: float = 20.0) -> AppriseChannels:
    secret = {name: SecretStr(address) for name, address in addresses.items()}
    return AppriseChannels(secret, timeout_seconds=timeout_seconds)


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
async def mail() -> AsyncIterator[tuple[Mailbox, int]]:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    yield box, server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def test_a_notice_arrives_by_mail(mail: tuple[Mailbox, int]) -> None:
    box, port = mail
    address = f"mailto://127.0.0.1:{port}/?from=deskhand@example.com&to=desk@example.com&mode=insecure"
    await channels({"desk": address}).send("desk", title="New ticket ESC-1", body="Why: asked for a person.")
    (message,) = box.mails
    assert message["Subject"] == "New ticket ESC-1"
    assert "desk@example.com" in message["To"]
    assert "Why: asked for a person." in message.get_body(("plain", "html")).get_content()


async def test_a_webhook_that_fails_first_gets_the_notice_in_the_end(company: Company) -> None:
    ticket = await company.ticket()
    rig = company.rig
    with webhook(failures=2) as hook:
        own = channels({"service-desk": hook.address})
        sender = NoticeSender(store=rig.store, clock=rig.clock, channels=own)
        for _ in range(3):
            await sender.sweep()
            rig.clock.moment = max(
                notice.next_at for notice in (await rig.desk.details(company.ada, ticket.id)).notices
            )
        assert hook.calls == 3
        (body,) = hook.taken
    assert ticket.id in body["title"]
    assert "helmet" not in body["message"]
    (notice,) = (await rig.desk.details(company.ada, ticket.id)).notices
    assert (notice.status, notice.attempts) == (NoticeStatus.SENT, 3)


async def test_a_mail_server_that_hangs_is_cut_off_and_holds_up_nobody(company: Company) -> None:
    rig = company.rig
    policy = EscalationPolicy(channels=("mail", "on-call"))
    ticket = await company.ticket(policy=policy)
    with hanging_server() as stuck, webhook() as hook:
        hung = f"mailto://127.0.0.1:{stuck}/?from=a@example.com&to=b@example.com&mode=insecure&cto=600&rto=600"
        own = channels({"mail": hung, "on-call": hook.address}, timeout_seconds=0.2)
        await NoticeSender(store=rig.store, clock=rig.clock, channels=own).sweep()
        notices = {n.channel: n for n in (await rig.desk.details(company.ada, ticket.id)).notices}
        assert notices["on-call"].status is NoticeStatus.SENT
        assert (notices["mail"].status, notices["mail"].last_error) == (
            NoticeStatus.WAITING,
            "no answer within 0.2 s",
        )
        # Its thread cannot be ended; so it gets no second one as long as the first hangs.
        with pytest.raises(NotSent, match="still hangs"):
            await own.send("mail", title="t", body="b")


async def test_a_webhook_that_hangs_is_cut_off() -> None:
    with hanging_server() as stuck:
        own = channels({"hook": f"json://127.0.0.1:{stuck}/x?rto=600"}, timeout_seconds=0.2)
        with pytest.raises(NotSent, match="no answer within"):
            await own.send("hook", title="t", body="b")


async def test_a_server_that_is_not_there_is_told_apart_from_a_wrong_name() -> None:
    own = channels({"gone": "json://127.0.0.1:9/x", "odd": "nosuchservice://x"})
    with pytest.raises(NotSent, match="could not be reached") as failed:
        await own.send("gone", title="t", body="b")
    assert not failed.value.final
    for channel, reason in (("odd", "not one that apprise understands"), ("typo", "no channel of that name")):
        with pytest.raises(NotSent, match=reason) as failed:
            await own.send(channel, title="t", body="b")
        assert failed.value.final
    assert own.names == {"gone", "odd"}


async def test_what_breaks_inside_is_reported_without_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(address: str, *_: object) -> None:
        raise ValueError(f"cannot reach {address}")

    monkeypatch.setattr("deskhand.escalation.channels._carry", broken)
    with pytest.raises(NotSent, match="broke with ValueError") as failed:
        await channels({"hook": "json://s3cret"}).send("hook", title="t", body="b")
    assert "s3cret" not in str(failed.value)


async def test_no_log_holds_an_address(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with webhook(failures=1) as hook:
        own = channels({"hook": hook.address, "odd": "nosuchservice://s3cret-path"})
        with pytest.raises(NotSent):
            await own.send("hook", title="t", body="b")
        with pytest.raises(NotSent):
            await own.send("odd", title="t", body="b")
    printed = "".join(capfd.readouterr())
    assert "s3cret-path" not in caplog.text + printed
    assert "s3cret-path" not in repr(own.__dict__)


async def test_the_loop_goes_on_while_a_channel_is_spoken_to() -> None:
    with hanging_server() as stuck:
        own = channels({"hook": f"json://127.0.0.1:{stuck}/x?rto=600"}, timeout_seconds=0.3)
        sending = asyncio.create_task(own.send("hook", title="t", body="b"))
        turns = 0
        while not sending.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 100
        with pytest.raises(NotSent):
            await sending
