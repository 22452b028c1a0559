"""The sheet that printers hold where a case is: US Letter or A4.

Knows time zones of countries. Refuses to guess from a name of a place; whoever prints may say otherwise.
"""

from __future__ import annotations

from wayhome.documents.page import PaperSize

# Zones below "America/" of the countries whose everyday sheet is US Letter (Belize, Canada, Chile, Colombia, Costa
# Rica, El Salvador, Guatemala, Mexico, Nicaragua, Panama, Puerto Rico, United States, Venezuela), by zone.tab of the
# time zone database; and those of them (and of the Philippines) elsewhere.
_AMERICA = """
    Adak Anchorage Atikokan Bahia_Banderas Belize Blanc-Sablon Bogota Boise Cambridge_Bay Cancun Caracas Chicago
    Chihuahua Ciudad_Juarez Costa_Rica Coyhaique Creston Dawson Dawson_Creek Denver Detroit Edmonton El_Salvador
    Fort_Nelson Glace_Bay Goose_Bay Guatemala Halifax Hermosillo Indiana/Indianapolis Indiana/Knox Indiana/Marengo
    Indiana/Petersburg Indiana/Tell_City Indiana/Vevay Indiana/Vincennes Indiana/Winamac Inuvik Iqaluit Juneau
    Kentucky/Louisville Kentucky/Monticello Los_Angeles Managua Matamoros Mazatlan Menominee Merida Metlakatla
    Mexico_City Moncton Monterrey New_York Nome North_Dakota/Beulah North_Dakota/Center North_Dakota/New_Salem
    Ojinaga Panama Phoenix Puerto_Rico Punta_Arenas Rankin_Inlet Regina Resolute Santiago Sitka St_Johns
    Swift_Current Tijuana Toronto Vancouver Whitehorse Winnipeg Yakutat
"""
_ELSEWHERE = ("Asia/Manila", "Pacific/Easter", "Pacific/Honolulu")
_LETTER_ZONES = frozenset((*(f"America/{zone}" for zone in _AMERICA.split()), *_ELSEWHERE))
_LETTER_AREAS = ("US/", "Canada/", "Mexico/", "Chile/")  # older names of the same zones


def usual_paper(time_zone: str) -> PaperSize:
    """The usual sheet of the country of a time zone; A4 where the zone names none."""
    return "letter" if time_zone in _LETTER_ZONES or time_zone.startswith(_LETTER_AREAS) else "a4"
