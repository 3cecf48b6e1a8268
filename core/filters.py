"""What filter sets share."""


def conditions_in_words(found) -> str:
    """The chosen filters of a valid filter set, for the head of an export: “筛选：申报年度 2023，结果 给予”."""
    words = []
    for name, value in found.form.cleaned_data.items():
        if value:
            field = found.form.fields[name]
            label = dict(getattr(field, "choices", [])).get(value, value) if isinstance(value, str) else value
            words.append(f"{found.filters[name].label} {label}")
    return f"筛选：{'，'.join(words) or '全部'}"
