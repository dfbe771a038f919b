"""The pictures that the stack of edits gives, each made once as long as somebody holds it."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary, WeakValueDictionary

from engine.picture import Photo
from engine.project.composing import Opener, compose
from engine.project.edits import Edit, Placed, State, placed

HELD = 128 * 2**20  # bytes of pictures kept beside the present one, so that undo is at once where they are small
SLOW = 4_000_000  # pixels; composing more than these takes long enough to be noticed


def _state(places: Sequence[Placed]) -> State:
    return tuple((each.edit.key, each.edit.opacity, each.across, each.down) for each in places)


class Pictures:
    """Composes pictures and remembers those still alive.

    Parameters
    ----------
    original
        Below all edits.
    patch
        Opens an edit's patch.
    """

    def __init__(self, original: Photo, patch: Opener) -> None:
        self._original = original
        self._patch = patch
        self._alive: WeakValueDictionary[State, Photo] = WeakValueDictionary({(): original})
        self._shown: WeakKeyDictionary[Photo, tuple[Placed, ...]] = WeakKeyDictionary({original: ()})
        self._held: list[Photo] = [original]

    def known(self, edits: Sequence[Edit]) -> Photo | None:
        """The picture of a stack, if it is there already."""
        return self._alive.get(_state(placed(edits)))

    def places_of(self, photo: Photo) -> tuple[Placed, ...] | None:
        """What is shown in a picture, if that came from the stack."""
        return self._shown.get(photo)

    def state_of(self, photo: Photo) -> State | None:
        """Which stack a picture came from."""
        places = self.places_of(photo)
        return None if places is None else _state(places)

    def note(self, edits: Sequence[Edit], photo: Photo) -> None:
        """Note that ``photo`` is the picture of a stack, for as long as somebody else holds it."""
        places = placed(edits)
        self._alive[_state(places)] = photo
        self._shown[photo] = tuple(places)

    def remember(self, edits: Sequence[Edit], photo: Photo) -> None:
        """Note that ``photo`` is the picture of a stack, and hold it for a while."""
        self.note(edits, photo)
        self._held = [photo, *(each for each in self._held if each is not photo)]
        total = photo.pixels.nbytes
        for index, each in enumerate(self._held[1:], 1):
            total += each.pixels.nbytes
            if total > HELD + photo.pixels.nbytes:
                del self._held[index:]
                break

    def slow(self, edits: Sequence[Edit]) -> bool:
        """Whether composing would take long enough to be done in a worker."""
        if self.known(edits) is not None:
            return False
        boxes = [each.edit.box for each in placed(edits)]
        whole = self._original.width * self._original.height
        return whole + sum(box.width * box.height if box else whole for box in boxes) > SLOW

    def photo(self, edits: Sequence[Edit]) -> Photo:
        """The picture of a stack; from the nearest one below that is alive. May run in a worker.

        Raises
        ------
        BadInput
            When a patch is gone or damaged.
        """
        places = placed(edits)
        for count in range(len(places), -1, -1):
            base = self._alive.get(_state(places[:count]))
            if base is not None:
                return compose(base, places[count:], self._patch)
        return compose(self._original, places, self._patch)
