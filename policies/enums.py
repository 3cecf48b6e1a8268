from django.db import models


class StandardTier(models.TextChoices):
    """What a standard is a standard of. The tiers carry the engine's words for their titles."""

    INNOVATIVE = "innovative", "创新型中小企业"
    TECH_SME = "tech_sme", "科技型中小企业"
    PROVINCIAL_SRDI = "provincial_srdi", "省级专精特新中小企业"
    NATIONAL_GIANT = "national_giant", "国家级专精特新“小巨人”企业"
    COMPANY_SIZE = "company_size", "中小企业划型"


class CaseKind(models.TextChoices):
    NEW = "new", "新申报"
    REVIEW = "review", "复核"
