"""随程序安装的笔记本 · The notebooks that are installed with the package, as `ecoanalysis.notebooks`.

A run executes `county_report` for every region, `city_overview` for the city and `track_record` for the replay.
The others are for reading with `ecoanalysis lab`: `00_start`, `first_forecast` for who has never forecast, `explore`,
`data_check`, `ecological_index`, `diagnosis`. This file makes the folder a package, so that it is found in an installation
from source as well as in a wheel.
"""
