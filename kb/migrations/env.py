"""How Alembic reaches the site's database: through the running application."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

import kb.articles.models
import kb.esteem.models
import kb.forum.asking.models
import kb.forum.models
import kb.forum.queue.models
import kb.forum.solving.models
import kb.history
import kb.jobs
import kb.notices.models
import kb.people.models
import kb.search.models
import kb.uploads.models  # noqa: F401 - models put their tables into the metadata when imported
from kb.db import Base
from kb.search.postgres.tables import is_of_the_schema

database = current_app.extensions["migrate"].db


def run() -> None:
    """Run the steps in one transaction; batch mode rebuilds SQLite tables that ALTER cannot change.

    Rebuilding drops the old table, which would take along every row that refers to it: so SQLite looks at foreign
    keys when the steps are done instead.
    """
    with database.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                context.configure(
                    connection=connection,
                    target_metadata=Base.metadata,
                    render_as_batch=on_sqlite,
                    compare_type=True,
                    include_name=is_of_the_schema,
                    transactional_ddl=True,
                )
                with context.begin_transaction():
                    context.run_migrations()
                if on_sqlite and (lost := connection.execute(text("PRAGMA foreign_key_check")).first()):
                    raise RuntimeError(f"A step leaves a row of {lost[0]} that refers to nothing in {lost[2]}.")
        finally:
            if on_sqlite:
                _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, setting: str) -> None:
    """Set it on the driver's connection: within a transaction it would be ignored."""
    driver = connection.connection.dbapi_connection
    if driver is not None:
        driver.cursor().execute(f"PRAGMA {setting}")


run()
