"""Pages of a very long list: the rows after a key instead of a row number, and a count that stops early.

Page 5,000 costs as much as page 1, and nothing is counted beyond COUNT_CAP.
"""

COUNT_CAP = 1000


class KeysetPage:
    """Rows with what the pager needs: previous_query, next_query, start_index, count, count_is_capped."""

    def __init__(self, rows, *, start, count, previous_query, next_query):
        self.rows = rows
        self.start_index = start
        self.count = min(count, COUNT_CAP)
        self.count_is_capped = count > COUNT_CAP
        self.previous_query = previous_query
        self.next_query = next_query

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


def keyset_page(queryset, written, *, key, size=100) -> KeysetPage:
    """The page that `written` (the query parameter "page") names; the first page for anything unreadable.

    `key`: two fields that order the list and are unique together, with an index over both. The first one should
    be restricted to listed values, so that the rows come out of the index in order.
    """
    count = queryset.order_by()[: COUNT_CAP + 1].count()
    direction, start, position = _read(written)
    if direction == "before":
        rows = _next_to(queryset, key, position, size, "lt", "-")
        if len(rows) == size:
            return _page(rows[::-1], start, count, key, size, has_next=True)
        start = 1  # rows have gone since: the beginning is what is left
    if direction == "after":
        rows = _next_to(queryset, key, position, size + 1, "gt", "")
    else:
        rows = list(queryset.order_by(*key)[: size + 1])
    return _page(rows[:size], start, count, key, size, has_next=len(rows) > size)


def _next_to(queryset, key, position, limit, side, sign) -> list:
    """Rows beyond the position, nearest first: the rest of its group, then the groups behind it. Two ranges of the
    index, where one condition over both fields would read the index from its beginning."""
    (first, second), (group, at) = key, position
    rows = list(
        queryset.filter(**{first: group, f"{second}__{side}": at}).order_by(f"{sign}{second}")[:limit]
    )
    if len(rows) < limit:
        beyond = queryset.filter(**{f"{first}__{side}": group}).order_by(f"{sign}{first}", f"{sign}{second}")
        rows += beyond[: limit - len(rows)]
    return rows


def _page(rows, start, count, key, size, *, has_next):
    previous = {"page": _write("before", max(1, start - size), rows[0], key)} if rows and start > 1 else {}
    following = {"page": _write("after", start + size, rows[-1], key)} if rows and has_next else {}
    return KeysetPage(rows, start=start, count=count, previous_query=previous, next_query=following)


def _write(direction, start, row, key) -> str:
    return ".".join([direction, str(start), *(str(getattr(row, field)) for field in key)])


def _read(written):
    """("after", 101, (3, "9141…")); ("", 1, ()) for the first page and for nonsense."""
    parts = (written or "").split(".")
    if len(parts) != 4 or parts[0] not in ("after", "before") or not written.isprintable():
        return "", 1, ()
    numbers = parts[1], parts[2]
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in numbers):
        return "", 1, ()
    return parts[0], max(1, int(parts[1])), (int(parts[2]), parts[3][:18])
