"""What variables of ADSL usually mean that carry no label, as in CSV and Parquet files."""

USUAL_LABELS = {
    "AGEGR1": "Age group",
    "AGEGR2": "Age group",
    "BMIBL": "Body-mass index at baseline",
    "BMIBLGR1": "Body-mass index group",
    "BSABL": "Body surface area at baseline",
    "DURDIS": "Duration of disease",
    "DURDSGR1": "Duration of disease, group",
    "ECOGBL": "ECOG performance status at baseline",
    "EDUCLVL": "Years of education",
    "EGFRBL": "Estimated glomerular filtration rate at baseline",
    "HEIGHTBL": "Height at baseline",
    "MMSETOT": "Mini-Mental State total score",
    "RACEGR1": "Race group",
    "REGION1": "Region",
    "SMOKBL": "Smoking at baseline",
    "WEIGHTBL": "Weight at baseline",
}
