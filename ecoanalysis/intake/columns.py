"""What the tables of a data folder are called, which columns they have, and which words those columns take."""

from __future__ import annotations

STATUSES = ("observed", "estimated", "demo")  # strongest first
COMPARISONS = (">=", ">", "<=", "<", "=", "not_below_base", "not_above_base", "rising", "falling", "done")
EVIDENCE_KINDS = ("plan", "data", "proof")
LEVELS = ("province", "city", "county")
REQUIREMENTS = ("trend", "duty", "protected", "condition", "checklist", "relative")
MILESTONE_KINDS = ("stage", "self_check", "pre_review", "acceptance", "re_inspection", "yearly_update")

# all columns, then those that must be there
COLUMNS = {
    "regions.csv": (
        "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size",
        "code,name_zh,level",
    ),
    "statistics": (
        "region_code,year,variable,value,unit,status,source,note,vintage,received,sheet,cell",
        "region_code,year,variable,value,unit,status",
    ),
    "targets.csv": (
        "region_code,indicator,part,comparison,value,unit,due,hold_until,base_year,base_value,requirement,named_weak,"
        "source,lead_department,supporting_departments",
        "region_code,indicator,comparison,value,due",
    ),
    "milestones.csv": ("name_zh,name_en,date,kind,asks,asks_zh,asks_en", "name_zh,date,kind"),
    "evidence.csv": (
        "region_code,indicator,year,kind,title,location,department,date",
        "region_code,indicator,year,kind,title",
    ),
    "projects.csv": (
        "region_code,variable,change,unit,first_year,last_year,probability,delay_years,delay_probability,cost,name,"
        "department",
        "region_code,variable,change,unit,first_year",
    ),
    "references.csv": ("region_code,name_zh,year,variable,value,unit,source", "region_code,year,variable,value,unit"),
    "rules.csv": (
        "rule,kind,variable,other,low,high,tolerance,level,note",
        "rule,kind",
    ),
    "acknowledged.csv": ("suspicion,name,date,reason", "suspicion,name,reason"),
    "coefficients.csv": ("standard,group,name,value,unit,clause,confidence", "standard,group,name,value"),
    "thresholds.csv": (
        "edition,indicator,part,class,comparison,value,unit,confidence",
        "edition,indicator,class,comparison,value",
    ),
    "aliases.csv": ("name,code", "name,code"),
    "names.csv": ("zh,en", "zh,en"),
}
# What `ecoanalysis init` writes as headers: columns that only `ecoanalysis intake` fills are left out.
OBSERVATION_COLUMNS = [
    "region_code",
    "year",
    "variable",
    "value",
    "unit",
    "status",
    "source",
    "file",
    "sheet",
    "cell",
    "sha256",
    "id",
]
TARGET_COLUMNS = [
    "region_code",
    "indicator",
    "part",
    "comparison",
    "value",
    "unit",
    "due",
    "hold_until",
    "due_date",
    "hold_date",
    "base_year",
    "base_value",
    "requirement",
    "named_weak",
    "source",
    "lead_department",
    "supporting_departments",
]
EVIDENCE_COLUMNS = "region_code indicator year kind title location department date state sha256".split()
MILESTONE_COLUMNS = "name_zh name_en kind date asks_zh asks_en".split()


def columns(table: str) -> tuple[list[str], list[str]]:
    """All columns of a table, and those it cannot do without."""
    known, required = COLUMNS[table]
    return known.split(","), required.split(",")
