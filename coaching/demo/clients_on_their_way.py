"""Three of Maya's clients: a restaurateur, a director of nursing, somebody about to begin."""

from coaching.demo.shapes import Meeting, Person

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
Came in smelling of woodsmoke and apologised for it twice. Forty seats, eleven staff, eight years. He \
has not eaten dinner at home on a weekday since Benedita started school; she is nine now. Says he wants \
“two nights off”, then spent half an hour explaining why each of the seven nights is impossible. When I \
asked which night would fail most gently he laughed and said Tuesday. Asked what he would do with a \
Tuesday; long silence. “I don't know who I am at half past eight if nobody needs a plate.” That is the \
work, I think. Not the rota.

He will write down, for one week, every question that somebody could have answered without him.""",
        ),
        Meeting(
            day=-32,
            at="10:00",
            title="The list of questions",
            note="""\
He kept the list. Sixty-three questions in six services, nineteen of them from Rui, who has been there \
five years and can cook everything on the menu. Tomás read that line aloud twice. We looked at what he \
does when Rui asks: he answers, fast, and it feels like kindness. I wondered aloud what it teaches Rui. \
He did not like that, and stayed with it anyway.

For two weeks: answer Rui with “what would you do?” and then stand still for a count of five. He thinks \
five is cruel. I noticed how much I wanted to rescue him from the pause while we practised. Same muscle.""",
        ),
        Meeting(
            day=-24,
            at="10:00",
            talk="the_first_tuesday",
            note="""\
The first Tuesday off was last week, and he told me about it only in the last ten minutes. It went \
badly, he says: a table of eight walked out over a lost booking. In fact Rui moved two tables, took the \
wine off the bill and had them back on Saturday. Tomás knew all this and still graded the night as a \
failure, because he had not been there to prevent it. Asked whose standard that is. His father's, who \
closed the first restaurant in 1998 “because he looked away once”. We sat with that. He has never asked \
his mother what really happened. I did not set it as a task; he may do it anyway.""",
        ),
        Meeting(
            day=-15,
            at="10:30",
            minutes=45,
            talk="the_spreadsheet",
            note="""\
Short one, inventory day. He has taken four of the last five Tuesdays and cooked at home on three of \
them, badly, which delights Benedita. Now the second night. He chose Sunday and argued himself out of it \
within a minute; I gave him the argument back word for word and he heard it. What stops him is money: if \
Rui is head chef for two nights he ought to be paid as one. Tomás has the figures and has not opened the \
spreadsheet since August.

Agreed: he opens it with his accountant before we meet again, not alone at one in the morning. I \
promised to send him the three questions that helped with the Tuesday.""",
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
            talk="guarding_a_story",
            note="""\
He asked his mother. The first restaurant closed because the lease ran out and his father was tired, and \
glad. “Thirty years I've been standing guard over a story,” he said, while folding a napkin. No big \
scene.

The spreadsheet is open: Rui for two nights costs less than what they throw away on a slow Sunday. He \
has not told Rui yet. He is waiting for a good moment, he says, and then grinned because he heard \
himself. Next time: what he will say to Rui, out loud, in his own words, with me being Rui. Watch that I \
don't get ahead of him. The pace is good as it is.""",
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
Director of nursing for three weeks, four wards, and the first from her own ward to get the post in \
twenty years. She speaks fast and in finished sentences until we reach the word “authority”; then she \
looks for the door. Two former peers now report to her, and one of them, Colette, applied for the same \
job. Her predecessor ran the morning huddle like a parade, and she caught herself copying his hand \
gestures. Ninety days, she says, before people decide who she is. I asked who has decided already. She \
named herself.

Sleeps badly before Mondays. I asked about that properly and it is not urgent; worth coming back to.""",
        ),
        Meeting(
            day=-10,
            at="08:30",
            title="Colette",
            note="""\
She spoke with Colette. Not the speech that we had rehearsed: they ended up in the linen room, both \
crying a little, and then Colette asked for the night rota, which nobody wants. Adaeze's first thought \
was that this was a trap. Her second, which she was shy about, was that Colette might be good at it.

Then the Monday huddle. She wants it to take twelve minutes and to end with one question that she does \
not know the answer to. She practised on me. The first three had the answer tucked inside. The fourth \
was a real one and the room changed; she noticed before I did.""",
        ),
        Meeting(
            day=-4,
            at="08:30",
            note="""\
Monday's huddle ran to nineteen minutes and she came in ready to be scolded. What happened in the other \
seven: a student nurse answered her question and nobody cut the student off. So we spent the hour on \
what a director is for, and left the minutes alone.

New: the trust wants a plan for beds by the end of the month, and her finance partner writes at eleven \
at night. She answers. She would never let a ward sister do that. I asked what she would say to one who \
did. She wrote the sentence down; it is still in her notebook, unsent. Sleep is somewhat better. Mondays \
still thin.""",
        ),
        Meeting(day=2, at="08:30", outcome="planned", title="The sentence in the notebook"),
        Meeting(day=12, at="08:30", outcome="planned"),
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
Twenty minutes on the phone to see whether we fit. Landscape architect, fourteen months away from work \
after what she calls “the summer I stopped being able to read plans”. She is well, her doctor agrees, \
and the office offers three days a week. Her fear is exact: three days on paper and five in fact, with \
nobody to blame because she will have done it herself. She asked good questions of me too, among them \
what I do when I think that a client is wrong.

My mornings are her late afternoons, so nine here suits us both. For the intake: ask about the last \
project that she finished, and about the mangrove boardwalk, which she mentioned twice.""",
    meetings=(Meeting(day=1, at="09:00", minutes=90, intake=True, outcome="planned"),),
)
