import pytest

from accounts.models import Region
from accounts.queries import unit_names
from tests.factories import UserFactory, region

pytestmark = pytest.mark.django_db


def test_portal_has_sixteen_units_in_zhengzhou_and_fifteen_in_xinxiang():
    assert [city.units.count() for city in Region.objects.cities()] == [16, 15]


@pytest.mark.parametrize(
    ("city", "written", "code"),
    [
        ("新乡市", "红旗区", "410702"),
        ("新乡市", "长垣县", "410783"),
        ("新乡市", "高新区", "410771"),
        ("郑州市", "高新区", "410172"),
        ("郑州市", "高新区荥阳托管区", "410172"),
        ("郑州市", "港区", "410173"),
        ("郑州市", "郑东", "4101ZD"),
        ("新乡市", "平原新区", "410773"),
        ("郑州市", "管城区", "410104"),
        (None, "新乡市红旗区", "410702"),
        (None, "金水区", "410105"),
    ],
)
def test_unit_names_resolve_what_people_write(city, written, code):
    assert unit_names().unit(written, city).code == code


@pytest.mark.parametrize(("city", "written"), [("郑州市", "开发区"), ("郑州市", "红旗区"), (None, "高新区")])
def test_unit_names_do_not_guess(city, written):
    assert unit_names().unit(written, city) is None


def test_unit_names_costs_the_same_queries_for_any_number_of_names(django_assert_num_queries):
    with django_assert_num_queries(3):
        names = unit_names()
        names.unit("红旗区"), names.unit("金水区")


@pytest.mark.parametrize("trait", ["leader", "finance", "auditor"])
def test_city_people_see_their_city_and_change_nothing(trait):
    user = UserFactory(**{trait: True})
    assert Region.objects.visible_to(user).count() == 16
    assert not Region.objects.writable_by(user).exists()


def test_county_staff_see_and_change_their_unit_only():
    user = UserFactory(county=True)
    assert [r.name for r in Region.objects.visible_to(user)] == ["红旗区"]
    assert [r.name for r in Region.objects.writable_by(user)] == ["红旗区"]


def test_provincial_direct_unit_is_read_only_for_its_city():
    user = UserFactory(region=region("郑州市"))
    unit = region("郑州航空港经济综合实验区")
    assert unit in Region.objects.visible_to(user)
    assert unit not in Region.objects.writable_by(user)


@pytest.mark.parametrize("trait", ["sysadmin", "of_enterprise"])
def test_people_without_a_region_see_no_unit(trait):
    assert not Region.objects.visible_to(UserFactory(**{trait: True})).exists()
