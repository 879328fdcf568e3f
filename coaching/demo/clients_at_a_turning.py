"""Two of Maya's clients: a violinist at the end of her package, a founder who has paused."""

from coaching.demo.shapes import Meeting, Person

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
Thirty-one years in the second violins, the same desk for fourteen of them. She brought no instrument \
and kept her left hand in her lap as if it were one. The shoulder is the official reason that she is \
here; the orchestra has been kind about it, which makes it harder. The other reason came out sideways: \
she has begun to listen to the hall rather than play in it. Her husband thinks that she should teach. \
Her sister thinks that she should stop. Nobody has asked what she thinks, and when I did she said “I \
think in bars of four” and laughed.

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
She went to hear the orchestra from the audience, row F, for the first time since she was a student. She \
heard the seconds come in under the oboe and realised that nobody in the hall would ever know what that \
takes, and that she did not mind. I said nothing for a good while.

Teaching has become more precise: not pupils, but the section itself. The youngest three ask her things \
in the corridor anyway. She is wary of making a title of it. We sketched one season with a third of the \
services and that corridor made official. Her shoulder hurt less while she talked about it; her \
observation, not mine.""",
        ),
        Meeting(
            day=-19,
            at="16:00",
            note="""\
A hard hour. The personnel manager said “when you retire” in passing, and Ruth, who had been turning the \
word over herself for months, went home and could not unpack the violin for two days. We planned \
nothing. She wanted to know whether grief this size means that the decision is wrong. I said that I \
don't know, and that size and direction are different things. She wrote that down.

For me: I had a decision grid ready for today, and I'm glad that it stayed in the folder. She sees the \
physiotherapist this week and her sister at the weekend. No tasks. She asked to keep it that way until \
we meet.""",
        ),
        Meeting(
            day=-9,
            at="16:00",
            title="The letter",
            note="""\
Eighth of eight, and she opened with it: “so this is where you give me a gold watch.” She has written \
the letter to the orchestra. One more season, a third of the services, a seat on the audition panel, and \
an hour a week with the youngest desks that is in her contract and not in the corridor. She read it to \
me standing up. It asks; it does not apologise.

She would like one more session once the answer is here, whatever it is, and I said yes before thinking \
about the package. Sort that out with her kindly. What moved me: practice has moved from seven in the \
morning to whenever she feels like it.""",
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
Co-founder trouble under a polite surface. Jonas runs product, Philipp runs sales, and for a year they \
have agreed on everything in the meeting and undone it by message afterwards. He described the decision \
about the Vienna customer four times, and each time he was the reasonable one. I asked for the version \
in which Philipp is. He needed a walk to the window for that. It came, and it was generous: Philipp has \
a mortgage and a second child, and hears “focus” as “less”.

This week he will ask Philipp one question that is not about the company. He could not think of one, \
which told us both something.""",
        ),
        Meeting(day=-27, at="17:00", outcome="missed"),
        Meeting(
            day=-18,
            at="17:00",
            note="""\
He asked to pause, and I believe the reason: their third child came five weeks early, everybody is well \
and nobody sleeps. Before that, though, the talk with Philipp took place, in a car outside a motorway \
station, because they had run out of other places. He said the small hard thing, “I've been deciding \
without you since spring,” and Philipp said “I know.” Then they drove on and talked about football. \
Jonas is not sure whether that counts. I think it counts for a great deal.

We left it open. He writes when there are evenings again; I don't chase. If I've heard nothing in two \
months, one light line from me.""",
        ),
    ),
)
