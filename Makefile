PYTHON ?= python3

.PHONY: report test lint lab
report test lint lab:
	@$(PYTHON) run.py $@ $(ARGS)
