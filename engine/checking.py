"""What a request must be like before any work: settings that there are, a mask that fits the photo."""

from __future__ import annotations

from typing import get_args

from engine.chain import Chain
from engine.decode.request import ControlKind, Sampler
from engine.errors import BadInput
from engine.instruction import check
from engine.routes import Routes
from engine.values import EditRequest, Op, Settings

STARTS = ("auto", "noise", "draft", "invert", "rewrite")
MOST_VARIATIONS = 4


def check_settings(settings: Settings) -> None:
    """Refuse settings that name what there is not, whether or not the engine would come to use them.

    Raises
    ------
    BadInput
        Naming the value and what there is.
    """
    Routes.parse(settings.routes)
    Chain().steps(Op.describe, settings.chain)
    _known("start", settings.start, STARTS)
    _known("sampler", settings.sampler, get_args(Sampler))
    for control in settings.controls:
        _known("control", control.kind, get_args(ControlKind))
    if not 1 <= settings.variations <= MOST_VARIATIONS:
        raise BadInput(f"{settings.variations} variations were asked for.", f"Ask for 1 to {MOST_VARIATIONS}.")


def check_request(request: EditRequest) -> None:
    """Refuse a request whose parts do not agree.

    Raises
    ------
    BadInput
        When text and references, photo and mask do not agree, or a setting names what there is not.
    """
    check(request.instruction)
    check_settings(request.settings)
    photo, mask = request.photo, request.mask
    if mask is not None and photo is None:
        raise BadInput("There is a mask but no photo.", "Give the photo that it belongs to.")
    if mask is not None and photo is not None and mask.shape != (photo.height, photo.width):
        size = f"{mask.shape[1]} × {mask.shape[0]}, the photo {photo.width} × {photo.height}"
        raise BadInput(f"The mask is {size}.", "Make the mask at the photo's size.")
    if mask is not None and not mask.any():
        raise BadInput("The mask is empty.", "Paint the place to edit, or give no mask.")


def _known(what: str, value: str, there: tuple[str, ...]) -> None:
    if value not in there:
        raise BadInput(f"There is no {what} {value!r}.", f"Take one of {', '.join(there)}.")
