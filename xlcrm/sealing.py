"""Files of ours that only a password opens: what lies beside a master that has one.

A sealed file is a line that names the form, a salt, a nonce, and the data under AES-256-GCM with a
key by scrypt. It needs the optional ``cryptography``, which comes with what encrypts workbooks.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path

_FORM = b"xlcrm sealed 1\n"
_SALT, _NONCE, _KEY = 16, 12, 32  # bytes
_COST, _BLOCK, _MEMORY = 2**15, 8, 64 * 2**20  # of scrypt: a tenth of a second, 32 MiB


class SealedError(Exception):
    """A sealed file that the password given, or none, does not open, or that is damaged."""


def seal(data: bytes, password: str) -> bytes:
    """Return data that ``unseal`` opens. Raises ImportError without the optional library."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = _salt(password), secrets.token_bytes(_NONCE)
    return _FORM + salt + nonce + AESGCM(_key(password, salt)).encrypt(nonce, data, _FORM)


def unseal(data: bytes, password: str | None) -> bytes:
    """Return what was sealed. Raises SealedError, and ImportError without the optional library."""
    if password is None or not data.startswith(_FORM):
        raise SealedError
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    rest = data[len(_FORM) :]
    salt, nonce, sealed = rest[:_SALT], rest[_SALT : _SALT + _NONCE], rest[_SALT + _NONCE :]
    try:
        return AESGCM(_key(password, salt)).decrypt(nonce, sealed, _FORM)
    except (InvalidTag, ValueError) as error:
        raise SealedError from error


def is_sealed(path: Path) -> bool:
    """Whether a file is sealed. Raises OSError where it can't be read."""
    with path.open("rb") as file:
        return file.read(len(_FORM)) == _FORM


@lru_cache(maxsize=4)
def _salt(_password: str) -> bytes:
    """Return the salt of a run: one, since making a key takes its time."""
    return secrets.token_bytes(_SALT)


@lru_cache(maxsize=16)
def _key(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=_COST,
        r=_BLOCK,
        p=1,
        maxmem=_MEMORY,
        dklen=_KEY,
    )
