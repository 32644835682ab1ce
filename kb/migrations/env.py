"""How Alembic reaches the site's database: through the running application."""

from alembic import context
from flask import current_app

import kb.articles.models
import kb.forum.models
import kb.history
import kb.jobs
import kb.notices.models
import kb.people.models
import kb.search.models  # noqa: F401 - models put their tables into the metadata when imported
from kb.db import Base

database = current_app.extensions["migrate"].db


def run() -> None:
    """Run the steps in one transaction; batch mode rebuilds SQLite tables that ALTER cannot change."""
    with database.engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
