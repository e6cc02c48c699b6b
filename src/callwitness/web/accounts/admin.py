"""What the keeper of the server needs of Django's admin: accounts and workspaces, nothing of what calls say."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from callwitness.ledger.models import Membership, Workspace
from callwitness.web.accounts.models import User


class KeeperSite(admin.AdminSite):
    """Superusers alone, signed in as everywhere else: password, second factor, limits."""

    site_header = "Callwitness"
    site_title = "Callwitness"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Leads to our own sign-in; who is signed in and no keeper finds nothing here."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", request.path))


keeper = KeeperSite()


class KeepersOnly:
    """Superusers alone; nothing is added or removed here by accident."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(KeepersOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Who belongs to a workspace; changed on its settings screen."""

    model = Membership
    fields = ("user", "role")
    readonly_fields = ("user", "role")
    extra = 0


@admin.register(User, site=keeper)
class UserAdmin(KeepersOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Accounts: switched off, made keepers."""

    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")
    readonly_fields = ("last_login", "date_joined")


@admin.register(Workspace, site=keeper)
class WorkspaceAdmin(KeepersOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Workspaces and their members."""

    list_display = ("name", "slug", "zone")
    fields = ("name", "slug", "zone", "country", "language")
    readonly_fields = ("slug",)
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)
