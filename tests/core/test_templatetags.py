from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.test import RequestFactory

from core.templatetags import portal


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        ("", "—"),
        (0, "0.00"),
        (1234, "1,234.00"),
        (Decimal("0.005"), "0.01"),
        (Decimal("1234567.885"), "1,234,567.89"),
        (Decimal("-1234.5"), "−1,234.50"),
        (Decimal("-0.001"), "0.00"),
        (Decimal("NaN"), "—"),
        ("not a number", "—"),
    ],
)
def test_yuan_is_exact_and_grouped(value, shown):
    assert portal.yuan(value) == shown


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Decimal("562500"), 2, "56.25"),
        (Decimal("50"), 2, "0.01"),
        (Decimal("49.99"), 2, "0.00"),
        (123450000, 0, "12,345"),
    ],
)
def test_wan_divides_by_ten_thousand(value, places, shown):
    assert portal.wan(value, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        (300000, "30 万元"),
        (Decimal("562500"), "56.25 万元"),
        (Decimal("999999.99"), "100.00 万元"),
        (Decimal("1234567"), "123 万元"),
        (Decimal("99999999"), "10,000 万元"),
        (Decimal("100000000"), "1.00 亿元"),
        (Decimal("-486250000"), "−4.86 亿元"),
    ],
)
def test_auto_wan_picks_the_unit(value, shown):
    assert portal.auto_wan(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (2600, "2,600"), (Decimal("1234.50"), "1,234.50"), (-3, "−3"), (Decimal("1E+3"), "1,000")],
)
def test_num_groups_thousands(value, shown):
    assert portal.num(value) == shown


def test_pct_takes_a_share_of_one():
    assert portal.pct(Decimal("0.4938")) == "49.4%"
    assert portal.pct(Decimal("0.4938"), 2) == "49.38%"
    assert portal.pct(portal.ratio(1, 3)) == "33.3%"
    assert portal.pct(portal.ratio(1, 0)) == "—"


def test_dates_are_shown_in_portal_time():
    late = datetime(2025, 10, 31, 17, 5, tzinfo=UTC)
    assert portal.ymd(late) == "2025-11-01"
    assert portal.ymd_hm(late) == "2025-11-01 01:05"
    assert portal.ymd(date(2025, 10, 31)) == "2025-10-31"
    assert portal.ymd_cn(date(2025, 1, 2)) == "2025年1月2日"
    assert portal.ymd(None) == portal.ymd_hm("") == portal.ymd_cn(None) == "—"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13812345678", "138****5678"),
        ("03716352", "037****6352"),
        ("12345", "****45"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_mask_phone_hides_the_middle(value, shown):
    assert portal.mask_phone(value) == shown


def test_status_tag_knows_outcomes_and_escapes_labels():
    assert "tag ok" in portal.status_tag("granted")
    assert "给予" in portal.status_tag("granted")
    assert "&lt;b&gt;" in portal.status_tag("whatever", "<b>", "bad")
    assert "tag bad" in portal.status_tag("whatever", "x", "bad")


def test_tier_tag_draws_bars_for_tiers_only():
    assert 'data-tier="3"' in portal.tier_tag("national_giant")
    assert "data-tier" not in portal.tier_tag("high_tech", "高新技术企业")
    assert "无" in portal.tier_tag("")


def test_share_bar_never_leaves_its_frame():
    assert 'width="100.00%"' in portal.share_bar(5, 3)
    assert 'width="0.00%"' in portal.share_bar(1, 0)


def context(query=""):
    return {"request": RequestFactory().get(f"/list/?{query}")}


def test_row_no_runs_on_over_pages():
    page = Paginator(range(250), 100).page(3)
    assert portal.row_no(page, 0) == 201
    assert portal.row_no(SimpleNamespace(start_index=101), 4) == 105


def test_page_links_keep_the_query_string():
    page = Paginator(range(1200), 100).page(6)
    links = portal.page_links(context("q=%E6%81%92&page=6"), page)
    assert links[0] == {"label": "上一页", "url": "?q=%E6%81%92&page=5", "rel": "prev"}
    assert " ".join(link["label"] for link in links) == "上一页 1 … 4 5 6 7 8 … 12 下一页"
    assert [link["label"] for link in links if link.get("current")] == ["6"]


def test_page_links_are_absent_on_a_single_page():
    assert portal.page_links(context(), Paginator(range(3), 100).page(1)) == []


def test_page_links_of_a_keyset_page_replace_the_cursor():
    page = SimpleNamespace(previous_query={"before": "a"}, next_query={"after": "z"})
    links = portal.page_links(context("q=x&after=m"), page)
    assert [link["url"] for link in links] == ["?q=x&before=a", "?q=x&after=z"]
    assert portal.page_links(context(), SimpleNamespace(previous_query={}, next_query={})) == []


def test_page_total_says_when_counting_stopped():
    assert portal.page_total(Paginator(range(2600), 100).page(1)) == "共 2,600 条"
    assert portal.page_total(SimpleNamespace(count=1000, count_is_capped=True)) == "超过 1,000 条"
    assert portal.page_total([1, 2], "家") == "本页 2 家"


class Filters(forms.Form):
    q = forms.CharField(label="名称", required=False)
    unit = forms.ChoiceField(label="管理单位", required=False, choices=[("", "全部"), ("410721", "新乡县")])
    on = forms.DateField(label="日期", required=False)


def test_filter_chips_name_the_choice_and_lead_to_the_list_without_it():
    ctx = context("q=%E6%81%92&unit=410721&page=3")
    chips = portal.filter_chips(ctx, Filters(ctx["request"].GET))
    assert [(chip["label"], chip["value"]) for chip in chips] == [("名称", "恒"), ("管理单位", "新乡县")]
    assert chips[1]["url"] == "?q=%E6%81%92"


def test_filter_chips_are_absent_without_valid_filters():
    assert portal.filter_chips(context(), Filters()) == []
    assert portal.filter_chips(context(), Filters({"on": "yesterday"})) == []


def test_sort_link_turns_the_order_round():
    assert "sort=-on" in portal.sort_link(context("sort=on"), "on", "日期")
    assert "sort=on" in portal.sort_link(context("sort=-on&page=2"), "on", "日期")
    assert "page" not in portal.sort_link(context("sort=-on&page=2"), "on", "日期")
