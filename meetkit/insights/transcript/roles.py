"""Roles by which people of an assembly, a court or an interview are called, in several languages."""

from __future__ import annotations

import re

_ROLE_LIST = """
    chair, chairman, chairwoman, chairperson, chairs, president, vice-president, speaker, minister, clerk,
    mayor, secretary, treasurer, witness, court, judge, magistrate, interpreter, moderator, facilitator,
    interviewer, interviewee, host, reporter, registrar, foreperson, voice, voices, members, defendant,
    prosecutor, counsel, operator, respondent, applicant, claimant, plaintiff, commissioner, coroner,
    arbitrator, bailiff, officer, member, delegate, representative, rapporteur, ombudsman, councillor,
    councilmember, agent, customer, caller, candidate, teacher, student, doctor, patient, nurse, narrator,
    audience, président, présidente, maire, ministre, greffier, greffière, rapporteure, secrétaire, témoin,
    juge, animateur, animatrice, intervenant, intervenante, voix, membre, membres, participant, participante,
    salle, huissier, modérateur, modératrice, député, députée, avocat, avocate, procureur, interprète,
    commissaire, journaliste, conseiller, conseillère, directeur, directrice, vice-président, vice-présidente,
    adjoint, adjointe, vorsitzende, vorsitzender, präsident, präsidentin, bürgermeister, bürgermeisterin,
    richter, richterin, zeuge, zeugin, ministerin, moderatorin, protokollführer, protokollführerin,
    schriftführer, schriftführerin, abgeordnete, abgeordneter, presidente, presidenta, alcalde, alcaldesa,
    secretario, secretaria, ministro, ministra, juez, jueza, testigo, moderador, moderadora, sindaco, sindaca,
    segretario, segretaria, giudice, testimone, moderatore, moderatrice, vereador, vereadora, prefeito,
    prefeita, voorzitter, burgemeester, wethouder, griffier, rechter, getuige, secretaris, raadslid
"""
_ROLES = frozenset(role.strip() for role in _ROLE_LIST.split(","))
# Words that stand before a role: articles, forms of address, and degrees.
_BEFORE_LIST = """
    the le la les l un une der die das den el los las il lo uno una o a os as de het een m mme mr mrs ms madam
    madame mister monsieur herr frau señor señora senhor senhora signor signora hon vice deputy acting presiding
    temporary honourable honorable first second senior junior
"""
_BEFORE = frozenset(_BEFORE_LIST.split())
# The body in which somebody has a role: `Le président de la commission`, `The clerk of the court`.
_OF = re.compile(r" (?:of|de|du|des|della?|der|do|da)(?: (?:the|la|l'|los|las))? ?[\w'\u2019-]+$")


def is_role(label: str) -> bool:
    """Return whether a label is a role with a word before it: `The chair`, `Le président`, `M. le maire`."""
    words = _OF.sub("", label.casefold()).replace("l'", "l ").replace("l\u2019", "l ").split()
    if len(words) < 2:
        return False
    *before, role = [word.rstrip(".") for word in words]
    return role in _ROLES and _BEFORE.issuperset(before)
