"""What every API endpoint shares: pages of 100 and RFC 9457 problem details."""

from rest_framework.exceptions import APIException
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.errors import DomainError


class PortalPagination(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200


def problem_details(exc, context):
    """Errors as application/problem+json; a foreign record and a missing one answer alike."""
    if isinstance(exc, DomainError):
        return _problem(exc.status, str(exc))
    response = exception_handler(exc, context)
    if response is None:
        return None
    detail = exc.detail if isinstance(exc, APIException) else "没有找到该记录。"
    if isinstance(detail, dict | list):
        return _problem(response.status_code, "提交的内容有误，请按提示修改。", errors=detail)
    return _problem(response.status_code, str(detail), headers=response.headers)


def _problem(status, detail, *, headers=None, **more):
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "请求未完成"),
        "status": status,
        "detail": detail,
    }
    keep = {k: v for k, v in (headers or {}).items() if k in {"WWW-Authenticate", "Retry-After", "Allow"}}
    return Response(body | more, status=status, headers=keep, content_type="application/problem+json")


TITLES = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的操作",
    409: "状态已变化",
    415: "不支持的格式",
}
