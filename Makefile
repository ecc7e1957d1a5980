PYTHON ?= python3

# report: the reports of the shipped city     lab: its notebooks in JupyterLab
# quick: tests while working    test: before handing in    whole: notebooks, runs and documents of the shipped city
# all: all tests, with the slow ones and the browser    lint: style
# docs: the documentation site in build/docs  mutants: are the tests able to fail? (docs/mutants.md)
TASKS := setup report lab quick test whole all lint docs mutants

.PHONY: $(TASKS)
$(TASKS):
	@$(PYTHON) run.py $@ $(ARGS)
