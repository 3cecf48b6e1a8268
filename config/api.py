"""Every API endpoint of the portal under /api/."""

from rest_framework.routers import SimpleRouter

from accounts.api import MessageViewSet
from awards.api import AwardRunViewSet, DeterminationViewSet
from awards.determine_api import DetermineViewSet
from awards.facts_api import AssessmentViewSet, InvestmentViewSet, SubsidyViewSet
from enterprises.import_api import ImportBatchViewSet
from enterprises.record_api import RecordViewSet
from policies.api import PolicyEditionViewSet, StandardEditionViewSet
from reports.api import EnterpriseViewSet
from tiers.api import RecognitionViewSet
from tiers.application_api import ApplicationViewSet
from tiers.assess_api import EnterpriseSelfAssessmentViewSet, SelfAssessViewSet
from tiers.title_api import (
    AppealViewSet,
    MajorChangeViewSet,
    RevocationViewSet,
    TitleRadarViewSet,
    UpdateDutyViewSet,
)
from tiers.work_api import WorkViewSet

router = SimpleRouter()
router.register("messages", MessageViewSet, basename="message")
router.register("enterprises", EnterpriseViewSet, basename="enterprise")
router.register("records", RecordViewSet, basename="record")
router.register("work", WorkViewSet, basename="work")
router.register("applications", ApplicationViewSet, basename="application")
router.register("recognitions", RecognitionViewSet, basename="recognition")
router.register("policies", PolicyEditionViewSet, basename="policy")
router.register("standards", StandardEditionViewSet, basename="standard")
router.register("award-runs", AwardRunViewSet, basename="award-run")
router.register("determinations", DeterminationViewSet, basename="determination")
router.register("subsidies", SubsidyViewSet, basename="subsidy")
router.register("assessments", AssessmentViewSet, basename="assessment")
router.register("investments", InvestmentViewSet, basename="investment")
router.register("determine", DetermineViewSet, basename="determine")
router.register("imports", ImportBatchViewSet, basename="import")
router.register("self-assess", SelfAssessViewSet, basename="self-assess")
router.register(
    "enterprises/(?P<enterprise_pk>[0-9]{1,18})/self-assessments",
    EnterpriseSelfAssessmentViewSet,
    basename="enterprise-self-assessment",
)
router.register("title-radar", TitleRadarViewSet, basename="title-radar")
router.register("update-duties", UpdateDutyViewSet, basename="update-duty")
router.register("major-changes", MajorChangeViewSet, basename="major-change")
router.register("revocations", RevocationViewSet, basename="revocation")
router.register("appeals", AppealViewSet, basename="appeal")
