"""The one rule of what an email address is, for accounts, people, invitations and mail headers."""

from __future__ import annotations

import re
import unicodedata

_LABEL = re.compile(r"\w([\w-]*\w)?")
# The ASCII characters of an address without quotes (RFC 5322, 3.2.3: atext), and the dot between them.
_PLAIN_ASCII = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]*", re.ASCII)
# A mail program decodes it wherever it stands in a header (RFC 2047), and writes to another address.
_ENCODED_WORD = "=?"
# Unicode's Default_Ignorable_Code_Point beyond those of the category Cf: letters and marks that show nothing.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def form_problem(value: str) -> str | None:
    """Return why a text cannot be an address, to catch typing mistakes; only a delivered message proves one."""
    local, _, domain = value.rpartition("@")
    labels = domain.split(".")
    is_domain = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and _fits_the_dns(domain)
    if is_domain and 0 < len(local) <= 64 and not re.search(r"[\s@<>,;]", local):
        return None
    return "is not an email address such as name@example.com"


def mailing_problem(value: str) -> str | None:
    """Return why a mail header, or the DNS, would turn a well-formed address into another one; `None` if none would."""
    local, _, domain = value.rpartition("@")
    if _ENCODED_WORD in local or not _PLAIN_ASCII.fullmatch("".join(filter(str.isascii, local))):
        return "has quotes, a comment or an encoded word before the @; write it plainly, such as name@example.com"
    # RFC 5322, 3.2.3: dot-atom.
    if ".." in local or local.startswith(".") or local.endswith("."):
        return "has a dot at an end, or two together, before the @; write it such as first.last@example.com"
    if not local.isprintable() or _INVISIBLE.search(local):
        return "has an invisible character before the @; type it again"
    # The encoding reads wide letters as narrow ones, and ß as ss, which is another domain.
    if not domain.isascii() and domain.encode("idna").decode("idna") != unicodedata.normalize("NFC", domain.lower()):
        return "has a domain that would be mailed as another one; write its ASCII form (xn--…)"
    return None


def _fits_the_dns(domain: str) -> bool:
    """Return whether labels have at most 63 octets, and all together 253 (RFC 1035, 2.3.4)."""
    try:
        return len(domain.encode("idna")) <= 253
    except UnicodeError:
        return False
