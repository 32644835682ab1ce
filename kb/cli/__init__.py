"""The ``kb`` command: one module a group of subcommands."""

from typing import Any

import click
from flask.cli import FlaskGroup

from kb.app import create_app
from kb.cli import checking, demo, people, publishing, searching, serving
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


main = Kb(
    name="kb",
    help="Run and look after a Sidekick site.",
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    set_debug_flag=False,
    load_dotenv=False,
)
for module in (serving, publishing, searching, people, demo, checking):
    module.register(main)
