# SPDX-License-Identifier: Apache-2.0
"""What the owner of a machine is told before it becomes a vantage, in plain words, with a version.

Changing what the text promises or warns of changes `VERSION`: then everybody is asked again. A
translation is another entry of `TEXTS`; it warns of the same and promises no more.
"""

VERSION = "1"

MEASURED_CATEGORIES = frozenset({"NEWS", "HUMR", "POLR", "CULTR", "MMED"})
"""What an agent measures unless its owner allows more; the codes are Citizen Lab's."""

CATEGORY_CODES = (
    "ALDR",
    "ANON",
    "COMM",
    "COMT",
    "CTRL",
    "CULTR",
    "DATE",
    "ECON",
    "ENV",
    "FILE",
    "GAME",
    "GMB",
    "GOVT",
    "GRP",
    "HACK",
    "HATE",
    "HOST",
    "HUMR",
    "IGO",
    "LGBT",
    "MILX",
    "MISC",
    "MMED",
    "NEWS",
    "POLR",
    "PORN",
    "PROV",
    "PUBH",
    "REL",
    "SRCH",
    "XED",
)

TEXTS = {
    "en": f"""\
Before you run a vantage point (text {VERSION})

WHAT THIS PROGRAM DOES

It visits a list of news, human rights, political, cultural and media sites from your connection,
again and again, by day and by night, and reports to a collector whether each could be reached,
and if not, how it was kept from you.

The list comes from the people who run the collector. Nobody can make this program do anything but
visit web addresses: it runs no code that is sent to it, visits no address inside your home or
office, and opens no door into your machine.

WHO CAN SEE IT

Your internet provider, and whoever watches its lines, can see which sites are visited from your
connection and how often, and that your machine talks to the collector's address. The visits look
like an ordinary browser's, but no person reads forty news sites every quarter of an hour: whoever
looks closely can see that a program does it.

The names of the sites are asked of your network's name server, and, where the collector's people
chose one, of a second name server outside it.

The sites themselves see your address, as with any visit. Anybody who uses your machine can find
the program, the list and its key.

The collector sees the address you connect from. Qalam does not write it down; a machine that
stands before the collector may.

WHAT MIGHT BE CONCLUDED ABOUT YOU

That you take an interest in these sites. That you help an organisation abroad to watch
censorship. In some countries that is enough for questions, for losing your work, for a search, or
for worse, whatever the law says.

Results are published. Where fewer than three machines measure in a network, neither the network
nor exact times are shown to the public, but whoever watches your line may still recognise what
was measured there.

THE LAW

Visiting a blocked site, evading a block, or measuring a network may be an offence where you live,
and so may helping a foreign organisation. We do not know the law of your country, and nobody here
can promise that nothing will happen. Ask somebody you trust who knows it before you say yes.

Use only a connection that is yours to use. If others share it, this concerns them too.

WHAT IS KEPT, AND WHERE

On this machine, in one folder: a key, the list of sites, and results that could not be handed in
yet (at most 200 MiB, and none for longer than 14 days). They are not encrypted.

At the collector: for each visit the time, your network and country as the collector's people
described them, and what was seen, such as answers of name servers, certificates and, where a
visit failed, the page that came instead. Not your address, not your name. A page that came may
itself contain your address; a block page sometimes does.

What was handed in stays there, also after you stop.

WHAT YOU CAN REFUSE

Without your leave only the categories NEWS, HUMR (human rights), POLR (politics), CULTR (culture)
and MMED (media sharing) are visited. With --refuse you take away any of them, for example
--refuse HUMR,POLR.

The collector's people say into which category a site belongs. If you do not trust them, do not
run this program.

HOW TO STOP

Press Ctrl-C, or end the program in any other way: it stops within seconds, and nothing starts it
again unless you arranged that. Delete its folder and nothing is left of it here. You owe nobody an
explanation.
"""
}


def text(language: str = "en") -> str:
    """Return the whole text; in English where there is no translation yet."""
    return TEXTS.get(language, TEXTS["en"])
