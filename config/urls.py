from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from health_check.views import HealthCheckView

from config.api import router
from enterprises import urls as import_pages
from reports import enterprise_urls as enterprise_pages

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = admin.site.site_title = "专精特新梯度培育管理平台"
admin.site.index_title = "系统管理"

# Redis may be away: pages work on and jobs wait in their rows, so only the database decides.
HEALTH = ["health_check.Database"]

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include((enterprise_pages.urlpatterns + import_pages.urlpatterns, "enterprises"))),
    path("", include("tiers.urls")),
    path("policies/", include("policies.urls")),
    path("awards/", include("awards.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include((router.urls, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("healthz", login_not_required(HealthCheckView.as_view(checks=HEALTH)), name="healthz"),
]
