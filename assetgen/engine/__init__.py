"""Looks at a project (`survey`) and makes it what its manifest says (`build`). Owns threads, retries and money."""
