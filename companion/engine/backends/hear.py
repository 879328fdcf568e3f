"""What the offline model understands: patterns for what coaches type. Pure."""

from companion.engine.backends.variety import spoken

DANGER = spoken(
    r"\bsuicid|\bself.?harm|\bkill(ing)? (him|her|them|my)sel|\bend (his|her"
    r"|their|my) (own )?life"
)
GREETING = spoken(r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|morning|hiya)\b.{0,30}$")
THANKS = spoken(r"^\W*(thanks|thank you|cheers|perfect|great|lovely|ta)\b.{0,40}$|\b(thanks|thank you)\W*$")
REMEMBER = spoken(
    r"\b(?:please )?(?:remember|note|keep in mind|don.?t forget)(?: that"
    r"|:)?\s+(?P<what>.{4,})"
)
FORGET = spoken(r"\bforget\b")
CORRECTED = spoken(
    r"^\W*(?:no|actually|correction|sorry|wait|(?:no,? )?that(?:.s| is) (?:wrong|not right|not correct))"
    r"\s*[,:.;\u2013\u2014-]+\s*(?P<what>.{8,})"
)
"""A statement put right; without a mark after the opening it is a statement of its own."""
CRITICISM = spoken(
    r"\b(useless|pointless|rubbish|hopeless|garbage|annoying|disappoint\w+|not (good enough|helpful|working)"
    r"|waste of (my )?time|no (help|use|good)|don.?t get it|missed the point)\b"
)
RULE = spoken(r"^\W*(?:from now on|in (?:the )?future|always|never|as a rule)\b")
STYLE = spoken(
    r"\b(?:be|sound|talk|write|speak)\b.{0,20}\b(brief|short|formal|warm|dry"
    r"|direct|frank|gentl|playful|plain)"
)
ABILITY = spoken(
    r"\bwhat can you do\b|\bhow (can|do) you help\b|^\W*help\W*$"
    r"|\bwho are you\b|\bare you (an? )?(ai|real|human|bot)"
)
OPEN = spoken(r"^\W*(something else|nothing|never mind)\W*$")
HARD = spoken(
    r"\b(terrible|awful|exhausted|worn out|overwhelmed|rough|hard|bad|long)( day| week| session)?\b.{0,20}$"
    r"|\bi(.?m| am) (so )?(tired|sad|stressed|worried|drained)\b"
)
QUESTION = spoken(r"\?\s*$|^\W*(what|who|when|where|why|how|which|is|are|does|do|did|can|could|should)\b")
RATING = spoken(r"^\W*(10|\d)(?:\s*(?:/|out of|of)\s*10)?\W*$")
HOW_ARE_YOU = spoken(r"\bhow are you\b|\bhow.?s it going\b|^\W*you (ok|okay|well)\W*$")
YES_NO = spoken(r"^\W*(yes|no|yep|nope|sure|not now)\W*$")
RECALL = spoken(
    r"\bwhat do you (know|remember|have)\b|\bdo you (know|remember)\b"
    r"|\btell me (about|what you know)\b|\bremind me what\b"
)
