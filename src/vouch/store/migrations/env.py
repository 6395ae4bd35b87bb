"""What Alembic runs before the steps: they go through the connection that `vouch.store.migrate` was given."""

from alembic import context

from vouch.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
