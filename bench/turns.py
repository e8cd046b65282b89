"""The full turn, from the customer's request to the committed answer, beside the bare agent framework.

Above: `__main__.py`. Below: `servers.py` starts what is measured, `load.py` asks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.customers import NANOSECONDS, Customer, ReferenceCustomer, Talker, customers
from bench.figures import MILLISECONDS, Figure, latencies, median, p95
from bench.load import Meter, Turn, one_by_one, side_by_side
from bench.plan import Plan, say
from bench.prepared import Shape, copy_of, lengthen_thread, tenant_slug
from bench.questions import fresh_questions
from bench.servers import Server, StubModel, deskhand, reference, stub_model
from bench.stub_model import Behaviour

INSTANT = Behaviour()
SLOW = Behaviour(delay=0.2)
TYPING = Behaviour(delay=0.05, gap=0.02)
WORDY = Behaviour(pieces=200)
CUT = Behaviour(cut=True)
DOWN = Behaviour(status=503)
TALKERS = 16
BUSY_TENANTS = 16
LARGE_PASSAGES = 100_000
GROWTH = 1.3
"""How much slower than the small case a large one may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """`warm_up` turns fill the history that the model is sent, so that every measured turn carries all of it."""

    passages: int = 10_000
    tenants: int = 1_000
    thread: int = 10_000
    warm_up: int = 20
    turns: int = 200
    few: int = 40
    seconds: float = 10.0


QUICK = Sizes(passages=1_000, tenants=50, thread=1_000, warm_up=12, turns=40, few=10, seconds=4.0)


def measure(plan: Plan) -> list[Figure]:
    """The figures of every case."""
    run = _Run(plan, QUICK if plan.quick else Sizes())
    with stub_model(plan) as stub:
        run.reference(stub)
        run.small(stub)
        run.many_tenants(stub)
        if plan.large:
            run.large(stub)
    run.offline()
    return run.found


class _Run:
    """One pass over the cases. Its yardsticks are what the reference and the small case came to, in seconds."""

    def __init__(self, plan: Plan, sizes: Sizes) -> None:
        self.found: list[Figure] = []
        self._plan = plan
        self._sizes = sizes
        self._base = Shape(passages=sizes.passages)
        self._questions = fresh_questions()
        self._bare_wait = self._bare_rate = self._small_wait = 0.0

    def reference(self, stub: StubModel) -> None:
        say("the bare agent framework")
        with reference(self._plan, stub) as server:
            talkers = [ReferenceCustomer(server.port) for _ in range(TALKERS)]
            waits = self._waits([talkers[0].ask])
            self._bare_wait = median(waits)
            self.found.append(latencies("bare framework: one tool, two model calls, nothing kept", waits))
            self._bare_rate = self._throughput("bare framework, 16 at once", talkers)
            for talker in talkers:
                talker.close()

    def small(self, stub: StubModel) -> None:
        """Everything that is asked of one server with the usual knowledge base."""
        say(f"full turns, {self._sizes.passages:,} passages")
        with copy_of(self._plan, self._base) as data_dir, deskhand(data_dir, stub) as server:
            self._instant(server)
            with customers(server.port, [None] * TALKERS) as talkers:
                self._throughput("full turn, 16 at once", talkers, at_least=80)
            self._paces(server, stub)
            self._failures(server, stub)
            self._long_thread(server, data_dir)

    def many_tenants(self, stub: StubModel) -> None:
        say(f"{self._sizes.tenants:,} tenants")
        shape = Shape(passages=self._sizes.passages, tenants=self._sizes.tenants)
        slugs = [tenant_slug(number) for number in range(1, BUSY_TENANTS + 1)]
        with copy_of(self._plan, shape) as data_dir, deskhand(data_dir, stub) as server:
            with customers(server.port, [None]) as talkers:
                self._grown(f"with {self._sizes.tenants:,} tenants, in the large one", talkers)
            with customers(server.port, slugs) as talkers:
                what = f"with {self._sizes.tenants:,} tenants, {BUSY_TENANTS} small ones in turn"
                self._grown(what, talkers, warm_up=self._sizes.warm_up * BUSY_TENANTS // 2)

    def large(self, stub: StubModel) -> None:
        say(f"{LARGE_PASSAGES:,} passages")
        shape = Shape(passages=LARGE_PASSAGES)
        with (
            copy_of(self._plan, shape) as data_dir,
            deskhand(data_dir, stub) as server,
            customers(server.port, [None]) as talkers,
        ):
            self._grown(f"with {LARGE_PASSAGES:,} passages", talkers)

    def offline(self) -> None:
        say("the offline model")
        with (
            copy_of(self._plan, self._base) as data_dir,
            deskhand(data_dir) as server,
            customers(server.port, [None] * TALKERS) as talkers,
        ):
            self.found.append(latencies("offline model, full turn", self._waits([talkers[0].ask])))
            self._throughput("offline model, 16 at once", talkers)

    def _instant(self, server: Server) -> None:
        with customers(server.port, [None]) as (customer,):
            waits = self._waits([customer.ask])
            meter = Meter(server.pid)
            again = one_by_one([customer.ask], self._questions, warm_up=0, count=self._sizes.turns)
        self._small_wait = median(waits)
        times = f"{self._small_wait / self._bare_wait:.2f} × the bare framework"
        p50 = latencies("full turn, p50", waits, p50_at_most=14)
        self.found += [
            Figure(what=p50.what, value=p50.value, at_most=14, remark=times),
            Figure(what="full turn, p95", value=p95(waits) * MILLISECONDS, at_most=30, remark=f"n = {len(waits)}"),
            Figure(what="full turn, computing in the server", value=meter.seconds() / len(again) * MILLISECONDS),
        ]

    def _paces(self, server: Server, stub: StubModel) -> None:
        """Models that take their time, and one that says much."""
        with customers(server.port, [None]) as (customer,):
            stub.behave(SLOW)
            waits = self._waits([customer.ask], count=self._sizes.few)
            self.found.append(latencies("full turn, model after 200 ms", waits, p50_at_most=225))
            stub.behave(TYPING)

            def late(question: str) -> float:
                return (customer.first_text(question) - stub.tellable()) / NANOSECONDS

            waits = self._waits([late], count=self._sizes.few)
            self.found.append(latencies("first streamed text after the model's own", waits, p50_at_most=15))
            stub.behave(WORDY)
            waits = self._waits([customer.ask], count=self._sizes.few)
            self.found.append(
                latencies(f"full turn, answer in {WORDY.pieces} pieces instead of {INSTANT.pieces}", waits)
            )
        stub.behave(INSTANT)

    def _failures(self, server: Server, stub: StubModel) -> None:
        """Models that break off or refuse. One good answer before each keeps the circuit closed."""
        with customers(server.port, [None]) as (customer,):
            for what, broken in (("cut in the middle", CUT), ("refused with 503", DOWN)):

                def fail(question: str, behaviour: Behaviour = broken) -> float:
                    stub.behave(INSTANT)
                    customer.ask(next(self._questions))
                    stub.behave(behaviour)
                    return customer.recovered(question)

                waits = self._waits([fail], warm_up=2, count=self._sizes.few)
                slowest = Figure(
                    what=f"offline answer complete after a stream was {what}, slowest",
                    value=max(waits) * MILLISECONDS,
                    at_most=1_000,
                    remark=f"p50 {median(waits) * MILLISECONDS:.0f} ms, n = {len(waits)}",
                )
                self.found.append(slowest)
        stub.behave(INSTANT)

    def _long_thread(self, server: Server, data_dir: Path) -> None:
        with customers(server.port, [None]) as talkers:
            lengthen_thread(data_dir, talkers[0].session["id"], self._sizes.thread)
            self._grown(f"at message {self._sizes.thread:,} of a thread", talkers)

    def _grown(self, what: str, talkers: Sequence[Customer], warm_up: int | None = None) -> None:
        """A larger case, in multiples of the small one."""
        waits = self._waits([talker.ask for talker in talkers], warm_up=warm_up)
        remark = f"p50 {median(waits) * MILLISECONDS:.1f} ms, p95 {p95(waits) * MILLISECONDS:.1f} ms, n = {len(waits)}"
        times = median(waits) / self._small_wait
        self.found.append(Figure(what=f"full turn, {what}", value=times, unit="×", at_most=GROWTH, remark=remark))

    def _waits(self, turns: Sequence[Turn], *, count: int | None = None, warm_up: int | None = None) -> list[float]:
        warm_up = self._sizes.warm_up if warm_up is None else warm_up
        return one_by_one(turns, self._questions, warm_up=warm_up, count=count or self._sizes.turns)

    def _throughput(self, what: str, talkers: Sequence[Talker], at_least: float | None = None) -> float:
        seconds = self._sizes.seconds
        reached = side_by_side(talkers, self._questions, warm_up=seconds / 3, seconds=seconds)
        remark = (
            f"p50 {median(reached.seconds) * MILLISECONDS:.0f} ms, p95 {p95(reached.seconds) * MILLISECONDS:.0f} ms"
        )
        if self._bare_rate:
            remark += f", {reached.turns_a_second / self._bare_rate:.2f} × the bare framework"
        rate = Figure(what=what, value=reached.turns_a_second, unit="turns/s", at_least=at_least, remark=remark)
        self.found.append(rate)
        return reached.turns_a_second
