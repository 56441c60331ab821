"""Work that a Dask cluster does, whose machines see the same files under the same paths.

A Dask worker does a batch of items in a guarded child of its own, as `run_batches` does here: what
kills, hangs or fills the child costs its item and no Dask worker. Where a Dask worker dies, its
batches are done again by another, and each batch is answered once.
"""

from __future__ import annotations

import contextlib
import logging
import queue
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import field
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from xlcrm import __version__
from xlcrm.pipeline.options import UsageError
from xlcrm.values import dataclass
from xlcrm.work import Failure, Item, Limits, Outcome
from xlcrm.workers import Progress, run_batches

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECTING = 10  # seconds
_LOOKING = 5.0  # seconds between two looks at whether there are workers
_LOOKS = 6  # without any worker
_ITEMS = 2_000  # of a batch at most: for each a child is begun
_BATCHES = 4  # for a thread of a Dask worker, at least
_Answer: TypeAlias = tuple[bytes | None, Failure | None, str]


@dataclass(frozen=True)
class _Batch:
    """Items for one task of Dask's, which logs what a failed task was given: not a password."""

    task: str
    limits: Limits
    items: Sequence[Item] = field(repr=False)

    def outcomes(self) -> Generator[Outcome, None, None]:
        return run_batches(self.task, self.items, workers=1, limits=self.limits)


def answer(batch: _Batch) -> tuple[str, dict[str, _Answer]]:
    """Do a batch in a Dask worker; return the version that did it, and what came of each item."""
    done = {each.item.name: (each.result, each.failure, each.detail) for each in batch.outcomes()}
    return __version__, done


def run_on_cluster(
    address: str,
    task: str,
    items: Sequence[Item],
    *,
    limits: Limits,
    on_progress: Progress,
) -> Generator[Outcome, None, None]:
    """Do a task over items, as `run_batches` does, on the cluster of the Dask scheduler at
    ``address``; names of items must be unique, and their paths the same for all machines.

    Raises UsageError where the optional library is missing, nobody answers at ``address``, no
    worker is there for half a minute, or one has another xlcrm, or none.
    """
    done = 0
    with _connected(address) as client:
        slots = sum(client.nthreads().values())
        size = max(1, min(_ITEMS, len(items) // (_BATCHES * max(1, slots))))
        parts = (items[at : at + size] for at in range(0, len(items), size))
        batches = [_Batch(task, limits, part) for part in parts]
        waiting = dict(zip(client.map(answer, batches, pure=False), batches, strict=True))
        for future in _as_done(client, list(waiting), address):
            for outcome in _outcomes(future, waiting.pop(future), address):
                done += 1
                on_progress(done, len(items), outcome.item)
                yield outcome


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    if find_spec("distributed") is None:
        raise UsageError("dask-missing")
    import distributed

    for name in ("distributed", "distributed.client"):  # what it meets is told in our words
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, timeout=_CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError("scheduler-missing", address=address, reason=str(error)) from error
    with client:
        yield client


def _as_done(client: Client, futures: Sequence[Future], address: str) -> Iterator[Future]:
    """Futures as they are done. Raises UsageError where nobody does them."""
    ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(ended.put)
    left, empty = len(futures), 0
    while left:
        try:
            yield ended.get(timeout=_LOOKING)
            left, empty = left - 1, 0
        except queue.Empty:
            with contextlib.suppress(OSError):  # where the scheduler is gone, the futures end
                empty = 0 if client.nthreads() else empty + 1
            if empty == _LOOKS:
                raise UsageError("scheduler-idle", address=address) from None


def _outcomes(future: Future, batch: _Batch, address: str) -> Iterator[Outcome]:
    from distributed import KilledWorker

    try:
        version, answers = future.result()
    except KilledWorker:  # one after the other: what they did then is done here
        yield from batch.outcomes()
        return
    except CancelledError as error:
        raise UsageError("scheduler-lost", address=address) from error
    except Exception as error:  # of any kind: of starting there, as a module that is not there
        reason = f"{type(error).__name__}: {error}"
        raise UsageError("scheduler-failed", address=address, reason=reason) from error
    if version != __version__:
        raise UsageError("scheduler-version", address=address, theirs=version, ours=__version__)
    for item in batch.items:
        yield Outcome(item, *answers[item.name])
