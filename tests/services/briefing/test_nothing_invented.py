# SPDX-License-Identifier: Apache-2.0
"""Nothing stands in a briefing that is not in the record, the templates or the vocabulary."""

import json
import re

from app.domain.countries import country_name
from app.domain.record.briefing import Paragraph
from app.domain.record.dates import Precision, human, parse
from app.domain.vocabulary.lists import LISTS
from app.services import briefing_texts, example
from app.storage.database import Sessions
from tests.make import NOW
from tests.services.briefing.made import briefing, everything


def known_words() -> str:
    """Return all that a briefing may be made of: the example, the templates, the vocabulary."""
    files = [path.read_text(encoding="utf-8") for path in example.FOLDER.glob("*.json")]
    files.append((briefing_texts.FOLDER / "en.toml").read_text(encoding="utf-8"))
    terms = [f"{term.label} {term.sentence}" for kind in LISTS for term in kind]
    return " ".join([*files, *terms, country_name("KZ")]).casefold()


def test_nothing_is_invented(founding: Sessions) -> None:
    """Every word of the briefing stands in the example, the templates or the vocabulary."""
    text = re.sub(r"QLM-\d{4}-\d{6}|public-[\d-]+", " ", everything(briefing(founding)))
    known = set(re.findall(r"[^\W\d_]+", known_words()))

    strange = {one for one in re.findall(r"[^\W\d_]+", text.casefold()) if one not in known}

    assert not strange


def test_no_number_or_date_is_invented(founding: Sessions) -> None:
    """Every number is in the example, is a date of it, or is counted anew here from its files."""
    made = briefing(founding)
    text = re.sub(r"QLM-\d{4}-\d{6}|public-[\d-]+", " ", everything(made))
    text = text.replace(human(parse(NOW.date().isoformat())), " ")
    files = {path.stem: json.loads(path.read_text()) for path in example.FOLDER.glob("*.json")}
    incidents = files["incidents"]
    media = [one for one in incidents if one.get("scope", "media") == "media"]
    sure = [one for one in media if not one["date"].startswith("..")]
    people = [t for one in incidents for t in one["targets"] if t["kind"] == "person"]
    jailed = [t for t in people if t["primary_role"] != "journalist"]
    groups = [t for one in incidents for t in one["targets"] if t["kind"] == "group"]
    months = [fact["sentence_months"] for case in files["cases"] for fact in case["facts"]
              if fact.get("sentence_months")]  # fmt: skip
    rows = {one["row"] for found in files.values() if isinstance(found, list) for one in found}
    paragraphs = {
        block.number
        for section in made.sections
        for block in section.blocks
        if isinstance(block, Paragraph) and block.number
    }
    counted = {len(sure), len(media) - len(sure), len(incidents) - len(media), len(jailed),
               len(groups), len(files["patterns"])}  # fmt: skip
    by_rule = {0, 1, 2, 5}  # levels of severity, shares of one attack, the most that are chosen
    derived = {part for one in months for part in divmod(one, 12)}
    from_files = {int(one) for one in re.findall(r"\d+", json.dumps(files))}
    before = {2010, 2011}  # the equally long period before

    allowed = counted | by_rule | derived | from_files | before | rows | paragraphs
    strange = {int(one) for one in re.findall(r"\d+", text)} - allowed

    assert not strange
    # And the months and seasons that stand beside years are those of the example.
    spans = [parse(one) for one in re.findall(r"\d{4}-\d{2}", json.dumps(files))]
    said = {human(one) for one in spans if one.precision in (Precision.MONTH, Precision.SEASON)}
    said |= {"January 2012", "November 2013", "February 2010", "December 2011"}
    names = "|".join(briefing_texts.load("en").files["dates"]["month_names"])
    seasons = "spring|summer|autumn|winter"
    found = set(re.findall(rf"(?:{names}|{seasons}) \d{{4}}", text))
    assert found <= said
