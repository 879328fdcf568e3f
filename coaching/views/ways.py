"""Ways between pages."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest) -> str:
    """Say which of our own pages asked, from `next`; never an address elsewhere, and "" when none did."""
    back = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return back if ours and back.startswith("/") else ""
