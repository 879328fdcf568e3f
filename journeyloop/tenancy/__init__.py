"""The tenant wall: every row of a practice belongs to one coach, and only that coach's door opens it."""

from journeyloop.tenancy.door import (
    NoTenantError,
    Tenant,
    TenantMismatchError,
    current_tenant,
    tenant,
)

__all__ = ["NoTenantError", "Tenant", "TenantMismatchError", "current_tenant", "tenant"]
