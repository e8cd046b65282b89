"""Files from the model hub, when there is one to be reached.

Above it: `minilm_source` and `model_files`. Below it: `huggingface_hub`, whose address, mirror
(`HF_ENDPOINT`), token and `HF_HUB_OFFLINE` are taken as they are. It is imported when first needed: 0.3 s and
30 MB that a server with a prepared model never pays.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROBE_SECONDS = 3.0

Report = Callable[[str, float | None], None]
"""Hears what is being done, and how much of it is done (0 to 1, None where that cannot be known)."""


class SourceFailed(Exception):
    """One source could not deliver the model; another may. The message is a clause that says why."""


def probe_hub(repository: str, revision: str | None) -> frozenset[str]:
    """The paths of the repository's files. Takes no longer than `PROBE_SECONDS`, whatever the network does.

    Raises:
        SourceFailed: it is switched off, out of reach, or refuses.
    """
    from huggingface_hub import HfApi, constants  # noqa: PLC0415 - see the module's docstring
    from huggingface_hub.utils import httpx  # noqa: PLC0415

    if constants.HF_HUB_OFFLINE:
        raise SourceFailed("the model hub is switched off by HF_HUB_OFFLINE")
    # In a thread, because a name server that does not answer heeds no time-out of the client's.
    asker = ThreadPoolExecutor(1, thread_name_prefix="probe-hub")
    answer = asker.submit(HfApi().model_info, repository, revision=revision, timeout=PROBE_SECONDS)
    try:
        files = answer.result(PROBE_SECONDS).siblings or []
    except TimeoutError:
        raise SourceFailed(f"the model hub gave no answer within {PROBE_SECONDS:.0f} seconds") from None
    except (OSError, ValueError, httpx.HTTPError) as error:
        raise SourceFailed(f"the model hub could not be asked for {repository!r} ({first_line(error)})") from error
    finally:
        asker.shutdown(wait=False)
    return frozenset(file.rfilename for file in files)


def download_from_hub(
    repository: str, revision: str | None, names: Sequence[str], folder: Path, report: Report
) -> None:
    """Put the named files of a repository into `folder`, under the paths they have there.

    Raises:
        SourceFailed: one of them could not be had.
    """
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - see the module's docstring
    from huggingface_hub.utils import httpx  # noqa: PLC0415

    for done, name in enumerate(names):
        report(f"Downloading {name} of {repository} from the model hub", done / len(names))
        try:
            hf_hub_download(repository, name, revision=revision, local_dir=folder)
        except (OSError, ValueError, RuntimeError, httpx.HTTPError) as error:
            raise SourceFailed(
                f"the model hub did not deliver {name!r} of {repository!r} ({first_line(error)})"
            ) from error


def first_line(error: BaseException) -> str:
    """The gist of an error, for a clause in a sentence."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
