"""Who appears in several scenarios. Nobody here is a real person."""

from companion.evals.shapes import Meeting, Person

COACH = "Hanne Vestergaard"

LAYERS = {
    "identity": "I am Piet, Hanne's companion, an AI colleague. I speak plainly and briefly.",
    "soul": (
        "I care about the coach's clients and respect the coach's judgement. I say honestly what I see and "
        "where I saw it, and I never contact a client without the coach's approval."
    ),
    "coach_knowledge": "The coach works with people who lead a team for the first time.",
}
"""A companion that knows its coach."""

INES = Person(
    name="Ines Rocha",
    goal="Hand over the Porto branch by the summer",
    note=(
        "Ines was recommended by her sister. She has run the Porto branch for nine years and says that it "
        "is the only thing she ever built. Wants to leave it in good hands."
    ),
    meetings=(
        Meeting(
            days=-14,
            title="The handover list",
            note=(
                "She brought the list, eleven items, and crossed out two while we spoke. Agreed: she asks "
                "Duarte which one he would take first. I promised to send the page on letting go."
            ),
        ),
        Meeting(days=1, title="After the talk with Duarte"),
    ),
)
"""A client with notes and no transcript."""

YUSUF = Person(
    name="Yusuf Demir",
    goal="Speak up in the board meeting",
    note="Quiet in groups, very clear one to one. Asked for short sessions in the morning.",
    meetings=(Meeting(days=4, title="Before the board"),),
)

LENNART = Person(
    name="Lennart Holm",
    goal="Go home at six on four days a week",
    meetings=(
        Meeting(
            days=-1,
            title="Evenings",
            talk="""
Hanne Vestergaard: Good to see you, Lennart. What would you like to look at today?
Lennart Holm: The evenings again. I said that I would go home at six, and I managed it once.
Hanne Vestergaard: Once. What was different about that evening?
Lennart Holm: My daughter had a concert, so I had told everybody that I would be gone.
Hanne Vestergaard: You had told everybody. What happens on the other evenings?
Lennart Holm: Whenever somebody stops at my desk at half past five, I just stay because leaving feels rude.
Hanne Vestergaard: So staying feels polite. What does it cost you?
Lennart Holm: I miss supper. My wife stopped asking when I am coming, and that worries me more than the work.
Hanne Vestergaard: That worries you more than the work. What would you like to try before we meet again?
Lennart Holm: I will tell the team on Monday that I leave at six. And I will ask Astrid about the late call.
Hanne Vestergaard: How sure are you, on a scale from 0 to 10?
Lennart Holm: Maybe a 7. I don't know yet what I say when somebody stands at my desk.
Hanne Vestergaard: I'll send you the three sentences that we worked on in the spring.
Lennart Holm: Thank you, that would help.
""",
        ),
        Meeting(days=13, title="Two weeks of six o'clock"),
    ),
)
"""A client whose last session was written down word for word, and who agreed to that."""
