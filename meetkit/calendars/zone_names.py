"""Time zones by the names that programs give them: IANA's, those of Windows, and free texts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_MAX_LENGTH = 200
_ESCAPE = re.compile(r"\\([,;])")
_BLANKS = re.compile(r"\s+")
_MICROSOFT = re.compile(r"tzone://microsoft/", re.IGNORECASE)
# "Eastern Standard Time 1", "America/New_York-2": programs number what another calendar defined differently.
_NUMBER = re.compile(r"[ _-]\(?\d{1,3}\)?$")
_OFFSET = re.compile(
    r"\(?(?:UTC|GMT)?\s*(?:([+\u2212-])\s*(\d{1,2})(?:[:.]?(\d\d))?)?\)?(?:\s+(.+))?", re.IGNORECASE | re.DOTALL
)
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_TIME_WORDS = re.compile(r"\s+(?:(?:standard|daylight|summer|winter)\s+)?time$", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*(?:[,;:/&]|\band\b)\s*")
_UTC = {"utc", "gmt", "z", "etc/utc", "etc/gmt", "coordinated universal", "universal coordinated", "greenwich mean"}
# English names of CLDR's metazones, names of Windows that CLDR no longer lists, abbreviations, and regions in the
# names that Exchange and Notes show, where no city or name of Windows says the same.
_REGIONS = {
    "Africa/Johannesburg": "pretoria",
    "Africa/Lagos": "west africa|west central africa",
    "Africa/Maputo": "central africa",
    "Africa/Nairobi": "east africa|eat",
    "America/Anchorage": "alaska|akst|akdt",
    "America/Bogota": "colombia",
    "America/Chicago": "cdt|us central",
    "America/Chihuahua": "mexico standard time 2",
    "America/Denver": "mdt|us mountain time",
    "America/Guayaquil": "ecuador",
    "America/Indianapolis": "indiana (east)|indiana",
    "America/La_Paz": "bolivia",
    "America/Lima": "peru",
    "America/Los_Angeles": "pst|pdt|us pacific",
    "America/Manaus": "amazon",
    "America/Mazatlan": "mexican pacific",
    "America/Mexico_City": "mexico",
    "America/Montevideo": "uruguay",
    "America/New_York": "edt|us eastern time",
    "America/Nuuk": "west greenland",
    "America/Santiago": "chile",
    "America/Sao_Paulo": "brasilia",
    "America/Tijuana": "baja california",
    "Asia/Almaty": "kazakhstan|east kazakhstan|astana",
    "Asia/Bangkok": "indochina|ict",
    "Asia/Dili": "east timor",
    "Asia/Dubai": "gulf|abu dhabi",
    "Asia/Hong_Kong": "hkt|hong kong sar",
    "Asia/Jakarta": "western indonesia|wib",
    "Asia/Jayapura": "eastern indonesia|wit",
    "Asia/Kamchatka": "petropavlovsk-kamchatski",
    "Asia/Kolkata": "chennai|mumbai|new delhi",
    "Asia/Kuala_Lumpur": "malaysia",
    "Asia/Makassar": "central indonesia|wita",
    "Asia/Manila": "philippine",
    "Asia/Seoul": "korean|kst",
    "Asia/Shanghai": "beijing",
    "Asia/Singapore": "sgt",
    "Asia/Tashkent": "uzbekistan",
    "Asia/Tbilisi": "georgia",
    "Asia/Tokyo": "osaka|sapporo|jst",
    "Asia/Yerevan": "armenia|armenian",
    "Atlantic/Cape_Verde": "cape verde is.|cabo verde is.",
    "Atlantic/Reykjavik": "monrovia",
    "Atlantic/South_Georgia": "mid-atlantic",
    "Australia/Adelaide": "australian central|central australia|acst|acdt",
    "Australia/Brisbane": "east australia",
    "Australia/Eucla": "australian central western",
    "Australia/Perth": "australian western|western australia|awst",
    "Australia/Sydney": "australian eastern|aest|aedt",
    "Europe/Berlin": "western/central europe|west/central europe|cest|mez|mesz|mitteleuropäische zeit",
    "Europe/Bucharest": "eastern european|eastern europe|eest",
    "Europe/Dublin": "irish",
    "Europe/Lisbon": "western european|west",
    "Europe/London": "british|bst|edinburgh|united kingdom",
    "Europe/Moscow": "msk|st. petersburg",
    "Pacific/Auckland": "wellington|nzst|nzdt",
    "Pacific/Guadalcanal": "solomon is.",
    "Pacific/Guam": "chamorro",
    "Pacific/Honolulu": "hawaii|hawaii-aleutian",
    "Pacific/Majuro": "marshall is.",
    "Pacific/Midway": "midway island",
    "Pacific/Noumea": "new caledonia",
    "Pacific/Port_Moresby": "papua new guinea",
}
_YEAR = 2026
_SEASONS = [dt.datetime(_YEAR, month, 1) for month in (1, 7)]  # noqa: DTZ001  # on the clock of each zone


def normalize(name: str) -> str:
    """Return a zone's name without quotes, escapes and needless blanks, in lower case."""
    text = _ESCAPE.sub(r"\1", name[:_MAX_LENGTH]).replace("\\", "/")
    text = _BLANKS.sub(" ", text.strip("\"' \t"))
    return _MICROSOFT.sub("", text).casefold()


def known_zone(name: str) -> dt.tzinfo | None:
    """Return the zone of an IANA name, alone or at the end of a vendor's path, or of a name of Windows; or `None`."""
    key = normalize(name)
    if key in _UTC:
        return dt.UTC
    return _iana_zone(key) or _zone(_windows_names().get(key))


@lru_cache(maxsize=256)
def probable_zone(name: str) -> dt.tzinfo | None:
    """Return the zone that a free text describes, by its region, cities and offset from UTC; or `None`.

    "(UTC+01:00) Amsterdam, Berlin, Bern" is the zone of the first of its cities that has this offset; "GMT +0100"
    is a fixed offset.
    """
    key = normalize(name)
    offset, text = _offset_and_text(key)
    if offset is not None and not text:
        return dt.timezone(offset) if offset else dt.UTC
    return next((zone for zone in _zones_in(text) if _has_offset(zone, offset)), None)


def fixed_offset(name: str) -> dt.tzinfo | None:
    """Return the offset from UTC that a name begins with, e.g. "(UTC+01:00) Atlantis"; or `None`."""
    offset, _ = _offset_and_text(normalize(name))
    return None if offset is None else dt.timezone(offset)


def _iana_zone(key: str) -> ZoneInfo | None:
    # IANA names have three parts at most; the bound is for hostile paths.
    parts = key.replace(" ", "_").strip("/").split("/")[-6:]
    # A name without a slash at the end of a path may be anything.
    for start in range(len(parts) if key.startswith("/") else max(1, len(parts) - 1)):
        path = "/".join(parts[start:])
        if zone := _zone(_iana_names().get(path) or ("/" in path and _iana_names().get(_NUMBER.sub("", path))) or None):
            return zone
    return None


def _offset_and_text(key: str) -> tuple[dt.timedelta | None, str]:
    """Return the offset from UTC that a name begins with, or `None`, and the rest of it."""
    match = _OFFSET.fullmatch(key)
    if not match or match.end() == 0 or (match[1] is None and not key.startswith(("(utc)", "(gmt)"))):
        return None, key
    hours, minutes = int(match[2] or 0), int(match[3] or 0)
    text = match[4] or ""
    # "GMT-0500 (EST)" has a name for the offset, and no place.
    if _IN_PARENTHESES.fullmatch(text):
        text = ""
    offset = dt.timedelta(hours=hours, minutes=minutes)
    if hours > 14 or minutes > 59:
        return None, key
    return (offset if match[1] in (None, "+") else -offset), text


def _zones_in(text: str) -> Iterator[dt.tzinfo]:
    """Yield the zones of a text as a whole, then those of its parts, of which UTC says the least."""
    whole = _IN_PARENTHESES.sub("", text)
    parts = [text, whole, *_SEPARATORS.split(whole)]
    for part in parts:
        yield from _zones_named(part)
    if any(_TIME_WORDS.sub("", part) in _UTC for part in parts):
        yield dt.UTC


def _zones_named(text: str) -> Iterator[dt.tzinfo]:
    for name in dict.fromkeys((text, _NUMBER.sub("", text))):
        bare = _TIME_WORDS.sub("", name)
        for zone_id in (*_places(name), _windows_names().get(f"{bare} standard time"), *_places(bare)):
            if zone := _zone(zone_id):
                yield zone


def _places(key: str) -> list[str | None]:
    city, path = key.replace(" ", "_"), key.replace("-", "/")
    return [_windows_names().get(key), _region_names().get(key), _cities().get(city), _iana_names().get(path)]


def _has_offset(zone: dt.tzinfo, offset: dt.timedelta | None) -> bool:
    return offset is None or offset in [zone.utcoffset(moment) for moment in _SEASONS]


def _zone(zone_id: str | None) -> ZoneInfo | None:
    return ZoneInfo(zone_id) if zone_id else None


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() - {"Factory", "localtime"}}


@cache
def _windows_names() -> dict[str, str]:
    return {name.casefold(): zone_id for name, zone_id in WINDOWS_TO_OLSON.items()}


@cache
def _region_names() -> dict[str, str]:
    return {name: zone_id for zone_id, names in _REGIONS.items() for name in names.split("|")}


@cache
def _cities() -> dict[str, str]:
    """Return IANA names by their last part, such as `berlin`."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return {name.rpartition("/")[2].casefold(): name for name in names}
