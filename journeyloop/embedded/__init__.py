"""PostgreSQL and Valkey out of wheels, for development and tests. Production brings its own."""
