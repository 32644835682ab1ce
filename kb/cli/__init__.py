"""The ``kb`` command: one module a group of subcommands."""

from importlib import import_module
from typing import Any

import click
from flask.cli import FlaskGroup
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from kb.app import create_app
from kb.errors import DomainError
from kb.git.faults import GitFault
from kb.settings import BadSetting

COMMANDS = {
    "serve": "serving",
    "web": "serving",
    "work": "serving",
    "migrate": "serving",
    "publish": "publishing",
    "search": "searching",
    "reindex": "searching",
    "person": "people",
    "import": "exchange",
    "demo": "demo",
    "check": "checking",
    "recount": "checking",
}
"""Each command and its module, which is imported when the command is called: a start does not wait for the others."""


class Kb(FlaskGroup):
    """Our commands and no others; turns a verb's refusal and a wrong setting into one line and exit code 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.params.clear()  # which application to load is no question here

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names, in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one of them."""
        if name not in COMMANDS:
            return None
        if name not in self.commands:
            import_module(f"kb.cli.{COMMANDS[name]}").register(self)
        return self.commands[name]

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        try:
            return super().main(*args, **kwargs)
        except (DomainError, GitFault, BadSetting) as error:
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
