"""The words that numbers and their units are made of, as tables."""

ONES = {
    name: value
    for value, name in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen""".split()
    )
}
TENS = {
    name: value for value, name in zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True)
}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000}
SHORT_SCALES = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, "b": 1_000_000_000}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100,
}  # fmt: skip
PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9}
PARTS |= {"tenth": 10, "hundredth": 100}
VAGUE = {"dozens": 12, "scores": 20, "tens": 10, "hundreds": 100, "thousands": 1_000, "millions": 1_000_000, "billions": 1_000_000_000}
DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30.4375}
DAYS |= {"year": 365.25, "decade": 3_652.5, "century": 36_525, "centurie": 36_525, "night": 1, "hr": 1 / 24, "min": 1 / 1_440}
MONEY = {"$": "dollar", "us$": "dollar", "€": "euro", "£": "pound", "¥": "yuan", "₹": "rupee"}
MONEY |= {name: name for name in ("dollar", "euro", "pound", "yuan", "yen", "rupee", "ruble", "franc", "peso", "won", "lira", "cent")}
MONEY |= {name: name for name in "zloty dirham dinar rand rupiah ringgit shekel hryvnia baht tenge riyal rial shilling cedi naira".split()}
MONEY |= dict.fromkeys("krona kronor krone kroner króna krónur koruna crown sek nok dkk czk".split(), "crown") | {
    "forint": "forint",
    "złoty": "zloty",
}
MONEY |= {"rouble": "ruble", "rub": "ruble", "chf": "franc", "jpy": "yen", "cny": "yuan", "inr": "rupee", "pln": "zloty", "huf": "forint"}
MONEY |= {"usd": "dollar", "eur": "euro", "gbp": "pound", "rmb": "yuan", "renminbi": "yuan", "buck": "dollar"}
# Measures in one base unit each: metres, kilograms, square metres, litres, degrees.
MEASURES = {
    "m": ("metre", 1), "meter": ("metre", 1), "metre": ("metre", 1), "km": ("metre", 1e3), "kilometer": ("metre", 1e3),
    "kilometre": ("metre", 1e3), "cm": ("metre", 0.01), "centimeter": ("metre", 0.01), "centimetre": ("metre", 0.01),
    "mm": ("metre", 0.001), "millimeter": ("metre", 0.001), "millimetre": ("metre", 0.001), "mile": ("metre", 1609.344),
    "foot": ("metre", 0.3048), "feet": ("metre", 0.3048), "ft": ("metre", 0.3048), "inch": ("metre", 0.0254),
    "inche": ("metre", 0.0254), "yard": ("metre", 0.9144), "kg": ("kilogram", 1), "kilogram": ("kilogram", 1), "kilo": ("kilogram", 1),
    "g": ("kilogram", 0.001), "gram": ("kilogram", 0.001), "ton": ("kilogram", 1e3), "tonne": ("kilogram", 1e3),
    "lb": ("kilogram", 0.4536), "ounce": ("kilogram", 0.02835), "hectare": ("square metre", 1e4), "acre": ("square metre", 4046.86),
    "litre": ("litre", 1), "liter": ("litre", 1), "gallon": ("litre", 3.785), "degree": ("degree", 1), "mph": ("mph", 1),
    "megawatt": ("watt", 1e6), "gigawatt": ("watt", 1e9), "kilowatt": ("watt", 1e3), "watt": ("watt", 1), "mw": ("watt", 1e6),
    "kw": ("watt", 1e3), "gw": ("watt", 1e9), "gb": ("byte", 1e9), "tb": ("byte", 1e12), "mb": ("byte", 1e6),
}  # fmt: skip
