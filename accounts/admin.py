"""Users and units for the system administrator, who has no business rights."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from rest_framework.authtoken.models import TokenProxy

from accounts import services
from accounts.enums import Role
from accounts.models import Region, RegionAlias, User

admin.site.unregister([Group, TokenProxy])


class SystemAdminOnly:
    """Only the system administrator, and nobody deletes."""

    list_per_page = 100

    def _allowed(self, request, obj=None):
        return request.user.is_authenticated and request.user.role == Role.SYSADMIN

    has_view_permission = has_change_permission = _allowed

    def has_module_permission(self, request):
        return self._allowed(request)

    def has_add_permission(self, request, obj=None):
        return self._allowed(request)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(User)
class PortalUserAdmin(SystemAdminOnly, UserAdmin):
    list_display = ["username", "full_name", "role", "region", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["region"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("身份", {"fields": ["full_name", "role", "region", "email"]}),
        ("状态", {"fields": ["is_active", "is_staff"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    "full_name",
                    "role",
                    "region",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        )
    ]

    def save_model(self, request, obj, form, change):
        services.save_user(user=obj, actor=request.user)


class AliasInline(SystemAdminOnly, admin.TabularInline):
    model = RegionAlias
    fk_name = "region"
    extra = 1

    def has_delete_permission(self, request, obj=None):
        return self._allowed(request)


@admin.register(Region)
class RegionAdmin(SystemAdminOnly, admin.ModelAdmin):
    list_display = ["code", "name", "short_name", "kind", "parent", "provincial_direct", "in_portal"]
    list_filter = ["kind", "in_portal", "provincial_direct"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    inlines = [AliasInline]


@admin.register(TokenProxy)
class TokenAdmin(SystemAdminOnly, admin.ModelAdmin):
    """Keys for other systems; each acts with its user's role and scope."""

    list_display = ["user", "created"]
    fields = ["user"]

    def has_delete_permission(self, request, obj=None):
        return self._allowed(request)
