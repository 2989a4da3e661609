"""`meetkit db new-key` and `meetkit db encrypt`: keys, and what is kept brought under them."""

from __future__ import annotations

import click

from meetkit import settings
from meetkit.cli import database, show
from meetkit.errors import InvalidRequestError


@click.command(name="new-key")
def new_key() -> None:
    """Print a fresh key for MEETKIT_ENCRYPTION_KEYS."""
    from meetkit.storage.sql import ciphers  # noqa: PLC0415  # needs the extra

    click.echo(ciphers.new_key())


@click.command()
@click.option("--decrypt", is_flag=True, help="Have nothing encrypted any more.")
@show.as_json_option
def encrypt(decrypt: bool, as_json: bool) -> None:
    """Encrypt what was kept before by the first of MEETKIT_ENCRYPTION_KEYS.

    Both what is not encrypted and what is by another of the keys. Others can go on working meanwhile. Stopped, it
    is done with what it has done; begin it again for the rest.
    """
    url = database.required()
    from meetkit.storage.sql import SqlOptions, ciphers, encryption, maintenance  # noqa: PLC0415  # as above

    options = SqlOptions.of(settings.load())
    if not options.encryption_keys:
        raise InvalidRequestError("MEETKIT_ENCRYPTION_KEYS is not set; `meetkit db new-key` makes a key for it")
    after = ciphers.PLAIN if decrypt else ciphers.Cipher(options.encryption_keys)
    seen = changed = 0
    with maintenance.open_store(url, options) as store:
        on = store.database
        with show.progress("Decrypting" if decrypt else "Encrypting", on.read(encryption.count)) as advance:
            for rows, of_these in encryption.rewrite(on, after):
                seen, changed = seen + rows, changed + of_these
                advance(rows)
        is_scrubbed = encryption.scrub(on)
        is_sqlite = on.engine.dialect.name == "sqlite"
    if as_json:
        click.echo(show.json_text({"rows": seen, "changed": changed, "scrubbed": is_scrubbed}))
        return
    click.echo(f"{'Decrypted' if decrypt else 'Encrypted'} {changed:,} of {seen:,} rows; the others were so already.")
    if not is_scrubbed and not decrypt:
        click.echo(_BUSY if is_sqlite else _LEFT)


_BUSY = "Somebody is reading, so parts of what was there before are still in the file; run this again."
_LEFT = "What was there before is still in dead rows, until VACUUM FULL, and in the WAL and backups made so far."
