"""The ``kb`` command: one module a group of subcommands."""

from typing import Any

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from kb.app import create_app
from kb.cli import checking, demo, exchange, people, publishing, searching, serving
from kb.errors import DomainError
from kb.settings import BadSetting


class Kb(FlaskGroup):
    """Turns a verb's refusal and a wrong setting into one line and exit code 1."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        try:
            return super().main(*args, **kwargs)
        except (DomainError, BadSetting) as error:
            click.echo(f"kb: {error}", err=True)
            raise SystemExit(1) from None
        except (OperationalError, ProgrammingError) as error:
            click.echo(f"kb: {_database_trouble(error)}", err=True)
            raise SystemExit(1) from None


def _database_trouble(error: DBAPIError) -> str:
    """Return one line for a database that cannot be used, without the statement that met it."""
    told = str(error.orig).strip().splitlines()[0]
    if "no such table" in told or "does not exist" in told:
        return "The database has no tables yet; run `kb migrate` first."
    return f"The database cannot be used: {told}"


main = Kb(
    name="kb",
    help="Run and look after a Sidekick site.",
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    set_debug_flag=False,
    load_dotenv=False,
)
for module in (serving, publishing, searching, people, exchange, demo, checking):
    module.register(main)
