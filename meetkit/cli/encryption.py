"""`meetkit db new-key` and `meetkit db encrypt`: a new key, and encryption of the stored content with it."""

from __future__ import annotations

import click

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.cli.command import Command
from meetkit.errors import InvalidRequestError


@click.command(name="new-key")
def new_key() -> None:
    """Print a new key for MEETKIT_ENCRYPTION_KEYS."""
    from meetkit.storage.sql import ciphers  # noqa: PLC0415  # needs the extra

    click.echo(ciphers.new_key())


@click.command(cls=Command)
@click.option("--decrypt", is_flag=True, help="Decrypt everything instead.")
@output.as_json_option
def encrypt(decrypt: bool, as_json: bool) -> None:
    """Encrypt the stored content with the first of MEETKIT_ENCRYPTION_KEYS.

    This covers content that is not encrypted, and content encrypted with another of the keys. Others can work on the
    database meanwhile. If the command is stopped, run it again for the rest.
    """
    url = database.required_url()
    from meetkit.storage.sql import SqlOptions, ciphers, encryption, maintenance  # noqa: PLC0415  # as above

    options = SqlOptions.of(settings.load())
    if not options.encryption_keys:
        raise InvalidRequestError("MEETKIT_ENCRYPTION_KEYS is not set; `meetkit db new-key` makes a key for it")
    after = ciphers.PLAIN if decrypt else ciphers.Cipher(options.encryption_keys)
    total = rewritten = 0
    with maintenance.open_store(url, options) as store:
        db = store.database
        with terminal.progress("Decrypting" if decrypt else "Encrypting", db.read(encryption.count)) as advance:
            for rows, rewritten_rows in encryption.rewrite(db, after):
                total, rewritten = total + rows, rewritten + rewritten_rows
                advance(rows)
        # Last, as each rewritten row leaves its old content in free pages.
        is_scrubbed = encryption.scrub(db)
        is_sqlite = db.engine.dialect.name == "sqlite"
    if as_json:
        output.print_json({"rows": total, "changed": rewritten, "scrubbed": is_scrubbed})
        return
    verb, state = ("decrypted", "not encrypted") if decrypt else ("encrypted", "already encrypted")
    click.echo(f"{rewritten:,} of {total:,} rows {verb}; the rest were {state}.")
    if not is_scrubbed and not decrypt:
        click.echo(_IN_USE if is_sqlite else _DEAD_ROWS)


_IN_USE = "The database is in use, so parts of the old content are still in the file; run this command again."
_DEAD_ROWS = "The old content is still in dead rows until VACUUM FULL, and in the WAL and earlier backups."
