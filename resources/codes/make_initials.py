"""Write the columns ``initials`` and ``customs`` of the code tables beside this file (after a change).

``initials`` holds what a clerk types to find a name: the first letters of its pinyin, alternatives separated
by a space. Only the everyday reading of a character is used, so that 许 is not found under h. Readings that
pypinyin gets wrong in place names stand in READINGS; they were laid beside the names by hand.
``customs`` gives each country of ``countries_iso.csv`` its three-digit customs code, matched by name.

Run: ``python resources/codes/make_initials.py`` (needs pypinyin; the program itself does not).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from pypinyin import Style, lazy_pinyin

HERE: Final = Path(__file__).resolve().parent

READINGS: Final = {
    "重庆": "cq", "长沙": "cs", "厦门": "xm", "会计": "kj", "六安": "la", "六合": "lh", "六枝": "lz",
    "蚌埠": "bb", "铅山": "ys", "莘县": "sx", "单县": "sx", "乐清": "yq", "乐亭": "lt", "东阿": "de",
    "番禺": "py", "尉犁": "yl", "洪洞": "ht", "浚县": "xx", "牟平": "mp", "中牟": "zm", "涡阳": "gy",
    "枞阳": "zy", "歙县": "sx", "黟县": "yx", "台州": "tz", "嵊州": "sz", "盱眙": "xy", "邗江": "hj",
    "筠连": "jl", "犍为": "qw", "荥经": "yj", "荥阳": "xy", "硚口": "qk", "黄陂": "hp", "郴州": "cz",
    "茌平": "cp", "任丘": "rq", "蔚县": "yx", "井陉": "jx", "大城县": "dcx", "行唐": "xt", "繁峙": "fs",
    "隰县": "xx", "长子县": "zzx", "亳州": "bz", "渑池": "mc", "泌阳": "by", "郏县": "jx", "阆中": "lz",
    "郫都": "pd", "鄠邑": "hy", "吴堡": "wb", "柞水": "zs", "安塞": "as", "宕昌": "tc", "焉耆": "yq",
    "句容": "jr", "溧阳": "ly", "称多": "cd", "儋州": "dz", "蕲春": "qc", "浉河": "sh", "栖霞": "qx",
    "泊头": "bt", "临朐": "lq", "鄄城": "jc", "无棣": "wd", "石拐": "sg", "喀喇沁": "klq", "扎赉特": "zlt",
    "扎鲁特": "zlt", "扎兰屯": "zlt", "扎囊": "zn", "尖扎": "jz", "扎达": "zd", "朝阳": "cy", "朝天": "ct",
    "曾都": "zd", "都匀": "dy", "盖州": "gz", "若尔盖": "reg", "麦盖提": "mgt", "那坡": "np", "那曲": "nq",
    "柏乡": "bx", "大厂": "dc", "商都": "sd", "册亨": "ch", "会昌": "hc", "会同": "ht", "会宁": "hn",
    "会理": "hl", "会东": "hd", "会泽": "hz", "长治": "cz", "长葛": "cg", "长垣": "cy", "长春": "cc",
    "长乐": "cl", "长汀": "ct", "长泰": "ct", "长兴": "cx", "长丰": "cf", "长岛": "cd", "长清": "cq",
    "长寿": "cs", "长宁": "cn", "长武": "cw", "长安": "ca", "长海": "ch", "长岭": "cl", "长白": "cb",
    "长阳": "cy", "长顺": "cs", "重点": "zd", "重大": "zd", "专项": "zx", "其他": "qt", "行政": "xz",
    "银行": "yh", "行业": "xy", "零售": "ls", "提成": "tc", "调查": "dc", "台湾": "tw", "藏族": "zz",
    "西藏": "xz",
    "侗族": "dz", "大夫": "df", "巴音": "by", "尉氏": "ws", "冠县": "gx", "涪陵": "fl", "綦江": "qj",
    "北碚": "bb", "万州": "wz", "什邡": "sf", "秭归": "zg", "监利": "jl", "耒阳": "ly", "汨罗": "ml",
    "莎车": "sc", "库车": "kc", "伽师": "js", "于都": "yd", "丰都": "fd", "成都": "cd", "宜都": "yd",
    "江都": "jd", "新都": "xd", "三都": "sd", "都昌": "dc", "都安": "da", "都兰": "dl", "昌都": "cd",
    "阿坝": "ab", "阿克苏": "aks", "洱源": "ey", "勐": "m", "宿州": "sz", "宿迁": "sq", "宿豫": "sy",
    "宿城": "sc", "宿松": "ss", "曲阜": "qf", "珲春": "hc", "桓仁": "hr", "穆棱": "ml", "讷河": "nh",
    "句": "j", "澄河": "ch", "岚": "l", "南乐": "nl", "民乐": "ml", "漯河": "lh", "浪卡子": "lkz",
    "马尾": "mw",
    "覃塘": "qt", "卡若": "kr", "改则": "gz",
}  # fmt: skip
"""Part of a name → initials of that part; longer parts win."""

SUFFIXES: Final = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "省",
    "市",
    "县",
    "区",
    "盟",
    "旗",
    "合同",
)
"""Left off in the second alternative, when at least two letters remain."""

CUSTOMS_NAMES: Final = {
    "博茨瓦纳": "博茨瓦那",
    "中非": "中非共和国",
    "刚果（布）": "刚果",
    "刚果（金）": "民主刚果",
    "捷克": "捷克共和国",
    "前南马其顿": "马其顿",
    "波黑": "波斯尼亚-黑塞哥维那共和",
    "梵蒂冈": "梵蒂冈城国",
    "阿鲁巴": "阿鲁巴岛",
    "多米尼克": "多米尼亚共和国",
    "多米尼加": "多米尼加共和国",
    "库拉索": "库腊索岛",
    "圣基茨和尼维斯": "圣其茨-尼维斯",
    "几内亚比绍": "几内亚(比绍)",
    "毛利塔尼亚": "毛里塔尼亚",
    "马约特": "马约特岛",
    "帕劳": "帕劳共和国",
    "瓦利斯和富图纳": "瓦利斯和浮图纳",
    "也门": "也门共和国",
    "中国台湾": "台澎金马关税区",
    "法属圣马丁": "圣马丁岛",
}
"""Name in the ISO table → older name in the customs list of 2003."""


def initials_of(text: str) -> str:
    """First letters of the readings of ``text``; letters and digits stay, signs are left out."""
    found, at = "", 0
    while at < len(text):
        part = next((p for p in sorted(READINGS, key=len, reverse=True) if text.startswith(p, at)), "")
        if part:
            found += READINGS[part]
            at += len(part)
            continue
        stop = at + 1
        while stop < len(text) and not any(text.startswith(p, stop) for p in READINGS):
            stop += 1
        for syllable in lazy_pinyin(text[at:stop], style=Style.FIRST_LETTER, errors=list):
            found += syllable[0].lower() if syllable[0].isascii() and syllable[0].isalnum() else ""
        at = stop
    return found


def alternatives(name: str, cut: bool) -> str:
    """Initials of a name, and for places and contract kinds also without the last word (重庆市: cqs cq)."""
    whole = initials_of(name)
    ending = next((s for s in SUFFIXES if name.endswith(s)), "") if cut else ""
    short = initials_of(name.removesuffix(ending)) if ending else ""
    return f"{whole} {short}" if len(short) > 1 else whole


def rewrite(path: Path, customs: dict[str, str]) -> None:
    """Write one table again with its columns ``initials`` (and ``customs`` for countries) filled."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or []), list(reader)
    added = ["initials", "customs"] if path.name == "countries_iso.csv" else ["initials"]
    names = [n for n in names if n not in added]
    names[3:3] = added
    cut = path.name.startswith(("regions", "contract_kinds"))
    for row in rows:
        row["initials"] = alternatives(row["name"], cut)
        if "customs" in added:
            row["customs"] = customs.get(CUSTOMS_NAMES.get(row["name"], row["name"]), "")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Rewrite every table of this folder and the invented regions of the sample."""
    with (HERE / "countries_customs_2003.csv").open(encoding="utf-8", newline="") as file:
        customs = {row["name"]: row["code"] for row in csv.DictReader(file)}
    for path in sorted([*HERE.glob("*.csv"), HERE.parent / "sample" / "regions.csv"]):
        if path.name != "aliases.csv":
            rewrite(path, customs)


if __name__ == "__main__":
    main()
