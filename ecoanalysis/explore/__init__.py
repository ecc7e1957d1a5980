"""The exploring screen: a view of one statement with levers, in JupyterLab and as one offline page.

`screen` holds the widget, `page` the page, `payload` what they show, `levers` what a reader may move and what follows,
`scenarios` what was moved, kept under a name, `hand_out` the chart in somebody's deck, picture and workbook.
"""
