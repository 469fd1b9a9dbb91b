# SPDX-License-Identifier: Apache-2.0
"""Pages hold the right words, no secret, nothing from elsewhere; and each has its JSON twin."""

import re
import uuid
from html.parser import HTMLParser

from app.domain.vocabulary import SiteCondition, VantageHealth
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.web import world
from tests.web.shown import HOSTILE, TOKEN, Shown


class Page(HTMLParser):
    """A page as its elements and what it loads or links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.twin = ""
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element loads, links to, or carries that a strict CSP forbids."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag in ("img", "script", "iframe", "source", "object", "embed"):
            self.loads.append(given.get("src", given.get("data", "inline")))
        if tag == "link" and given["rel"] != "alternate":
            self.loads.append(given["href"])
        if tag == "link" and given["rel"] == "alternate":
            self.twin = given["href"]
        if tag == "a":
            self.links.append(given["href"])

    def handle_data(self, data: str) -> None:
        """Keep the title."""
        if self.tags[-1:] == ["title"] and not self.title:
            self.title = data


def text_of(client: Client, path: str) -> str:
    """Return what a page says, without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
    return re.sub(r" ([,.;:])", r"\1", said)


def test_every_page_answers_and_is_sound(reader: Client, shown: Shown) -> None:
    """Each has one heading, landmarks and a title, is small, and loads only what is ours."""
    for path in shown.paths():
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert len(answer.content) < 100_000, path
        page = Page(answer.text)
        assert page.tags.count("h1") == 1, path
        assert {"header", "nav", "main", "footer"} <= set(page.tags), path
        assert page.title.strip() not in ("", "· Qalam"), path
        assert all(one.startswith("/static/") for one in page.loads), (path, page.loads)
        assert not page.inline, path
        assert not {"script", "style"} & set(page.tags), path


def test_each_page_links_to_a_twin_that_answers(reader: Client, shown: Shown) -> None:
    """The JSON link is there for machines and for eyes, and what it names exists."""
    for path in shown.paths():
        page = Page(reader.get(path).text)
        assert page.twin.startswith("/api/v1/"), path
        assert page.twin in page.links, path
        twin = reader.get(page.twin)
        assert twin.status_code == 200, (page.twin, twin.text)
        assert twin.headers["content-type"] == "application/json"


def test_links_within_lead_somewhere(reader: Client, shown: Shown) -> None:
    """No page leads a reader into an error."""
    links = {one for path in shown.paths() for one in Page(reader.get(path).text).links}
    for link in sorted(one for one in links if one.startswith("/")):
        assert reader.get(link).status_code == 200, link


def test_the_front_page_says_what_stands(reader: Client, shown: Shown) -> None:
    """Blocked is told apart from down and refused; the unpunished come with their reason."""
    said = text_of(reader, "/")

    assert "One site is blocked in Kazakhstan, one more probably in Uzbekistan" in said
    assert "TLS: torn down when the site is named" in said
    assert "likely, one vantage" in said
    assert "Down for everybody" in said
    assert "outages, not blocking" in said
    assert "Partial impunity Attack on the journalist Lukpan Akhmedyarov" in said
    assert "Still missing: those who ordered the attack." in said


def test_an_incident_explains_its_impunity(reader: Client, shown: Shown) -> None:
    """Two sentences say who is held and who is missing; facts stand in time with their sources."""
    said = text_of(reader, f"/incidents/{shown.attack}")

    assert (
        "Only some of those responsible are held to account: the perpetrators, who carried it out."
    ) in said
    assert "Still missing: those who ordered the attack." in said
    assert "so since summer 2013" in said
    assert "Summer 2013 A court convicted somebody." in said
    assert "Lukpan Akhmedyarov Journalist" in said
    assert "impunity.somebody_missing" in said


def test_a_country_keeps_patterns_apart(reader: Client, shown: Shown) -> None:
    """Patterns are labelled as not counted; people come with what they were sentenced to."""
    said = text_of(reader, "/countries/KZ")

    assert "They are not counted as incidents." in said
    assert "Suspension of outlets for minor violations." in said
    assert "Vladimir Kozlov" in said
    assert "the judgment stands and is final, 7 years 6 months" in said
    assert "Request steps from Kazakhstan" in said


def test_a_person_is_where_the_record_last_says(reader: Client, shown: Shown) -> None:
    """The standing with its reasons; that a sentence would have ended frees nobody."""
    said = text_of(reader, f"/people/{shown.person}")

    assert "Vladimir Kozlov Imprisoned since November 2013 or before" in said
    assert "By November 2013 Imprisoned." in said
    assert "until November 2013" not in said[: said.index("What was done")]
    assert "The sentence would have ended by 2021-05-30; a release is not on record." in said
    assert "person.imprisoned" in said
    assert "the judgment stands and is final, 7 years 6 months" in said
    listed = text_of(reader, "/people?country=KZ&state=imprisoned")
    assert "Vladimir Kozlov" in listed
    assert "Lukpan Akhmedyarov" not in listed
    assert TOKEN not in text_of(reader, "/people")
    assert "3 imprisoned; of 2 of them the sentence would have ended" in text_of(
        reader, "/countries/KZ"
    )


def test_an_outlet_has_all_on_one_line(reader: Client, shown: Shown) -> None:
    """Decision, what became of it and the incident stand under each other, with the source."""
    said = text_of(reader, f"/outlets/{shown.outlet}")

    timeline = said[said.index("Timeline") :]
    assert "October 2012 to December 2012 The outlet. Publication: closed Extremism" in timeline
    assert "Decision." in timeline
    assert "Against the outlet. Closure of a number of major opposition media" in timeline


def test_an_outlet_shows_three_axes(reader: Client, shown: Shown) -> None:
    """Publication, reachability and base stand apart; the ground is said; no day is invented."""
    said = text_of(reader, f"/outlets/{shown.outlet}")

    assert "Publication Closed Closed; by which authority is not stated." in said
    assert "Reachability Not known" in said
    assert "Base Not known" in said
    assert "Closed October 2012 to December 2012" in said
    assert "The reason given Extremism." in said


def test_a_site_shows_rule_and_reasons(reader: Client, shown: Shown) -> None:
    """Each verdict names its rule; measurements that say the same are said once, with their number."""
    said = text_of(reader, f"/sites/{shown.blocked}")

    assert "tls_sni_reset" in said
    assert "The control was not taken within five minutes" in said
    assert "28 February 2026, 12:00 to 1 March 2026, 01:00 UTC, 14 measurements" in said
    assert "compared with 1 control" in said


def test_a_lone_vantage_is_not_given_away(reader: Client, shown: Shown) -> None:
    """Where a network has one vantage, no page tells its number, its name or the time of day."""
    for path in ("/", f"/sites/{shown.lone}", "/alerts", f"/alerts/{shown.alert}", "/sites"):
        said = text_of(reader, path)
        assert "AS8193" not in said, path
        assert "home-uz" not in said, path
    for path in (f"/sites/{shown.lone}", f"/alerts/{shown.alert}"):
        assert "UTC" not in text_of(reader, path), path


def test_hostile_words_are_shown_not_run(reader: Client, shown: Shown) -> None:
    """Markup in a title, text or source is text; only web addresses become links."""
    for path in ("/", "/incidents", f"/incidents/{shown.hostile}"):
        answer = reader.get(path)
        assert HOSTILE not in answer.text
        assert "&lt;script&gt;alert(&#39;pen&#39;)&lt;/script&gt;" in answer.text
    page = Page(reader.get(f"/incidents/{shown.hostile}").text)
    outside = [one for one in page.links if not one.startswith(("/", "#"))]
    assert sorted(outside) == ["https://one.example/<b>", "https://two.example/"]


def test_names_keep_their_language(reader: Client, shown: Shown) -> None:
    """A name or text in Kazakh is marked as such."""
    html = reader.get(f"/incidents/{shown.hostile}").text

    assert '<p lang="kk">Әйгерім Қ.</p>' in html
    assert 'lang="kk" aria-labelledby=' in html
    assert "Журналистке шабуыл жасалды." in html


def test_what_is_not_published_is_nowhere(reader: Client, shown: Shown) -> None:
    """An unpublished incident, its outlet and its person are on no page, in no count, and 404."""
    for path in [*shown.paths(), f"/incidents?q={TOKEN}", f"/outlets?q={TOKEN}"]:
        answer = reader.get(path)
        # A search repeats what was searched for, and nothing else.
        assert TOKEN not in answer.text or "q=" in path, path
        assert f"Hidden {TOKEN}" not in answer.text
        assert f"Outlet {TOKEN}" not in answer.text
        assert f"Person {TOKEN}" not in answer.text
    assert reader.get(f"/incidents/{shown.hidden}").status_code == 404
    assert reader.get(f"/alerts/{shown.secret_alert}").status_code == 404


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(public: Client) -> None:
    """A browser gets a page in the same style; under /api, or asked for JSON, the problem stays."""
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path, status in (
        ("/nowhere", 404),
        (f"/sites/{uuid.uuid4()}", 404),
        ("/sites/not-an-id", 404),
        ("/countries/ZZ", 404),
        ("/incidents?impunity=<b>none</b>", 422),
        ("/incidents?after=never", 422),
    ):
        answer = public.get(path, headers=browser)
        assert answer.status_code == status, path
        assert Page(answer.text).tags.count("h1") == 1
        assert "<b>none" not in answer.text
        assert answer.headers["content-security-policy"]
    for path, accept in (
        ("/api/v1/nowhere", browser),
        ("/nowhere", {"Accept": "application/json"}),
    ):
        answer = public.get(path, headers=accept)
        assert answer.headers["content-type"] == "application/problem+json", path


def test_an_empty_installation_says_so(public: Client, sessions: Sessions) -> None:
    """With nothing set up nothing is claimed, on any page."""
    said = text_of(public, "/")

    assert "Nothing has been measured yet" in said
    assert "No vantage is set up, so nothing is known about any site." in said
    assert "There is no control, so blocked and down cannot be told apart from here." in said
    for path in ("/sites", "/incidents", "/outlets", "/alerts", "/countries/KZ"):
        assert public.get(path).status_code == 200


def test_an_offline_vantage_accuses_no_site(public: Client, sessions: Sessions) -> None:
    """Where the only vantage is offline the page says that, and claims nothing of any site."""
    with sessions.writing() as session:
        at = world.vantage(
            session, "local", country=None, asn=None, health=VantageHealth.OFFLINE, reason=None
        )
        found = world.listed(session)
        world.state(session, found["azattyq.example"], at, SiteCondition.STALE)

    said = text_of(public, "/")

    assert "This vantage is offline; it accuses no site" in said
    assert "No vantage has a country set, so none of this counts for a country." in said
    assert "No site is known to be blocked" in said


def test_an_unchanged_page_is_not_sent_twice(reader: Client, shown: Shown) -> None:
    """The validator of a page gives 304 with no body; HEAD gives the same headers."""
    for path in shown.paths():
        first = reader.get(path)
        again = reader.get(path, headers={"If-None-Match": first.headers["etag"]})
        head = reader.request("HEAD", path)
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]
        assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])


def test_filters_are_said_in_words(reader: Client, shown: Shown) -> None:
    """A filtered list names its filter and shows only what matches."""
    said = text_of(reader, "/incidents?country=KZ&impunity=partial_impunity")

    assert "Published incidents in Kazakhstan, with “partial impunity”" in said
    assert "Attack on the journalist Lukpan Akhmedyarov" in said
    assert "Vladimir Kozlov" not in said


def test_long_lists_go_on(public: Client, sessions: Sessions) -> None:
    """Following the link to earlier incidents shows every one, once."""
    with sessions.writing() as session:
        for number in range(53):
            make.incident(session, title=f"Number {number:02} end")

    seen: list[str] = []
    path = "/incidents"
    while path:
        html = public.get(path).text
        seen += re.findall(r"Number \d\d end", html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        path = following[1].replace("&amp;", "&") if following else ""

    assert sorted(seen) == [f"Number {number:02} end" for number in range(53)]
