# SPDX-License-Identifier: Apache-2.0
"""Sources read on time from a real feed server: what is new comes in, what is hostile harms nothing."""

import email.utils
import gzip
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import SourceKind
from app.services import sources
from app.services.sources import NewSource
from app.storage.database import Sessions
from app.storage.reports import RawItem, Report, Source, raw_versions
from tests.make import NOW
from tests.workers.receiver import Answer, Heard, Receiver, receiving, reply
from workers.jobs import fetching, reading
from workers.jobs.context import JobContext
from workers.outbound import OutboundPolicy

EXAMPLES = Path(__file__).parents[3] / "examples" / "sources"
FEED = (EXAMPLES / "press-feed.xml").read_text(encoding="utf-8")
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """A worker with a clock that tests move, and a server whose pages they write."""

    sessions: Sessions
    server: Receiver
    at: datetime = NOW
    gap: timedelta = timedelta(0)
    pages: dict[str, Answer] = field(default_factory=dict)

    def publish(self, path: str, body: str | bytes, **headers: str) -> None:
        """Serve a page from now on."""
        raw = body.encode() if isinstance(body, str) else body
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.pages[path] = lambda _: reply(body=raw, headers=pairs)

    def add(
        self,
        path: str,
        kind: SourceKind = SourceKind.FEED,
        *,
        host: str = "feeds.test",
        **more: object,
    ) -> uuid.UUID:
        """Describe a source at a path of the server, which answers to every name."""
        with self.sessions.writing() as session:
            described = NewSource(
                name=path,
                kind=kind,
                address=self.server.url(host, path),
                **more,  # type: ignore[arg-type]
            )
            ports = frozenset({self.server.port})
            return sources.add_source(session, described, now=self.at, ports=ports).id

    def read(self, *, worker: str = "one", after: timedelta = timedelta(0)) -> None:
        """Let the loop come round, some time later."""
        self.at += after
        context = JobContext(
            sessions=self.sessions,
            now=lambda: self.at,
            worker=worker,
            address="http://qalam.example",
            outbound=self.server.policy(),
            source_gap=self.gap,
        )
        reading.read_due_sources(context)

    def source(self, source_id: uuid.UUID) -> Source:
        """Return a source as it is now."""
        with self.sessions.reading() as session:
            return session.get_one(Source, source_id)

    def reports(self) -> dict[str, Report]:
        """Return every report by its external id."""
        with self.sessions.reading() as session:
            return {one.external_id: one for one in session.scalars(sa.select(Report))}


@pytest.fixture
def desk(sessions: Sessions) -> Iterator[Desk]:
    """A worker and a server."""
    made: list[Desk] = []

    def answer(heard: Heard) -> bytes | Iterator[bytes]:
        page = made[0].pages.get(heard.path)
        return page(heard) if page else reply("404 Not Found")

    with receiving(answer) as server:
        made.append(Desk(sessions, server))
        yield made[0]


def test_new_items_become_reports_in_one_round(desk: Desk) -> None:
    """A feed in three languages: every item is a report once the loop has come round."""
    desk.publish("/feed", FEED)
    source_id = desk.add("/feed")

    desk.read()

    found = desk.reports()
    assert {key: one.language for key, one in found.items()} == {
        "watch-1": "ru",
        "watch-2": "kk",
        "watch-3": "en",
    }
    source = desk.source(source_id)
    assert source.last_counts == {
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "vanished": 0,
        "rejected": 0,
    }
    assert (source.last_error, source.leased_by, source.next_due_at) == (None, None, NOW + HOUR)


def test_nothing_is_fetched_before_it_is_due(desk: Desk) -> None:
    """Coming round again at once asks nobody anything."""
    desk.publish("/feed", FEED)
    desk.add("/feed")

    desk.read()
    desk.read(after=HOUR / 2)

    assert desk.server.connections == 1


def test_edited_and_removed_items_are_noticed(desk: Desk) -> None:
    """An edited item is version two with both raw items kept; a removed one is marked."""
    desk.publish("/feed", FEED)
    desk.add("/feed")
    desk.read()
    begin, end = (
        FEED.index('<item>\n<guid isPermaLink="false">watch-2'),
        FEED.index('<item>\n<guid isPermaLink="false">watch-3'),
    )
    desk.publish("/feed", (FEED[:begin] + FEED[end:]).replace("задержан", "отпущен"))

    desk.read(after=HOUR)

    found = desk.reports()
    assert found["watch-1"].version == 2
    assert "отпущен" in found["watch-1"].title
    assert found["watch-2"].vanished_at == NOW + HOUR
    assert (found["watch-3"].version, found["watch-3"].vanished_at) == (1, None)
    with desk.sessions.reading() as session:
        raws = [one.raw for one in raw_versions(session, found["watch-1"].id)]
    assert ["отпущен" in raw for raw in raws] == [True, False]


def _item(guid: str, title: str, text: str, *, day: int, language: str, link: str = "") -> str:
    return (
        f'<item xml:lang="{language}"><guid isPermaLink="false">{guid}</guid><title>{title}</title>'
        f"<link>{link or f'https://watch.example/{guid}'}</link>"
        f"<pubDate>{day:02} Mar 2026 08:00:00 GMT</pubDate><description>{text}</description></item>"
    )


def test_a_bilingual_feed_lives_on_beside_hostile_ones(desk: Desk) -> None:
    """New, edited, removed and reused items are noticed in their round; what is hostile harms nothing."""
    kk = _item("kk-1", "Алматыда журналист ұсталды", "Полиция ұстады.", day=3, language="kk")
    ru = _item("ru-1", "В Алматы задержан журналист", "Его задержали.", day=3, language="ru")
    gone = _item("ru-2", "Сайт недоступен", "Проверяем.", day=2, language="ru")
    old = _item("ru-0", "Суд отложен", "На неделю.", day=1, language="ru")
    feed = "<rss><channel><title>Бақылау / Наблюдение</title>{}</channel></rss>"
    desk.publish("/feed", feed.format(kk + ru + gone + old))
    desk.publish("/bomb", BOMB)
    desk.publish("/path", "/etc/passwd")
    good, bomb, path = desk.add("/feed"), desk.add("/bomb"), desk.add("/path")

    desk.read()

    found = desk.reports()
    assert {key: one.language for key, one in found.items()} == {
        "kk-1": "kk",
        "ru-1": "ru",
        "ru-2": "ru",
        "ru-0": "ru",
    }
    edited = ru.replace("задержан", "задержан и отпущен")
    new = _item("kk-2", "Редакция тінтілді", "Таңертең.", day=4, language="kk")
    reused = _item("kk-1", "Мүлде басқа оқиға", "Басқа мәтін.", day=4, language="kk")
    script = _item(
        "evil",
        "T",
        "&lt;script&gt;x()&lt;/script&gt;ok",
        day=4,
        language="ru",
        link="javascript:x()",
    )
    file = _item("file", "F", "ok", day=4, language="ru", link="file:///etc/passwd")
    huge = _item("huge", "x" * 5_000_000, "", day=4, language="ru")
    desk.publish("/huge", feed.format(huge))
    wide = desk.add("/huge")
    desk.publish("/feed", feed.format(new + script + file + reused + edited + old))

    desk.read(after=HOUR)

    found = desk.reports()
    assert desk.source(good).last_counts == {
        "rows": 6,
        "new": 3,
        "changed": 2,
        "unchanged": 1,
        "vanished": 1,
        "rejected": 0,
    }
    assert (desk.source(wide).last_counts["rejected"], "huge" in found) == (1, False)
    assert found["ru-2"].vanished_at == desk.at
    assert (found["ru-1"].version, found["kk-1"].version, found["ru-0"].version) == (2, 2, 1)
    assert (found["evil"].url, found["evil"].summary) == (None, "ok")
    assert found["file"].url is None
    with desk.sessions.reading() as session:
        kept = [one.raw for one in raw_versions(session, found["kk-1"].id)]
    assert ["ұсталды" in raw for raw in kept] == [False, True]
    for source_id in (bomb, path):
        assert desk.source(source_id).last_error is not None
    assert {one.path for one in desk.server.heard} == {"/feed", "/bomb", "/path", "/huge"}


def test_an_unchanged_feed_is_not_sent_again(desk: Desk) -> None:
    """The validators of the last answer are sent; 304 means that nothing has changed."""

    def page(heard: Heard) -> bytes:
        if heard.headers.get("if-none-match") == '"v1"':
            return reply("304 Not Modified")
        headers = [("ETag", '"v1"'), ("Last-Modified", "Mon, 02 Mar 2026 00:00:00 GMT")]
        return reply(body=FEED.encode(), headers=headers)

    desk.pages["/feed"] = page
    source_id = desk.add("/feed")
    desk.read()

    desk.read(after=HOUR)
    desk.read(after=HOUR)

    sent = desk.server.heard[-1].headers
    assert len(desk.server.heard) == 3
    assert sent["if-none-match"] == '"v1"'
    assert sent["if-modified-since"] == "Mon, 02 Mar 2026 00:00:00 GMT"
    assert {one.version for one in desk.reports().values()} == {1}
    source = desk.source(source_id)
    assert (source.last_run_at, source.last_error) == (NOW + 2 * HOUR, None)


def test_a_csv_file_is_read_by_its_mapping(desk: Desk) -> None:
    """A CSV address becomes reports; a bad row is counted and the others are there."""
    desk.publish("/cases.csv", (EXAMPLES / "cases.csv").read_bytes() + b"C-9,too,few\n")
    mapping = {"external_id": "Case", "title": "Headline", "date": "Day", "country": "Country"}
    source_id = desk.add("/cases.csv", SourceKind.CSV, mapping=mapping)

    desk.read()

    assert {key: one.date_text for key, one in desk.reports().items()} == {
        "C-1": "2026-02-28",
        "C-2": "2026-02-03",
        "C-3": "2026-01",
    }
    assert desk.source(source_id).last_counts["rejected"] == 1


def test_one_broken_source_blocks_no_other(desk: Desk) -> None:
    """Each failure is a sentence on its own source; the good one is read in the same round."""
    desk.publish("/good", FEED)
    desk.publish("/page", "<html><body>Not a feed</body></html>")
    desk.pages["/gone"] = lambda _: reply("410 Gone")
    desk.pages["/breaks"] = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"
    ids = {path: desk.add(path) for path in ("/page", "/gone", "/breaks", "/good")}

    desk.read()

    errors = {path: desk.source(source_id).last_error for path, source_id in ids.items()}
    assert errors["/good"] is None
    assert errors["/gone"] == "The address answered 410."
    assert "not an RSS or Atom feed" in (errors["/page"] or "")
    assert "gave no answer" in (errors["/breaks"] or "")
    assert len(desk.reports()) == 3


def test_failures_are_tried_again_later_each_time(desk: Desk) -> None:
    """Five minutes, doubling to a day; one good answer forgets them all."""
    source_id = desk.add("/feed")
    waits = []
    for _ in range(11):
        desk.read()
        source = desk.source(source_id)
        waits.append(source.next_due_at - desk.at)
        desk.at = source.next_due_at

    assert [wait.total_seconds() / 60 for wait in waits[:4]] == [5, 10, 20, 40]
    assert waits[-1] == timedelta(hours=24)
    assert source.failures_in_a_row == 11
    desk.publish("/feed", FEED)
    desk.read()
    source = desk.source(source_id)
    assert (source.failures_in_a_row, source.last_error) == (0, None)


def test_a_server_that_asks_for_time_is_given_it(desk: Desk) -> None:
    """Retry-After is honoured, up to a day."""
    desk.pages["/a"] = lambda _: reply("429 Too Many Requests", headers=[("Retry-After", "7200")])
    desk.pages["/b"] = lambda _: reply("503 Busy", headers=[("Retry-After", "9999999")])
    a, b = desk.add("/a"), desk.add("/b", host="other.test")

    desk.read()

    assert desk.source(a).next_due_at == NOW + 2 * HOUR
    assert desk.source(b).next_due_at == NOW + 24 * HOUR


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "'
    + "a" * 1000
    + '"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    "<rss><channel><item><title>&c;</title></item></channel></rss>"
)


def test_hostile_bodies_are_refused_in_a_sentence(desk: Desk) -> None:
    """Nothing is kept of them, and each source says why."""
    bodies: dict[str, tuple[str | bytes, str]] = {
        "/bomb": (BOMB, "declares entities"),
        "/wide-bomb": (BOMB.removeprefix('<?xml version="1.0"?>').encode("utf-16"), "declares"),
        "/path": ("/etc/passwd", "not an RSS or Atom feed"),
        "/empty": ("", "not an RSS or Atom feed"),
        "/picture": (b"\x89PNG\r\n\x1a\n" + bytes(1000), "not an RSS or Atom feed"),
    }
    ids = {}
    for path, (body, _) in bodies.items():
        desk.publish(path, body)
        ids[path] = desk.add(path)

    desk.read()

    for path, (_, said) in bodies.items():
        assert said in (desk.source(ids[path]).last_error or ""), path
    assert desk.reports() == {}


def test_a_body_that_is_an_address_is_not_followed(desk: Desk) -> None:
    """A feed that consists of an address of this very server makes no second request."""
    desk.publish("/feed", desk.server.url("feeds.test", "/secret"))
    desk.publish("/secret", FEED)
    desk.add("/feed")

    desk.read()

    assert [one.path for one in desk.server.heard] == ["/feed"]
    assert desk.reports() == {}


def test_a_whole_host_is_left_alone_when_it_asks(desk: Desk) -> None:
    """One 429 speaks for every source of its host; once its time is over, no other is kept waiting."""
    desk.pages["/a"] = lambda _: reply("429 Too Many Requests", headers=[("Retry-After", "7200")])
    desk.publish("/b", FEED)
    desk.publish("/elsewhere", FEED)
    desk.add("/a")
    desk.at += timedelta(seconds=1)
    b = desk.add("/b")
    other = desk.add("/elsewhere", host="other.test")

    desk.read()

    asked = {one.path for one in desk.server.heard}
    assert asked == {"/a", "/elsewhere"}
    assert desk.source(b).next_due_at == desk.at + 2 * HOUR
    assert (desk.source(b).last_error, desk.source(b).failures_in_a_row) == (None, 0)
    assert desk.source(other).last_error is None
    desk.read(after=2 * HOUR)
    assert desk.source(b).last_counts["new"] == 3


def test_a_date_to_come_back_at_is_honoured(desk: Desk) -> None:
    """Retry-After may be a date."""
    at = email.utils.format_datetime(NOW + 3 * HOUR, usegmt=True)
    desk.pages["/a"] = lambda _: reply("503 Busy", headers=[("Retry-After", at)])
    source_id = desk.add("/a")

    desk.read()

    assert desk.source(source_id).next_due_at == NOW + 3 * HOUR


def test_one_host_is_asked_one_thing_at_a_time(desk: Desk) -> None:
    """Requests to a host do not overlap and keep their distance; another host is not kept waiting."""
    spans: list[tuple[str, float, float]] = []

    def slow(heard: Heard) -> bytes:
        began = time.monotonic()
        desk.server.ended.wait(0.05)
        spans.append((heard.headers["host"].partition(":")[0], began, time.monotonic()))
        return reply(body=FEED.encode())

    for number in range(3):
        desk.pages[f"/{number}"] = slow
        desk.add(f"/{number}")
    desk.pages["/other"] = slow
    desk.add("/other", host="other.test")
    desk.gap = timedelta(milliseconds=100)

    desk.read()

    mine = sorted((began, ended) for host, began, ended in spans if host == "feeds.test")
    assert len(mine) == 3
    assert all(second[0] - first[1] >= 0.09 for first, second in pairwise(mine))
    (other,) = [began for host, began, _ in spans if host == "other.test"]
    assert other < mine[1][0]


def test_a_host_that_another_worker_asks_is_left_to_it(desk: Desk) -> None:
    """A second source of a host is not claimed while a worker holds the first."""
    desk.publish("/a", FEED)
    desk.publish("/b", FEED)
    desk.add("/a")
    desk.add("/b")
    desk.add("/c", host="other.test")
    with desk.sessions.writing() as session:
        (first,) = sources.claim_due(session, worker="one", now=NOW, limit=1)
        assert first.host == "feeds.test"

    with desk.sessions.writing() as session:
        taken = sources.claim_due(session, worker="two", now=NOW, limit=10)

    assert [one.host for one in taken] == ["other.test"]


def _page(number: int, last: int, *, cases: int = 2) -> Answer:
    """One page of an API that names the next in its `Link` header, cursor and all."""
    rows = [
        {
            "title": f"Case {number}-{case}",
            "url": f"https://tracker.example/all-incidents/{number}-{case}/",
            "date": "2026-02-01",
            "categories": ["Physical Attack"],
        }
        for case in range(cases)
    ]
    named = [("Link", f'</cases?cursor={number + 1}>; rel="next"')] if number < last else []
    back = [("Link", f'</cases?cursor={number - 1}>; rel="prev"')] if number > 1 else []
    return lambda _: reply(body=json.dumps(rows).encode(), headers=back + named)


def _pages(desk: Desk, last: int, *, cases: int = 2) -> uuid.UUID:
    for number in range(1, last + 1):
        path = "/cases" if number == 1 else f"/cases?cursor={number}"
        desk.pages[path] = _page(number, last, cases=cases)
    return desk.add("/cases", SourceKind.USPFT)


def test_an_api_is_read_to_its_last_page(desk: Desk) -> None:
    """All pages are one reading: counted together, and what is on none of them was removed."""
    source_id = _pages(desk, 3)
    desk.read()
    assert desk.source(source_id).last_counts["new"] == 6
    desk.pages["/cases?cursor=3"] = _page(3, 3, cases=1)

    desk.read(after=HOUR)

    assert desk.source(source_id).last_counts == {
        "rows": 5,
        "new": 0,
        "changed": 0,
        "unchanged": 5,
        "vanished": 1,
        "rejected": 0,
    }
    assert [one.path for one in desk.server.heard[:3]] == [
        "/cases",
        "/cases?cursor=2",
        "/cases?cursor=3",
    ]


def test_an_api_that_suddenly_gives_nothing_removes_nothing(desk: Desk) -> None:
    """An empty list is more likely a fault than the end of a whole record."""
    source_id = _pages(desk, 2)
    desk.read()
    desk.pages["/cases"] = lambda _: reply(body=b"[]")

    desk.read(after=HOUR)

    assert desk.source(source_id).last_counts["vanished"] == 0
    assert {one.vanished_at for one in desk.reports().values()} == {None}


def test_a_page_that_fails_leaves_nothing_half_read(desk: Desk) -> None:
    """Two good pages before a broken one are not kept, and nothing vanishes."""
    source_id = _pages(desk, 3)
    desk.pages["/cases?cursor=3"] = lambda _: reply("500 Oops")

    desk.read()

    assert desk.source(source_id).last_error == "The address answered 500."
    assert desk.reports() == {}


@pytest.mark.parametrize(
    "link",
    [
        '</cases>; rel="next"',
        '<http://elsewhere.test/cases>; rel="next"',
        '<file:///etc/passwd>; rel="next"',
        '<http://[broken>; rel="next"',
        '</more>; rel="prev"',
        '</more>; title="rel=next"',
        "<" * 5000,
    ],
)
def test_a_hostile_next_page_is_not_followed(desk: Desk, link: str) -> None:
    """The same page again, another host, a file: one request is made, and what came is kept."""
    rows = [{"title": "T", "url": "https://tracker.example/all-incidents/1/", "date": "2026-02-01"}]
    desk.pages["/cases"] = lambda _: reply(body=json.dumps(rows).encode(), headers=[("Link", link)])
    desk.add("/cases", SourceKind.USPFT)

    desk.read()

    assert [one.path for one in desk.server.heard] == ["/cases"]
    assert len(desk.reports()) == 1


def test_pages_without_end_are_cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that always names another page is read to the bound; nothing vanishes by that."""
    monkeypatch.setattr(fetching, "MAX_PAGES", 4)
    source_id = _pages(desk, 4)
    desk.read()
    desk.pages["/cases?cursor=4"] = _page(4, 99, cases=1)

    desk.read(after=HOUR)

    counts = desk.source(source_id).last_counts
    assert (counts["unchanged"], counts["vanished"]) == (7, 0)
    assert len(desk.server.heard) == 8


def test_links_of_items_are_never_fetched(desk: Desk) -> None:
    """Whatever an item points to, on the web or on this machine, is only text."""
    links = ("file:///etc/passwd", desk.server.url("feeds.test", "/linked"))
    items = "".join(
        f'<item><guid isPermaLink="false">{n}</guid><title>T</title><link>{link}</link>'
        f'<enclosure url="{link}" length="1" type="audio/mpeg"/></item>'
        for n, link in enumerate(links)
    )
    desk.publish("/feed", f"<rss><channel>{items}</channel></rss>")
    desk.add("/feed")

    desk.read()

    found = desk.reports()
    assert [one.path for one in desk.server.heard] == ["/feed"]
    assert found["0"].url is None
    assert found["1"].url == links[1]


def _endless(_: Heard) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>"
    while True:
        yield b"<item><title>more</title></item>" * 4096


def _bomb(_: Heard) -> bytes:
    return reply(
        body=gzip.compress(bytes(64 * 1024 * 1024)), headers=[("Content-Encoding", "gzip")]
    )


@pytest.mark.parametrize("page", [_endless, _bomb])
def test_an_endless_body_is_cut_off(desk: Desk, page: Callable[[Heard], Answer]) -> None:
    """Reading stops at eight mebibytes, inflated or not, and nothing of it is kept."""
    desk.pages["/feed"] = page  # type: ignore[assignment]
    source_id = desk.add("/feed")

    desk.read()

    assert desk.source(source_id).last_error == (
        "The answer breaks off or is over 8 MiB; nothing of it is kept."
    )
    assert desk.reports() == {}


def test_a_huge_item_costs_only_itself(desk: Desk) -> None:
    """Five megabytes in one item: the other items become reports."""
    huge = f"<item><guid>huge</guid><title>{'x' * 5_000_000}</title></item>"
    desk.publish("/feed", FEED.replace("<item>", huge + "<item>", 1))
    source_id = desk.add("/feed")

    desk.read()

    assert sorted(desk.reports()) == ["watch-1", "watch-2", "watch-3"]
    assert desk.source(source_id).last_counts["rejected"] == 1
    with desk.sessions.reading() as session:
        longest = session.scalar(sa.select(sa.func.max(sa.func.length(RawItem.raw))))
    assert longest is not None
    assert longest < 1000


def test_a_name_that_leads_inside_is_refused(desk: Desk) -> None:
    """A feed whose name resolves to this machine is never contacted by the real policy."""
    desk.publish("/feed", FEED)
    source_id = desk.add("/feed")
    real = JobContext(
        sessions=desk.sessions,
        now=lambda: NOW,
        worker="one",
        address="http://qalam.example",
        outbound=_leading_to_loopback(desk.server),
    )

    reading.read_due_sources(real)

    assert (desk.source(source_id).last_error or "").startswith("The address is refused")
    assert desk.server.connections == 0


def _leading_to_loopback(server: Receiver) -> OutboundPolicy:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return OutboundPolicy(resolve=resolve, allow_ports=frozenset({server.port}))


def test_a_worker_that_lost_its_lease_keeps_nothing(desk: Desk) -> None:
    """While one worker waits for an answer its lease runs out and another reads: one report each."""
    asked: list[Heard] = []

    def page(heard: Heard) -> bytes:
        asked.append(heard)
        if len(asked) == 1:
            desk.read(worker="two", after=sources.LEASE + timedelta(seconds=1))
        return reply(body=FEED.replace("задержан", f"задержан {len(asked)}").encode())

    desk.pages["/feed"] = page
    source_id = desk.add("/feed")

    desk.read(worker="one")

    assert len(asked) == 2
    assert {one.version for one in desk.reports().values()} == {1}
    assert desk.source(source_id).leased_by is None


def test_a_fault_of_the_reader_is_told_and_blocks_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in the reading of one format is logged, noted, and the next source is read."""

    def broken(body: bytes, given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(reading.READERS, SourceKind.CSV, broken)
    desk.publish("/feed", FEED)
    desk.publish("/csv", "title\nx\n")
    bad = desk.add("/csv", SourceKind.CSV, mapping={"title": "title"})
    desk.add("/feed")

    desk.read()

    assert desk.source(bad).last_error == reading.OUR_FAULT
    assert len(desk.reports()) == 3
