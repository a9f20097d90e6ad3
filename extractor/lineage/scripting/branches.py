"""Which ways a body may take: what a variable holds where IF, CASE, loops and handlers meet again.

Everything that may reach a use counts: behind a branch, what each of its ways left; in a loop, also what its end
left for its next turn. A way that returns or raises leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from itertools import islice
from typing import Any, NamedTuple

from extractor.lineage.scripting.chunks import Chunk

MAX_WAYS = 64
"""How many things a variable may be at most; those of the first ways are kept, and the report says so."""


class Step(Enum):
    """One turn of the control flow, before or behind a chunk."""

    OPEN = auto()
    NEXT = auto()
    LAST = auto()
    LOOP = auto()
    REPEAT = auto()
    BLOCK = auto()
    HANDLERS = auto()
    HANDLER = auto()
    CLOSE = auto()
    CLOSE_LOOP = auto()
    CLOSE_BRANCH = auto()
    STOP = auto()


class Turns(NamedTuple):
    """The steps around one chunk."""

    before: tuple[Step, ...] = ()
    behind: tuple[Step, ...] = ()


_LOOP_WORDS = frozenset(("LOOP", "WHILE", "FOR", "REPEAT"))
_STOPS = frozenset(("RETURN", "RAISE", "THROW", "SIGNAL", "RESIGNAL", "RAISE_APPLICATION_ERROR"))
_GOES_ON = frozenset(("NEXT", "QUERY", "NOTICE", "WARNING", "INFO", "LOG", "DEBUG"))
_NO_BLOCK = frozenset(("TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"))


def turns_of_blocks(found: Sequence[Chunk]) -> list[Turns]:
    """The steps of a body whose branches end in words of their own (END IF, END LOOP, END)."""
    return [_block_turns(_unlabelled(chunk.words)) if not chunk.sql else Turns() for chunk in found]


def _unlabelled(words: list[str]) -> list[str]:
    if words[:2] == ["<", "<"] and ">" in words:
        return words[words.index(">") + 2 :]
    return words[2:] if words[1:2] == [":"] else words


def _block_turns(words: list[str]) -> Turns:
    if not words:
        return Turns()
    first, last = words[0], words[-1]
    if first == "DECLARE" and "HANDLER" in words[1:4]:
        return Turns((Step.HANDLER,), () if last == "BEGIN" else (Step.CLOSE,))
    if first == "END":
        after = words[1] if len(words) > 1 else ""
        if after in _LOOP_WORDS:
            return Turns((Step.CLOSE_LOOP,))
        return Turns((Step.CLOSE_BRANCH if after in ("IF", "CASE") else Step.CLOSE,))
    if first == "UNTIL":
        return Turns((Step.CLOSE_LOOP,))
    if last == "THEN":
        return Turns((Step.OPEN if first in ("IF", "CASE") else Step.NEXT,))
    if first == "ELSE":
        return Turns((Step.LAST,))
    if words == ["EXCEPTION"]:
        return Turns((Step.HANDLERS,))
    if last == "BEGIN":
        return Turns((Step.BLOCK,))
    if last in ("LOOP", "DO", "REPEAT"):  # what fills the loop's variable belongs to each turn
        return Turns((Step.LOOP if first in ("FOR", "WHILE") else Step.REPEAT,))
    if first in _STOPS and not (len(words) > 1 and words[1] in _GOES_ON):
        return Turns((), (Step.STOP,))
    return Turns()


def turns_of_batch(found: Sequence[Chunk]) -> list[Turns]:
    """The steps of Transact-SQL, where a branch is the one statement or block that follows."""
    stack: list[str] = []
    turns: list[Turns] = []
    for position, chunk in enumerate(found):
        words = chunk.words
        following = found[position + 1].words if position + 1 < len(found) else []
        before: tuple[Step, ...] = ()
        behind: list[Step] = []
        if words[0] in ("IF", "WHILE"):
            stack.append(words[0])
            before = (Step.OPEN if words[0] == "IF" else Step.LOOP,)
        elif words[0] == "BEGIN" and not _NO_BLOCK.intersection(words[1:3]):
            before = (Step.HANDLERS, Step.NEXT) if words[1:2] == ["CATCH"] else (Step.BLOCK,)
            stack.append(words[0])
        elif words[0] == "END" and "BEGIN" in stack:
            while stack.pop() != "BEGIN":
                behind.append(Step.CLOSE)
            if following[:2] != ["BEGIN", "CATCH"]:
                behind += [Step.CLOSE, *_completed(stack, following)]
        elif words[0] != "ELSE":
            if words[0] in ("RETURN", "THROW"):
                behind.append(Step.STOP)
            behind += _completed(stack, following)
        turns.append(Turns(before, tuple(behind)))
    return turns


def _completed(stack: list[str], following: list[str]) -> Iterator[Step]:
    """A statement is over: so are the branches and loops that it was the whole of."""
    while stack and stack[-1] != "BEGIN":
        if stack[-1] == "IF" and following[:1] == ["ELSE"]:
            stack[-1] = "ELSE"
            yield Step.LAST
            return
        yield Step.CLOSE_LOOP if stack.pop() == "WHILE" else Step.CLOSE


Way = tuple[tuple[int, int], ...]
"""The branches that a statement stands in, from the outermost one: which it is, and which of its ways."""


def excludes(one: Way, other: Way) -> bool:
    """Whether no run takes both ways: they part at some branch."""
    for (branch, way), (other_branch, other_way) in zip(one, other, strict=False):
        if branch != other_branch:
            return False
        if way != other_way:
            return True
    return False


State = tuple[dict[str, Any], ...]
"""What each kind of thing holds, by name: a tuple of all that it may be."""


class _Frame:
    __slots__ = ("ends", "entry", "is_complete", "kind", "mark", "seen")

    def __init__(self, kind: str, entry: State | None, mark: int) -> None:
        self.kind = kind
        self.entry = entry
        self.ends: list[State | None] = []
        self.is_complete = False
        self.mark = mark
        self.seen: State | None = entry


class Paths:
    """Keeps the ``held`` mappings equal to what may have reached this point; the caller changes them in between.

    ``same`` gives what tells two things apart that a variable may be. ``carried`` is asked at the head of a loop what
    of that which its end left may be relied on, given what there was before the loop. ``rounds`` is what the end of
    each loop left in an earlier pass over the same body. ``is_cut`` tells that a variable may be more than is kept.
    """

    __slots__ = ("_carried", "_frames", "_held", "_is_dead", "_last", "_same", "is_cut", "rounds")

    def __init__(
        self,
        held: State,
        same: Callable[[Any], object],
        carried: Callable[[State, State], State],
        rounds: dict[int, State | None],
    ) -> None:
        self._held = held
        self._same = same
        self._carried = carried
        self._frames: list[_Frame] = []
        self._is_dead = False
        self.rounds = rounds
        self.is_cut = False
        self._last: list[int] = []

    def take(self, steps: Sequence[Step], mark: int) -> None:
        """Follow the steps that stand at the chunk of number ``mark``."""
        for step in steps:
            self._take(step, mark)

    def passed(self) -> None:
        """A chunk was taken that may have changed variables: what they hold now, a handler may find."""
        ids = [id(value) for one in self._held for value in one.values()]
        if ids == self._last:
            return
        self._last = ids
        now = self._now()
        for frame in self._frames if now is not None else ():
            if frame.kind == "block":
                frame.seen = self._joined([frame.seen, now])

    def way(self) -> Way:
        """The branches that this point stands in."""
        return tuple((frame.mark, len(frame.ends)) for frame in self._frames if frame.kind == "branch")

    def _take(self, step: Step, mark: int) -> None:
        if step in (Step.OPEN, Step.BLOCK, Step.LOOP, Step.REPEAT):
            self._open(step, mark)
        elif step is Step.HANDLER:
            self._open_handler(mark)
        elif step is Step.STOP:
            self._is_dead = True
        elif step in (Step.NEXT, Step.LAST, Step.HANDLERS):
            self._turn(step)
        else:
            self._close(step)

    def _open(self, step: Step, mark: int) -> None:
        kinds = {Step.OPEN: "branch", Step.BLOCK: "block", Step.LOOP: "loop", Step.REPEAT: "loop"}
        frame = _Frame(kinds[step], self._now(), mark)
        frame.is_complete = step in (Step.BLOCK, Step.REPEAT)
        self._frames.append(frame)
        if frame.kind == "loop":
            self._enter(self._at_head(frame.entry, self.rounds.get(mark)))

    def _open_handler(self, mark: int) -> None:
        """What a handler that is declared in front finds: all that the statements of its block may leave."""
        block = next((frame for frame in reversed(self._frames) if frame.kind == "block"), None)
        self._frames.append(_Frame("handler", self._now(), mark))
        found = [self._now(), self.rounds.get(block.mark) if block is not None else None]
        self._enter(self._joined(found))

    def _at_head(self, entry: State | None, end: State | None) -> State | None:
        if entry is None or end is None:
            return entry
        return self._joined([entry, self._carried(entry, end)])

    def _turn(self, step: Step) -> None:
        if not self._frames:
            return
        frame = self._frames[-1]
        frame.ends.append(self._now())
        if step is Step.HANDLERS:  # a statement of the block failed: what was done before it may stand
            frame.entry = self._joined([frame.entry, frame.seen, frame.ends[-1]]) or frame.entry
            self._enter(None)
            return
        frame.is_complete = frame.is_complete or step is Step.LAST
        self._enter(frame.entry)

    def _close(self, step: Step) -> None:
        wanted = {Step.CLOSE_LOOP: "loop", Step.CLOSE_BRANCH: "branch"}.get(step, "")
        while self._frames:
            frame = self._frames.pop()
            now = self._now()
            if frame.kind == "loop":
                self.rounds[frame.mark] = now
            elif frame.kind == "block":
                self.rounds[frame.mark] = frame.seen
            elif frame.kind == "handler":  # what it does is of no account where it is declared
                self._enter(frame.entry)
                return
            ends = [*frame.ends, now] if frame.is_complete else [*frame.ends, now, frame.entry]
            after = self._joined(ends)
            is_outermost = frame.kind == "block" and not self._frames
            self._enter(frame.entry if after is None and is_outermost else after)
            if not wanted or frame.kind == wanted:
                return

    def _now(self) -> State | None:
        return None if self._is_dead else tuple(dict(one) for one in self._held)

    def _enter(self, state: State | None) -> None:
        self._is_dead = state is None
        for position, one in enumerate(self._held):
            one.clear()
            if state is not None:
                one.update(state[position])

    def _joined(self, states: list[State | None]) -> State | None:
        alive = [state for state in states if state is not None]
        if not alive:
            return None
        return tuple(self._union(list(kinds)) for kinds in zip(*alive, strict=True))

    def _union(self, ways: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in dict.fromkeys(name for way in ways for name in way):
            held = [way[name] for way in ways if name in way]
            if all(one is held[0] for one in held):
                found[name] = held[0]
            else:
                different = {self._same(value): value for one in held for value in one}
                found[name] = tuple(islice(different.values(), MAX_WAYS))
                self.is_cut = self.is_cut or len(different) > MAX_WAYS
        return found
