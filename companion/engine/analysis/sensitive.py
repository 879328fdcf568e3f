"""
What no claim may say, whoever wrote it: a diagnosis, advice on medicine, a feeling read out of a voice. Pure.

The client's own words may hold any of this: they are quoted, and a quotation is no claim.
"""

import re
from typing import Literal

Sensitive = Literal["clinical_words", "medication", "from_the_voice"]

_DIAGNOSIS = re.compile(
    r"\b(diagnos\w*|depress\w*|bipolar|adhd|add|ocd|ptsd|autis\w*|asperger\w*|narcissis\w*|psychopath\w*"
    r"|sociopath\w*|psychos[ie]s|psychotic|schizo\w*|mani[ac]\w*|hypomani\w*|neuro(sis|ses|tic)\w*"
    r"|(?:\w+ )?disorders?|personality type|syndromes?|patholog\w*|clinical\w*|symptom\w*|comorbid\w*"
    r"|anorexi\w*|bulimi\w*|dementia|alcoholi\w*|addict\w*|phobi[ac]\w*|trauma\w*|dissociat\w*|codependen\w*"
    r"|attachment style|suicidal\w*)\b",
    re.IGNORECASE,
)
_MEDICINE = re.compile(
    r"\b(medicat\w*|medicines?|antidepress\w*|ssris?|dos(e|es|age|ages|ing)|prescri\w*|pills?|tablets?"
    r"|\d+ ?mg|sertraline|fluoxetine|prozac|zoloft|lexapro|lithium|ritalin|adderall|xanax|valium|benzo\w*"
    r"|sleeping aids?|melatonin|tapering)\b",
    re.IGNORECASE,
)
_FEELINGS = (
    r"(sad|angry|anxious|nervous|upset|happy|tired|flat|scared|afraid|defensive|ashamed|guilty|frustrated"
    r"|excited|bored|hopeless|resigned|hesitant|irritated|annoyed|relieved|sincere|insincere|emotional)"
)
_VOICE = re.compile(
    r"\b(tone of|vocal\w*|intonation|body language|facial expressions?|posture|eye contact|tearful\w*"
    r"|sobb\w+|sigh(ed|s|ing)\b|trembl\w+|chok(ed|ing) up|pitch of"
    r"|(his|her|their|the client's|client's) (voice|tone|face|expression)"
    rf"|(sound|look|appear)(s|ed|ing)? (so |very |a little |rather |quite |more )*{_FEELINGS}|voice)\b",
    re.IGNORECASE,
)


def sensitive(text: str) -> Sensitive | None:
    """Name what is wrong with a text; None when nothing is."""
    if _DIAGNOSIS.search(text):
        return "clinical_words"
    if _MEDICINE.search(text):
        return "medication"
    return "from_the_voice" if _VOICE.search(text) else None
