# Everything is in dev.py, which also runs where there is no make.
PYTHON ?= python3

.PHONY: demo test testall lint bench clean

demo test testall lint bench clean:
	@$(PYTHON) dev.py $@
