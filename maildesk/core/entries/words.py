# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How colleagues write down a call, a letter or a visit: words of channels, names of fields, persons, telephones, addresses.

Nothing here is decided by one common word: where it is not clear, nothing is found, and the words stay text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from maildesk.core.case.case import Channel
from maildesk.core.text.spelling import distance, fold, nearest

CHANNEL_WORDS: Final = {
    Channel.PHONE: ("telefon", "telefonat", "telefonanruf", "telefongespräch", "anruf", "telefonisch", "rückruf"),
    Channel.POST: ("brief", "post", "fax", "telefax", "postalisch", "schriftlich", "scan"),
    Channel.VISIT: ("besuch", "persönlich", "persönliche vorsprache", "vorsprache", "persönlicher besuch"),
}
# What an entry without a subject is called, and what is said of it: by its key.
CHANNEL_LABELS: Final = {Channel.EMAIL: "E-Mail", Channel.PHONE: "Telefonat", Channel.POST: "Brief", Channel.VISIT: "Besuch"}
CHANNEL_NAMES: Final = {
    Channel.EMAIL: "channel.email", Channel.PHONE: "channel.phone", Channel.POST: "channel.post", Channel.VISIT: "channel.visit",
}  # fmt: skip
_BY_WORD: Final = {fold(word): channel for channel, words in CHANNEL_WORDS.items() for word in words}
_WORDS = "|".join(sorted((re.escape(word) for words in CHANNEL_WORDS.values() for word in words), key=len, reverse=True))
_WORDS = _WORDS.replace("ö", "(?:ö|oe|o)").replace("ä", "(?:ä|ae)").replace("ü", "(?:ü|ue)")
_IN_FRONT = re.compile(rf"[\s*_\-–•·\"„“(\[]*(?P<mark>#?)\s?(?:neue[rs]?\s+)?(?P<word>{_WORDS})(?!\w)(?P<rest>.*)", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\s*(?:$|[:;,.|/–—)\]*-]|#)|\s+(?:von|mit|durch|vom|heute|gestern|am|um|aus|wegen|einer|eines)\s|\s+(?:frau|herrn?|familie|fam\.|eheleute)\s"
    r"|\s+\d{1,2}[.:]\d",
    re.IGNORECASE,
)

_PERSON = (
    r"(?:frau|herrn?|familie|eheleute|ehepaar|bürger\w*|kund(?:e|in|en)|anrufer\w*|dame|mutter|vater|mann|tochter|sohn|jemand|nachbar\w*)"
)
_CLAUSE = r"[^.!?\n]{0,80}?"
# Verbs in the third person: what a colleague did (habe angerufen) is no entry.
_VERBS: Final = (
    (
        Channel.PHONE,
        rf"\b(?:rief|ruft)\b{_CLAUSE}\ban\b(?!\s+d)|\b(?:hat|hatte|haben)\b{_CLAUSE}\bangerufen\b|\bangerufen hat\b"
        r"|\bam telefon\b|\btelefonisch\b(?! (?:nicht )?erreichbar)",
    ),
    (
        Channel.VISIT,
        rf"\b{_PERSON}\b{_CLAUSE}\bwar(?:en)?\b{_CLAUSE}\b(?:da|hier|bei uns|vor ort|persönlich)\b(?=\s*(?:[,.;:!–-]|(?:und|wegen)\b|$))"
        rf"|\b(?:sprach|spricht)\b{_CLAUSE}\bvor\b(?!\s+(?:d|e))|\bhat\b{_CLAUSE}\bvorgesprochen\b"
        rf"|\bkam\b{_CLAUSE}\b(?:vorbei|zu uns)\b|\bist\b{_CLAUSE}\bvorbeigekommen\b"
        r"|\bpersönlich (?:da|hier|erschienen|vorgesprochen)\b",
    ),
    (
        Channel.POST,
        r"\b(?:brief|schreiben|fax|postkarte|karte) (?:von|kam|eingegangen|angekommen|erhalten)\b"
        rf"|\b(?:hat|schickte?|schrieb|schreibt)\b{_CLAUSE}\b(?:brief|postkarte|fax|per post|per fax)\b"
        rf"|\bkam {_CLAUSE}per (?:post|fax|brief)\b",
    ),
)
CONTACT_VERBS = re.compile(
    r"(?:rief|ruft|hat|hatte|sagt|sagte|meldet|meldete|bittet|bat|teilt|berichtet|schildert|beschwert|fragt|fragte|möchte|sprach|spricht"
    r"|schreibt|schrieb|war|kam|lobt|dankt|wünscht|erzählt)\b",
    re.IGNORECASE,
)


def channel_named(word: str) -> Channel | None:
    """The channel with this name alone: "Telefon", "E-Mail"."""
    folded = fold(word)
    return Channel.EMAIL if folded in {"email", "mail"} else _BY_WORD.get(folded)


def channel_in_front(line: str) -> tuple[Channel, str] | None:
    """The channel word with which a line begins, and what follows; None if the word may be part of a sentence.

    >>> channel_in_front("Telefon: Frau Muster, 06252 123")
    (<Channel.PHONE: 'phone'>, 'Frau Muster, 06252 123')
    >>> channel_in_front("Telefon defekt")
    """
    match = _IN_FRONT.match(line)
    if match is None:
        return None
    channel, rest = _BY_WORD[fold(match["word"])], match["rest"]
    number = channel is Channel.PHONE and telephone_at(rest.lstrip(" :"))
    if not (match["mark"] or _GOES_ON.match(rest) or number or (rest.startswith(" ") and bare_name(rest))):
        return None
    return channel, re.sub(r"^[\s:;,.|/–—)\]*-]+", "", rest)


def channel_by_verb(text: str) -> Channel | None:
    """The channel that the first sentences mention: "Frau Muster rief an"."""
    plain = " ".join(text.split())
    hits = [(found.start(), channel) for channel, pattern in _VERBS if (found := re.search(pattern, plain, re.IGNORECASE))]
    return min(hits)[1] if hits else None


def channels_near(word: str) -> tuple[str, ...]:
    """Channel words that a single misspelt word may have meant, as people write them."""
    if not re.fullmatch(r"\W*\w{4,20}\W*", word):
        return ()
    by_fold = {fold(each): each.title() for words in CHANNEL_WORDS.values() for each in words}
    return tuple(by_fold[found] for found in nearest(fold(word), by_fold, 2))


# --- fields ---

LABELS: Final = {
    "name": ("name", "anrufer", "anruferin", "absender", "absenderin", "person", "bürger", "bürgerin", "kunde", "kundin", "dame", "von"),
    "mail": ("mail", "email", "e-mail", "mailadresse", "emailadresse", "e-mail-adresse", "mail-adresse"),
    "tel": ("tel", "telefon", "telefonnummer", "tel-nr", "rufnummer", "handy", "handynummer", "mobil", "mobilnummer",
            "rückruf", "rückrufnummer", "fon", "telnr", "nummer"),
    "channel": ("kanal", "eingangsweg", "weg"),
    "kind": ("art", "typ"),
    "topic": ("thema", "themen"),
    "urgency": ("dringlichkeit",),
    "subject": ("betreff", "betrifft", "stichwort"),
    "text": ("text", "anliegen", "nachricht", "inhalt", "sachverhalt"),
}  # fmt: skip
_BY_LABEL: Final = {fold(label): name for name, labels in LABELS.items() for label in labels}
_ASKED_BACK: Final = tuple(fold(label) for name in ("name", "mail", "tel", "channel", "topic") for label in LABELS[name] if len(label) > 3)
_FIELD = re.compile(r"[\s>*•·–-]{0,6}(?P<label>[^\W\d_][\w./-]{1,24}\.?)\s?\*?\s?[:=]\s*\*?(?P<value>.*)")


def field_in(line: str) -> tuple[str, str] | None:
    """The field of a line "Label: value", by its name in `LABELS`, and the value.

    >>> field_in("E-Mail: eva@example.org"), field_in("Sie sagt: nein")
    (('mail', 'eva@example.org'), None)
    """
    match = _FIELD.fullmatch(line)
    name = _BY_LABEL.get(fold(match["label"])) if match else None
    return (name, match["value"].strip()) if match and name else None


def misspelt_label(line: str) -> str:
    """How the label of a line is rightly spelt that looks like one with a single slip, or an empty string."""
    match = _FIELD.fullmatch(line)
    word = fold(match["label"]) if match else ""
    if match is None or len(word) < 4 or word in _BY_LABEL or channel_named(word):
        return ""
    close = next((label for label in _ASKED_BACK if distance(word, label, 1) < 2), "")
    return next((label for labels in LABELS.values() for label in labels if close and fold(label) == close), "").title()


def line_of(name: str, value: str) -> str:
    """A line as a colleague would type it, for the field of this name.

    >>> line_of("channel", "Brief")
    'Kanal: Brief'
    """
    return f"{LABELS[name][0].title()}: {value}"


def channel_line(value: str) -> str:
    return line_of("channel", value)


# --- what stands for a person ---

_ADDRESS = re.compile(
    r"(?:(?P<name>[^<>@,;:]{0,80}?)\s*[<\[(]\s?(?:mailto:)?)?(?P<address>[^\s<>()\[\]@,;:\"']{1,64}@[^\s<>()\[\]@,;:\"']{1,250})"
    r"(?:\s?[<\[(]mailto:[^\s<>()\[\]]{1,300}[>\])])?\s?[>\])]?\s?"
)
_TELEPHONE = re.compile(
    r"(?:tel(?:efon)?|fon|handy|mobil|tel\.?-?nr|nr)?\s?\.?\s?:?\s?(?P<number>(?:\+|\(?00?)[1-9][\d ()/.\u00a0–-]{4,24}\d)", re.IGNORECASE
)
_TITLE = re.compile(r"(?:frau|herrn?|familie|fam\.|eheleute|ehepaar)\s+", re.IGNORECASE)
_TOKEN = re.compile(r"\S+")
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-])*")
_DEGREES = frozenset({"dr", "prof", "dipl", "med"})
_PARTICLES = frozenset({"von", "van", "de", "der", "den", "zu", "al", "el", "bin", "ben", "di", "da", "dos"})
_NOUN = re.compile(
    r".{3,}(?:ung|heit|keit|schaft|nis|tion|amt|geld|zeit|stelle|center|kosten|schreiben|termin|antrag|bescheid|rechnung|platz|zahlung)en?"
)
_NOUNS: Final = frozenset(map(fold, (
    "Heizung", "Miete", "Bescheid", "Antrag", "Termin", "Wohnung", "Strom", "Geld", "Rückruf", "Unterlagen", "Jobcenter",
    "Amt", "Frage", "Bitte", "Kind", "Kinder", "Umzug", "Kurs", "Aufzug", "Tür", "Toilette", "Automat", "Drucker", "Warten",
    "Wartebereich", "Danke", "Guten", "Tag", "Hallo", "Neue", "Neuer", "Fall", "Vorgang", "Post", "Brief", "Fax", "Besuch",
    "Anruf", "Telefon", "Liebe", "Lieber", "Sehr", "Keine", "Kein", "Ein", "Eine", "Der", "Die", "Das", "Sie", "Er", "Es",
    "Ich", "Wir", "Mit", "Von", "Am", "Im", "In", "Heute", "Gestern", "Nicht", "Anonym", "Unbekannt",
)))  # fmt: skip


def address_at(text: str) -> tuple[str, str, str] | None:
    """Address, name beside it and what follows, where the text begins with an address: `Eva Muster <eva@example.org>, sagt`."""
    match = _ADDRESS.match(text.strip())
    if match is None or (
        match["name"] is not None and match["name"].strip() and not bare_name(match["name"]) and not person_at(match["name"])
    ):
        return None
    rest = text.strip()[match.end() :]
    if rest and rest[0] not in ",;:|–- .":
        return None
    return match["address"].strip(".").lower(), (match["name"] or "").strip(" \"'"), rest.lstrip(" ,;:|–-.")


def telephone_at(text: str) -> tuple[str, str] | None:
    """The number and what follows, where the text begins with one that begins with 0 or +: "06252 123, sagt"."""
    match = _TELEPHONE.match(text.strip())
    if match is None or len(re.sub(r"\D", "", match["number"])) < 6 or re.match(r"0?\d\.\s?\d{1,2}\.", match["number"]):
        return None
    rest = text.strip()[match.end() :]
    return None if rest[:1].isalnum() else (" ".join(match["number"].split()), rest.lstrip(" ,;:|–-."))


def person_at(text: str, nouns: Collection[str] = ()) -> tuple[str, str] | None:
    """Name with title and what follows: "Frau Eva Muster, 06252 123" and "Herrn von Berg wegen der Miete"."""
    title = _TITLE.match(text)
    if title is None:
        return None
    name, rest = _name_words(text[title.end() :], nouns, most=3)
    if not name:
        return None
    called = title[0].strip().capitalize()
    return f"{'Herr' if called == 'Herrn' else called} {name}", rest.lstrip(" ,;:|–-").rstrip()


def bare_name(text: str, nouns: Collection[str] = ()) -> str:
    """A text of nothing but two or three words that are first name and surname as far as one can see, or "Muster, Eva"; else empty."""
    words = " ".join(text.strip(" ,;:.-–").split())
    swapped = re.fullmatch(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’-]+)", words)
    plain = f"{swapped[1]} {swapped[2]}" if swapped else words
    name, rest = _name_words(plain, nouns, most=3)
    parts = [word for word in name.split() if word.lower().strip(".") not in _PARTICLES | _DEGREES]
    return words if name and not rest and len(parts) in {2, 3} and not _is_noun(parts[0], nouns) else ""


def _name_words(text: str, nouns: Collection[str], most: int) -> tuple[str, str]:
    """The words of a name with which the text begins, and the rest. A noun that follows the name is none of them."""
    names = end = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        word = token.rstrip(".,;:!?|")
        bare = word.lower()
        if not _NAME_WORD.fullmatch(word):
            break
        if bare in _DEGREES or (bare in _PARTICLES and token == word):
            continue
        if names >= most or not word[0].isupper() or (names and _is_noun(word, nouns)):
            break
        names, end = names + 1, match.start() + len(word)
        if token != word:
            break
    return text[:end].strip(), text[end:]


def _is_noun(word: str, nouns: Collection[str]) -> bool:
    bare = fold(word)
    return bare in _NOUNS or bare in nouns or _NOUN.fullmatch(word.lower()) is not None
