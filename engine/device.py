"""Where the networks compute, in which float type, and what to do when its memory is used up."""

from __future__ import annotations

import errno
import gc

import psutil
import torch

from engine.memory import Room

_CPU_UNITS = ("amx_bf16", "avx512_bf16")  # instructions that multiply bfloat16
_USED_UP = ("out of memory", "allocate memory", "DefaultCPUAllocator")  # how torch's RuntimeErrors say so


def best_device() -> torch.device:
    """A graphics card where there is one, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def fast_dtype(device: torch.device) -> torch.dtype:
    """The float type that networks compute fastest in where ``device`` is.

    float32 on a CPU without instructions for bfloat16, and where torch does not tell of them; float16 on graphics
    cards that only emulate bfloat16.
    """
    if device.type == "cpu":
        told = getattr(torch.cpu, "get_capabilities", dict)()  # since torch 2.12
        return torch.bfloat16 if any(told.get(unit) for unit in _CPU_UNITS) else torch.float32
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float16


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that main or device memory was used up."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _USED_UP)


def free_main() -> int:
    """Bytes of main memory that are free now."""
    return psutil.virtual_memory().available


def room() -> Room:
    """The memory that is free now, what our own networks hold counted as free."""
    main = free_main()
    if best_device().type != "cuda":
        return Room(0, main)
    return Room(torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved(), main)


def release() -> None:
    """Give memory that nothing uses any more back to the system and the card."""
    gc.collect()  # a caught error's frames hold what they made, often in a circle
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
