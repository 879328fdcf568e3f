"""
Five principles by which a coach may look back on a session. Our own words, none of anybody's model. Pure.

They are for the coach alone, never a score: a strength or an opportunity is one moment with its words.
"""

from dataclasses import dataclass
from typing import Literal

PrincipleKey = Literal["room", "mirror", "ownership", "thread", "step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """One principle: what it asks, and how its presence and its absence look in a transcript."""

    key: PrincipleKey
    name: str
    asks: str
    shows: str
    misses: str


PRINCIPLES: tuple[Principle, ...] = (
    Principle(
        key="room",
        name="Leave room",
        asks="The client has the time and the silence to find their own words.",
        shows="one open question, then waiting; a long answer that nobody hurries",
        misses="several questions at once; a long explanation where a short question would do",
    ),
    Principle(
        key="mirror",
        name="Say back what you heard",
        asks="The client hears their own words again before anything is added to them.",
        shows="the client's words or their sense said back, and a check whether that is right",
        misses="going on to the next topic just after something weighty was said",
    ),
    Principle(
        key="ownership",
        name="Leave the answer with them",
        asks="Ideas, reasons and decisions are the client's before they are the coach's.",
        shows="asking for the client's own ideas; asking before offering one",
        misses="advice that nobody asked for; deciding for the client",
    ),
    Principle(
        key="thread",
        name="Keep the thread",
        asks="What was said earlier, here or in another session, is connected with what is said now.",
        shows="coming back to earlier words; naming two things that do not go together, kindly",
        misses="leaving a contradiction or an old promise where it lies",
    ),
    Principle(
        key="step",
        name="End in a step",
        asks="Insight becomes something small that the client chooses, with a when and a where.",
        shows="asking for the next step, when it will be done, and what might come between",
        misses="a good intention that stays without a day or a first move",
    ),
)
