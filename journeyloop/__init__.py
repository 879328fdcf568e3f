"""The wiring of the product: settings, URLs, server entry, tenancy, embedded services."""
