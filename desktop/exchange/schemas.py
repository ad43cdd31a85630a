"""The JSON Schemas of what travels, compiled once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from desktop.resources import _, resource


@cache
def _compiled(name: str) -> Callable[[Any], Any]:
    import fastjsonschema

    text = resource("schema", f"{name}.schema.json").read_text(encoding="utf-8")
    check: Callable[[Any], Any] = fastjsonschema.compile(json.loads(text))
    return check


def fault_of(name: str, value: Any) -> str:
    """What is wrong with a value under the schema of this name, in Chinese; empty when it is right."""
    from fastjsonschema import JsonSchemaValueException

    try:
        _compiled(name)(value)
    except JsonSchemaValueException as exc:
        path = ".".join(str(part) for part in exc.path[1:]) or _("整条")
        return _("{path} 不合格式（{rule}）").format(path=path, rule=_rule(exc.rule, exc.rule_definition))
    return ""


def _rule(rule: object, definition: object) -> str:
    words = {
        "required": _("缺少必填的栏"),
        "additionalProperties": _("有不认识的栏"),
        "type": _("类型不对"),
        "pattern": _("写法不对"),
        "enum": _("不是允许的值"),
        "maxLength": _("太长"),
        "minLength": _("不能空着"),
        "minItems": _("行数太少"),
        "maxItems": _("行数太多"),
        "minimum": _("数太小"),
        "maximum": _("数太大"),
    }
    word = words.get(str(rule), str(rule))
    if rule == "enum" and isinstance(definition, list):
        word += "：" + "、".join(str(one) for one in definition)
    return word


def canonical(value: Any) -> bytes:
    """JSON with sorted names and no blanks, UTF-8: equal values give equal bytes."""
    return _SORTED.encode(value).encode("utf-8")


_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
