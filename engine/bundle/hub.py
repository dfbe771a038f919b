"""The Hugging Face hub as bundles see it: what a revision holds, and where to get each file.

Mirrors, proxies, tokens and being offline follow the hub library's own environment variables (``HF_ENDPOINT``,
``HTTPS_PROXY``, ``HF_TOKEN``, ``HF_HUB_OFFLINE`` and others). A token goes into a request's header and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, get_session

from engine.bundle.disk import AGAIN
from engine.bundle.patience import Patience
from engine.errors import BundleError

AGENT = {"user-agent": "overtone"}  # the library's own tells of the machine
OFFLINE = "Unset HF_HUB_OFFLINE to let this command use the network."


@dataclass(frozen=True)
class Remote:
    """One file as the hub describes it.

    Attributes
    ----------
    size
        Bytes.
    sha256
        In hex, where the hub keeps it as a large file.
    blob
        Git's own hash of the content, which the hub gives for every file.
    """

    size: int
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True)
class Revision:
    """A repository at one commit: its hash, and what it holds by path."""

    commit: str
    files: dict[str, Remote]


class Hub:
    """Asks the hub.

    Parameters
    ----------
    endpoint
        Its address; by default ``HF_ENDPOINT``, else the public one.
    patience
        How long to wait for an answer, and how often to ask again.
    """

    def __init__(self, endpoint: str | None = None, patience: Patience | None = None) -> None:
        self.endpoint = endpoint or constants.ENDPOINT
        self.patience = patience or Patience()

    def revision(self, repository: str, revision: str) -> Revision:
        """What ``repository`` holds at ``revision`` (a branch or a commit).

        Raises
        ------
        BundleError
            It is not there, asks for a token, or the hub cannot be reached.
        """
        api, what = HfApi(endpoint=self.endpoint, headers=AGENT), f"{repository} at {revision[:12]}"
        for pause in self.patience.pauses():
            try:
                info = api.model_info(repository, revision=revision, files_metadata=True, timeout=self.patience.stall)
            except GatedRepoError as fault:
                raise gated(repository) from fault
            except RevisionNotFoundError as fault:
                raise BundleError(
                    f"The hub no longer has {what}.", "Take the newest one: overtone models pull NAME --update"
                ) from fault
            except RepositoryNotFoundError as fault:  # the hub says so too when a token is lacking
                raise BundleError(
                    f"The hub has no {repository}, or shows it with a token only.", "If it is yours, set HF_TOKEN."
                ) from fault
            except OfflineModeIsEnabled as fault:
                raise BundleError("The hub is switched off.", OFFLINE) from fault
            except HfHubHTTPError as fault:
                status = fault.response.status_code
                if not self.patience.may_mend(status):
                    raise BundleError(f"The hub answers {status} for {what}.", AGAIN) from fault
            except (httpx2.HTTPError, OSError, ValueError):  # ValueError: an answer that is no JSON
                pass
            else:
                files = {
                    each.rfilename: Remote(each.size, each.lfs.sha256 if each.lfs else None, each.blob_id)
                    for each in info.siblings or ()
                    if each.size is not None
                }
                return Revision(info.sha or revision, files)
            self.patience.wait(pause)
        raise BundleError(f"The hub cannot be reached for {repository} ({self.endpoint}).", f"Go online. {AGAIN}")

    def url(self, repository: str, path: str, commit: str) -> str:
        """Where a file is got from."""
        return hf_hub_url(repository, path, revision=commit, endpoint=self.endpoint)

    def headers(self) -> dict[str, str]:
        """What requests for files carry; the token is among it, so never show them."""
        return {**build_hf_headers(), **AGENT, "accept-encoding": "identity"}

    def client(self) -> httpx2.Client:
        """The hub library's client, which knows proxies and being offline and keeps the token from other hosts."""
        return get_session()


def gated(repository: str) -> BundleError:
    """Why a repository whose terms nobody accepted is closed."""
    return BundleError(
        f"{repository} asks you to accept its terms on its page, and for a token.",
        "Accept them there, make a token for reading, set HF_TOKEN and run the command again.",
    )
