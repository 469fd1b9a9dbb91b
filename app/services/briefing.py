# SPDX-License-Identifier: Apache-2.0
"""A country briefing: what an organisation sends before a dialogue, from the record alone.

Every sentence comes from a template of app/briefing_texts filled by fields of the record. What is in
it and how it is chosen: docs/briefings.md. Never here: how it looks (app/exports).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from app.domain.countries import COUNTRIES
from app.domain.record.briefing import Block, Briefing, Section
from app.domain.record.statistics import Window
from app.domain.visibility import PUBLIC, Viewer
from app.errors import NotFound
from app.services import briefing_closing as closing
from app.services import briefing_dates, briefing_figures, briefing_issues, briefing_material
from app.services import briefing_texts as words
from app.services.briefing_material import Audience, Material
from app.services.briefing_measured import Measured, measured
from app.services.briefing_outlets import Change, changes
from app.services.briefing_sections import section
from app.services.briefing_summary import period, summary
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen
from app.storage import ledger


def make_briefing(
    session: Session,
    viewer: Viewer,
    *,
    country: str,
    period_from: date,
    period_to: date,
    language: str,
    audience: Audience,
    now: datetime,
) -> Briefing:
    """Make a briefing for an audience; raises NotAllowed where the viewer may not make it."""
    if country not in COUNTRIES:
        raise NotFound("there is no country with this code: use ISO 3166-1 letters such as KZ")
    texts = words.load(language)
    window = Window(period_from, period_to)
    material = briefing_material.load(
        session, viewer, country=country, window=window, audience=audience, now=now
    )
    reader = briefing_material.reader_for(viewer, audience)
    pen = Pen(texts)
    # Small networks are not named on paper, whoever asks.
    found = measured(session, PUBLIC, country, window)
    fallen = changes(session, country, window)
    version = _data_version(session, reader, now)
    sections = list(_sections(pen, material, found, fallen, version))
    drawn = briefing_figures.world(session, reader, texts, material)
    if drawn is not None:
        first = sections[0]
        sections[0] = Section(key=first.key, heading=first.heading, blocks=(*first.blocks, drawn))
    return Briefing(
        title=texts.say("title", country=texts.country(country)),
        subtitle=texts.say("subtitle", period=period(texts, window)),
        language=language,
        country=country,
        period_from=period_from,
        period_to=period_to,
        audience=audience.value,
        made_at=now.replace(microsecond=0),
        data_version=version,
        facts=_facts(texts, material, version),
        sections=tuple(sections),
        footnotes=pen.footnotes,
        words=dict(texts.files["words"]),
    )


def _sections(
    pen: Pen, material: Material, found: Measured, fallen: tuple[Change, ...], version: str
) -> Iterator[Section]:
    people = briefing_issues.people_told(material)
    yield summary(pen.texts, material, found, people)
    closures = partial(briefing_issues.closures, pen, material, fallen)
    simple = partial(briefing_issues.simple, pen, material)
    parts: dict[str, Iterable[Block]] = {
        "closures": closures("closures"),
        "suspensions": closures("suspensions"),
        "suits": simple("suits"),
        "blocking": briefing_issues.blocking(pen, material, found),
        "attacks": briefing_issues.attacks(pen, material),
        "persecution": briefing_issues.persecution(pen, material),
        "assembly": simple("assembly"),
        "other": simple("other"),
        "context": briefing_issues.context(pen, material),
        "emblematic": closing.emblematic(pen, material),
        "recommendations": closing.recommendations(pen, material),
        "method": closing.method(pen.texts, material, version),
    }
    for key, blocks in parts.items():
        made = section(pen, key, blocks)
        if made is not None:
            yield made


def _facts(texts: Texts, material: Material, version: str) -> tuple[tuple[str, str], ...]:
    said = {
        "country": texts.country(material.country),
        "period": period(texts, material.window),
        "audience": texts.of("audiences", material.audience.value),
        "made_on": briefing_dates.day(texts, material.as_of),
        "data_version": version,
    }
    return tuple((texts.of("facts", key), value) for key, value in said.items())


def _data_version(session: Session, reader: Viewer, now: datetime) -> str:
    """Name the state of the record: its change counters, and the day levels are derived as of."""
    counts = "-".join(str(ledger.counter(session, one)) for one in (reader.tier, "sites"))
    return f"{reader.tier}-{counts}-{now.date().isoformat()}"
