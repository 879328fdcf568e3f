"""
The demo's clients, their sessions and Maya's notes: plain data.

`day` counts Maya's working days from today (0 = today, -1 = the working day before); times are on her clock.
"""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["planned", "completed", "cancelled", "missed"]

COACH_NAME = "Maya Lindqvist"
COACH_ZONE = "Europe/Lisbon"
NEWCOMER_NAME = "Noor Haddad"
NEWCOMER_ZONE = "Europe/Amsterdam"
ROOM = "https://meet.example.com/maya-lindqvist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session, and the note that Maya wrote after it."""

    day: int
    at: str
    minutes: int = 60
    outcome: Outcome = "completed"
    title: str = ""
    intake: bool = False
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One client."""

    name: str
    email: str
    pronouns: str
    time_zone: str
    goal: str
    status: str = "active"
    package: int | None = None
    note: str = ""
    """A note about the person rather than about a session."""
    meetings: tuple[Meeting, ...] = field(default=())


TOMAS = Person(
    name="Tomás Ferreira",
    email="tomas@brasa.example.com",
    pronouns="he/him",
    time_zone="Europe/Lisbon",
    goal="Be out of the kitchen two nights a week, and let the place be good without me.",
    package=8,
    meetings=(
        Meeting(
            day=-40,
            at="10:00",
            minutes=90,
            intake=True,
            note="""\
Came in smelling of woodsmoke and apologised for it twice. Forty seats, eleven staff, eight years. He has not eaten \
dinner at home on a weekday since Benedita started school; she is nine now. Says he wants “two nights off”, then \
spent half an hour explaining why each of the seven nights is impossible. When I asked which night would fail most \
gently he laughed and said Tuesday. Asked what he would do with a Tuesday; long silence. “I don't know who I am at \
half past eight if nobody needs a plate.” That is the work, I think. Not the rota.

He will write down, for one week, every question that somebody could have answered without him.""",
        ),
        Meeting(
            day=-32,
            at="10:00",
            title="The list of questions",
            note="""\
He kept the list. Sixty-three questions in six services, nineteen of them from Rui, who has been there five years \
and can cook everything on the menu. Tomás read that line aloud twice. We looked at what he does when Rui asks: he \
answers, fast, and it feels like kindness. I wondered aloud what it teaches Rui. He did not like that, and stayed \
with it anyway.

For two weeks: answer Rui with “what would you do?” and then stand still for a count of five. He thinks five is \
cruel. I noticed how much I wanted to rescue him from the pause while we practised. Same muscle.""",
        ),
        Meeting(
            day=-24,
            at="10:00",
            note="""\
The first Tuesday off was last week, and he told me about it only in the last ten minutes. It went badly, he says: a \
table of eight walked out over a lost booking. In fact Rui moved two tables, took the wine off the bill and had them \
back on Saturday. Tomás knew all this and still graded the night as a failure, because he had not been there to \
prevent it. Asked whose standard that is. His father's, who closed the first restaurant in 1998 “because he looked \
away once”. We sat with that. He has never asked his mother what really happened. I did not set it as a task; he may \
do it anyway.""",
        ),
        Meeting(
            day=-15,
            at="10:30",
            minutes=45,
            note="""\
Short one, inventory day. He has taken four of the last five Tuesdays and cooked at home on three of them, badly, \
which delights Benedita. Now the second night. He chose Sunday and argued himself out of it within a minute; I gave \
him the argument back word for word and he heard it. What stops him is money: if Rui is head chef for two nights he \
ought to be paid as one. Tomás has the figures and has not opened the spreadsheet since August.

Agreed: he opens it with his accountant before we meet again, not alone at one in the morning. I promised to send \
him the three questions that helped with the Tuesday.""",
        ),
        Meeting(
            day=-11,
            at="10:00",
            outcome="cancelled",
            reason="The health inspection moved to the same morning.",
        ),
        Meeting(
            day=-6,
            at="10:00",
            note="""\
He asked his mother. The first restaurant closed because the lease ran out and his father was tired, and glad. \
“Thirty years I've been standing guard over a story,” he said, while folding a napkin. No big scene.

The spreadsheet is open: Rui for two nights costs less than what they throw away on a slow Sunday. He has not told \
Rui yet. He is waiting for a good moment, he says, and then grinned because he heard himself. Next time: what he \
will say to Rui, out loud, in his own words, with me being Rui. Watch that I don't get ahead of him. The pace is \
good as it is.""",
        ),
        Meeting(day=0, at="10:00", outcome="planned", title="What to say to Rui"),
        Meeting(day=9, at="10:00", outcome="planned"),
    ),
)

ADAEZE = Person(
    name="Adaeze Okonkwo",
    email="client@demo.local",
    pronouns="she/her",
    time_zone="Europe/London",
    goal="Lead four wards in a way that is clear without being cold.",
    package=10,
    meetings=(
        Meeting(
            day=-17,
            at="08:30",
            minutes=90,
            intake=True,
            note="""\
Director of nursing for three weeks, four wards, and the first from her own ward to get the post in twenty years. \
She speaks fast and in finished sentences until we reach the word “authority”; then she looks for the door. Two \
former peers now report to her, and one of them, Colette, applied for the same job. Her predecessor ran the morning \
huddle like a parade, and she caught herself copying his hand gestures. Ninety days, she says, before people decide \
who she is. I asked who has decided already. She named herself.

Sleeps badly before Mondays. I asked about that properly and it is not urgent; worth coming back to.""",
        ),
        Meeting(
            day=-10,
            at="08:30",
            title="Colette",
            note="""\
She spoke with Colette. Not the speech that we had rehearsed: they ended up in the linen room, both crying a little, \
and then Colette asked for the night rota, which nobody wants. Adaeze's first thought was that this was a trap. Her \
second, which she was shy about, was that Colette might be good at it.

Then the Monday huddle. She wants it to take twelve minutes and to end with one question that she does not know the \
answer to. She practised on me. The first three had the answer tucked inside. The fourth was a real one and the room \
changed; she noticed before I did.""",
        ),
        Meeting(
            day=-4,
            at="08:30",
            note="""\
Monday's huddle ran to nineteen minutes and she came in ready to be scolded. What happened in the other seven: a \
student nurse answered her question and nobody cut the student off. So we spent the hour on what a director is for, \
and left the minutes alone.

New: the trust wants a plan for beds by the end of the month, and her finance partner writes at eleven at night. She \
answers. She would never let a ward sister do that. I asked what she would say to one who did. She wrote the \
sentence down; it is still in her notebook, unsent. Sleep is somewhat better. Mondays still thin.""",
        ),
        Meeting(day=2, at="08:30", outcome="planned", title="The sentence in the notebook"),
        Meeting(day=12, at="08:30", outcome="planned"),
    ),
)

RUTH = Person(
    name="Ruth Abelson",
    email="ruth.abelson@example.com",
    pronouns="she/her",
    time_zone="America/New_York",
    goal="Decide, before the season ends, what comes after thirty-one years in the second violins.",
    package=8,
    meetings=(
        Meeting(
            day=-75,
            at="16:00",
            minutes=90,
            intake=True,
            note="""\
Thirty-one years in the second violins, the same desk for fourteen of them. She brought no instrument and kept her \
left hand in her lap as if it were one. The shoulder is the official reason that she is here; the orchestra has been \
kind about it, which makes it harder. The other reason came out sideways: she has begun to listen to the hall \
rather than play in it. Her husband thinks that she should teach. Her sister thinks that she should stop. Nobody has \
asked what she thinks, and when I did she said “I think in bars of four” and laughed.

She does not want to be hurried. The end of the season is the honest deadline.""",
        ),
        Meeting(day=-66, at="16:00"),
        Meeting(day=-57, at="16:00"),
        Meeting(day=-48, at="16:00"),
        Meeting(day=-38, at="16:00"),
        Meeting(
            day=-29,
            at="16:00",
            title="Row F",
            note="""\
She went to hear the orchestra from the audience, row F, for the first time since she was a student. She heard the \
seconds come in under the oboe and realised that nobody in the hall would ever know what that takes, and that she \
did not mind. I said nothing for a good while.

Teaching has become more precise: not pupils, but the section itself. The youngest three ask her things in the \
corridor anyway. She is wary of making a title of it. We sketched one season with a third of the services and that \
corridor made official. Her shoulder hurt less while she talked about it; her observation, not mine.""",
        ),
        Meeting(
            day=-19,
            at="16:00",
            note="""\
A hard hour. The personnel manager said “when you retire” in passing, and Ruth, who had been turning the word over \
herself for months, went home and could not unpack the violin for two days. We planned nothing. She wanted to know \
whether grief this size means that the decision is wrong. I said that I don't know, and that size and direction are \
different things. She wrote that down.

For me: I had a decision grid ready for today, and I'm glad that it stayed in the folder. She sees the \
physiotherapist this week and her sister at the weekend. No tasks. She asked to keep it that way until we meet.""",
        ),
        Meeting(
            day=-9,
            at="16:00",
            title="The letter",
            note="""\
Eighth of eight, and she opened with it: “so this is where you give me a gold watch.” She has written the letter to \
the orchestra. One more season, a third of the services, a seat on the audition panel, and an hour a week with the \
youngest desks that is in her contract and not in the corridor. She read it to me standing up. It asks; it does not \
apologise.

She would like one more session once the answer is here, whatever it is, and I said yes before thinking about the \
package. Sort that out with her kindly. What moved me: practice has moved from seven in the morning to whenever she \
feels like it.""",
        ),
        Meeting(day=0, at="16:00", outcome="planned", title="After the answer"),
    ),
)

JONAS = Person(
    name="Jonas Weidner",
    email="jonas@weidner.example.com",
    pronouns="he/him",
    time_zone="Europe/Berlin",
    goal="Say the hard thing to Philipp while it is still small.",
    status="paused",
    meetings=(
        Meeting(day=-60, at="17:00", minutes=90, intake=True),
        Meeting(day=-52, at="17:00"),
        Meeting(day=-44, at="17:00"),
        Meeting(
            day=-35,
            at="17:00",
            title="Philipp's side of it",
            note="""\
Co-founder trouble under a polite surface. Jonas runs product, Philipp runs sales, and for a year they have agreed \
on everything in the meeting and undone it by message afterwards. He described the decision about the Vienna \
customer four times, and each time he was the reasonable one. I asked for the version in which Philipp is. He needed \
a walk to the window for that. It came, and it was generous: Philipp has a mortgage and a second child, and hears \
“focus” as “less”.

This week he will ask Philipp one question that is not about the company. He could not think of one, which told us \
both something.""",
        ),
        Meeting(day=-27, at="17:00", outcome="missed"),
        Meeting(
            day=-18,
            at="17:00",
            note="""\
He asked to pause, and I believe the reason: their third child came five weeks early, everybody is well and nobody \
sleeps. Before that, though, the talk with Philipp took place, in a car outside a motorway station, because they had \
run out of other places. He said the small hard thing, “I've been deciding without you since spring,” and Philipp \
said “I know.” Then they drove on and talked about football. Jonas is not sure whether that counts. I think it \
counts for a great deal.

We left it open. He writes when there are evenings again; I don't chase. If I've heard nothing in two months, one \
light line from me.""",
        ),
    ),
)

MEI = Person(
    name="Mei Tan",
    email="mei.tan@example.com",
    pronouns="she/they",
    time_zone="Asia/Singapore",
    goal="Go back to work three days a week and have it stay three.",
    package=6,
    note="""\
Twenty minutes on the phone to see whether we fit. Landscape architect, fourteen months away from work after what \
she calls “the summer I stopped being able to read plans”. She is well, her doctor agrees, and the office offers \
three days a week. Her fear is exact: three days on paper and five in fact, with nobody to blame because she will \
have done it herself. She asked good questions of me too, among them what I do when I think that a client is wrong.

My mornings are her late afternoons, so nine here suits us both. For the intake: ask about the last project that she \
finished, and about the mangrove boardwalk, which she mentioned twice.""",
    meetings=(Meeting(day=1, at="09:00", minutes=90, intake=True, outcome="planned"),),
)

PEOPLE = (TOMAS, ADAEZE, RUTH, JONAS, MEI)
